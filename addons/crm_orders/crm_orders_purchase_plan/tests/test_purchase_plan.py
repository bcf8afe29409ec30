from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_orders_preorder.tests.common import PreorderCommon


@tagged("post_install", "-at_install")
class TestPurchasePlan(PreorderCommon):
    """What is needed and not there is to be bought."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("purchase.group_purchase_manager")
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.game.seller_ids = [
            Command.create({"partner_id": cls.vendor.id, "price": 40, "delay": 3})
        ]
        cls.today = fields.Date.today()

    def _plan(self, product=None):
        self.env.invalidate_all()
        return self.env["crm_orders.purchase.plan"].search(
            [("product_id", "=", (product or self.game).id)]
        )

    def _numbers(self, product=None):
        return [
            (row.needed, row.on_hand, row.incoming, row.requested, row.to_buy)
            for row in self._plan(product)
        ]

    def _rfqs(self):
        return self.env["purchase.order"].search([("partner_id", "=", self.vendor.id)])

    def test_preorders_by_week(self):
        self._preorder(0, quantity=2)
        self.game.crm_orders_release_date = self.today + timedelta(days=21)
        self._preorder(1, quantity=5)
        self._receive(3)
        self.assertEqual(self._numbers(), [(2, 2, 0, 0, 0), (5, 1, 0, 0, 4)])
        later = self._plan()[1]
        self.assertEqual(later.vendor_id, self.vendor)
        self.assertEqual(later.week.isoweekday(), 1)
        self.assertTrue(
            timedelta(0)
            <= self.game.crm_orders_release_date - later.week
            < timedelta(days=7)
        )
        self.assertEqual(later.order_date, later.week - timedelta(days=3))
        self.assertEqual((later.preordered, later.cost), (5, 160))

    def test_deposits_cover(self):
        self.game.write(
            {"crm_orders_deposit_kind": "fixed", "crm_orders_deposit_fixed": 30}
        )
        order = self._preorder(0, quantity=2)
        self.assertFalse(self._plan())
        self._pay_deposit(order)
        self.assertEqual(self._numbers(), [(2, 0, 0, 0, 2)])
        self.assertEqual(self._plan().deposits, 60)

    def test_other_orders_and_rules_need_as_well(self):
        self.game.crm_orders_preorder = False
        self._preorder(0, quantity=2)
        self.assertEqual(self._numbers(), [(2, 0, 0, 0, 2)])
        self.assertEqual(self._plan().preordered, 0)
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.game.id,
                "warehouse_id": self.warehouse.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "product_min_qty": 5,
                "product_max_qty": 8,
                "trigger": "manual",
            }
        )
        self.assertEqual(self._numbers(), [(10, 0, 0, 0, 10)])
        self._receive(7)
        self.assertEqual(self._numbers(), [(2, 2, 0, 0, 0)])
        self._preorder(1, quantity=1)
        self.assertEqual(self._numbers(), [(11, 7, 0, 0, 4)])

    def test_what_was_asked_for_is_needed(self):
        self.env["crm_orders.demand"].create(
            {"product_id": self.game.id, "quantity": 4, "company_id": self.company.id}
        )
        self.env["crm_orders.demand"].create({"name": "A blue sofa"})
        self.assertEqual(self._numbers(), [(4, 0, 0, 0, 4)])
        self.assertEqual(self._plan().asked, 4)

    def test_request_is_made_once_and_extended(self):
        first = self._preorder(0, quantity=2)
        self._plan().action_make_rfqs()
        rfq = self._rfqs()
        self.assertEqual(rfq.order_line.product_qty, 2)
        self.assertEqual(rfq.order_line.price_unit, 40)
        self.assertEqual(rfq.picking_type_id, self.warehouse.in_type_id)
        self.assertEqual(rfq.order_line.crm_orders_sale_line_ids, first.order_line)
        self.assertEqual(self._numbers(), [(2, 0, 0, 2, 0)])
        with self.assertRaises(UserError):
            self._plan().action_make_rfqs()
        second = self._preorder(1, quantity=3)
        self._plan().action_make_rfqs()
        self.assertEqual(self._rfqs(), rfq)
        self.assertEqual(rfq.order_line.product_qty, 5)
        self.assertEqual(
            rfq.order_line.crm_orders_sale_line_ids, (first + second).order_line
        )
        self.assertEqual(rfq.crm_orders_preorder_count, 2)
        rfq.button_confirm()
        self.assertEqual(self._numbers(), [(5, 0, 5, 0, 0)])
        # What is on its way fills the shelf.
        rfq.picking_ids.move_ids.write({"quantity": 5, "picked": True})
        rfq.picking_ids.button_validate()
        self.assertEqual(self._numbers(), [(5, 5, 0, 0, 0)])
        self.assertEqual(self._states(first + second), ["allocated", "allocated"])

    def test_cancelled_preorder_is_taken_off_the_request(self):
        first, second = self._preorder(0, quantity=2), self._preorder(1, quantity=3)
        self._plan().action_make_rfqs()
        line = self._rfqs().order_line
        first._action_cancel()
        self.assertEqual(line.product_qty, 3)
        self.assertEqual(line.crm_orders_sale_line_ids, second.order_line)
        self.assertEqual(self._numbers(), [(3, 0, 0, 3, 0)])
        second._action_cancel()
        self.assertFalse(line.exists())
        self.assertFalse(self._plan())

    def test_cancelled_preorder_warns_when_the_vendor_knows(self):
        order = self._preorder(0, quantity=2)
        self._plan().action_make_rfqs()
        rfq = self._rfqs()
        rfq.state = "sent"
        order._action_cancel()
        self.assertEqual(rfq.order_line.product_qty, 2)
        self.assertEqual(len(rfq.activity_ids), 1)
        self.assertIn(order.name, rfq.activity_ids.note)
        self.assertIn(rfq.name, order.message_ids[0].body)

    def test_preorder_of_fewer_pieces_is_bought_less(self):
        order = self._preorder(0, quantity=4)
        self._plan().action_make_rfqs()
        rfq = self._rfqs()
        order.order_line.product_uom_qty = 3
        self.assertEqual(rfq.order_line.product_qty, 3)
        self.assertEqual(rfq.order_line.crm_orders_sale_line_ids, order.order_line)
        rfq.state = "sent"
        order.order_line.product_uom_qty = 1
        self.assertEqual(rfq.order_line.product_qty, 3, "the vendor has been asked")
        self.assertIn("no longer needs 2 ×", rfq.activity_ids.note)

    def test_sent_requests_are_not_extended(self):
        self._preorder(0)
        self._plan().action_make_rfqs()
        sent = self._rfqs()
        sent.state = "sent"
        self._preorder(1)
        self._plan().action_make_rfqs()
        self.assertEqual(len(self._rfqs()), 2)
        self.assertEqual(sent.order_line.product_qty, 1)

    def test_without_vendor_nothing_is_requested(self):
        other = self._new_game(name="Other", standard_price=7)
        self._preorder(0, product=other)
        row = self._plan(other)
        self.assertFalse(row.vendor_id)
        self.assertEqual(row.cost, 7)
        with self.assertRaisesRegex(UserError, "Nobody sells"):
            row.action_make_rfqs()

    def test_units_and_currencies_of_vendors(self):
        dollars = self.env["res.currency"].create(
            {"name": "TTT", "symbol": "T", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollars.id,
                "rate": 2,
                "name": self.today,
                "company_id": self.company.id,
            }
        )
        self.game.seller_ids.write(
            {
                "currency_id": dollars.id,
                "price": 240,
                "discount": 50,
                "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
            }
        )
        self._preorder(0, quantity=3)
        self.assertAlmostEqual(self._plan().cost, 15)

    def test_two_step_delivery_is_needed_once(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._preorder(0, quantity=2)
        self.assertEqual(self._numbers(), [(2, 0, 0, 0, 2)])

    def test_plan_is_a_few_queries(self):
        for number in range(4):
            self._preorder(number)
        plan = self.env["crm_orders.purchase.plan"]
        plan.search([], limit=1)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            plan.search_fetch([("product_id", "=", self.game.id)], ["to_buy", "cost"])
