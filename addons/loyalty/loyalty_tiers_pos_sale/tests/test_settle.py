from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.loyalty_tiers_pos.tests.common import LoyaltyTiersPosCommon


@tagged("post_install", "-at_install")
class TestSettle(LoyaltyTiersPosCommon):
    """Every euro counts once, whatever document it goes through."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.down_payment = cls.create_product("Down payment", cls.categ_basic, 0)
        cls.config.down_payment_product_id = cls.down_payment

    def setUp(self):
        super().setUp()
        self.open_new_session()

    def order(self, confirm=True):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.blanket.id, "product_uom_qty": 3}
                    )
                ],
            }
        )
        if confirm:
            order.action_confirm()
        self.settle()
        return order

    def settle(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def pay(self, order, quantity=3, *more):
        line = {
            "product": self.blanket,
            "quantity": quantity,
            "sale_order_origin_id": order.id,
            "sale_order_line_id": order.order_line[0].id,
        }
        receipt = self.sell(line, *more, customer=self.partner)
        self.settle()
        return receipt

    def pay_down(self, order, amount):
        """A down payment, as the till sends it."""
        data = self.data((self.down_payment, 1), customer=self.partner)
        data["lines"][0][2].update(
            price_unit=amount,
            price_subtotal=amount,
            price_subtotal_incl=amount,
            tax_ids=[],
            sale_order_origin_id=order.id,
        )
        data.update(amount_total=amount, amount_paid=amount)
        data["payment_ids"][0][2]["amount"] = amount
        self.env["pos.order"].sync_from_ui([data])
        self.settle()
        return self.env["pos.order"].search([("uuid", "=", data["uuid"])])

    def give_back(self, receipt, qty):
        line = receipt.lines[0]
        data = self.data(
            {
                "product": line.product_id,
                "quantity": -qty,
                "refunded_orderline_id": line.id,
            },
            customer=self.partner,
            is_refund=True,
        )
        if line.product_id == self.down_payment:
            amount = -line.price_unit
            data["lines"][0][2].update(
                price_unit=line.price_unit,
                price_subtotal=amount,
                price_subtotal_incl=amount,
                tax_ids=[],
            )
            data.update(amount_total=amount, amount_paid=amount)
            data["payment_ids"][0][2]["amount"] = amount
        self.env["pos.order"].sync_from_ui([data])
        self.settle()
        return self.env["pos.order"].search([("uuid", "=", data["uuid"])])

    def total(self):
        activities = self.env["loyalty.activity"].search(
            [("partner_id", "=", self.partner.id)]
        )
        total = sum(activities.mapped("amount"))
        self.assertAlmostEqual(self.member(self.partner).amount, total)
        return total

    def test_confirmed_order_that_is_settled_counts_once(self):
        order = self.order()
        self.assertEqual(self.total(), 300)
        receipt = self.pay(order)
        self.assertEqual(self.total(), 300)
        self.assertEqual(self.booked(receipt).mapped("amount"), [0])

    def test_quotation_that_is_settled_counts_once(self):
        order = self.order(confirm=False)
        self.pay(order)
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.total(), 300)

    def test_what_is_taken_along_counts_as_well(self):
        order = self.order()
        self.pay(order, 3, (self.blanket, 1))
        self.assertEqual(self.total(), 400)

    def test_returned_goods_of_an_order(self):
        receipt = self.pay(self.order())
        self.give_back(receipt, 1)
        self.assertEqual(self.total(), 200)
        self.give_back(receipt, 2)
        self.assertEqual(self.total(), 0)

    def test_cancelling_after_the_goods_came_back_does_not_count_twice(self):
        order = self.order()
        receipt = self.pay(order)
        self.give_back(receipt, 3)
        order._action_cancel()
        self.settle()
        self.assertEqual(self.total(), 0)

    def test_cancelling_an_order_that_was_partly_settled(self):
        order = self.order()
        receipt = self.pay(order, 1)
        order._action_cancel()
        self.settle()
        self.assertEqual(self.total(), 100)
        self.give_back(receipt, 1)
        self.assertEqual(self.total(), 0)

    def test_down_payments_are_part_of_the_order(self):
        order = self.order()
        deposit = self.pay_down(order, 50)
        self.assertEqual(self.total(), 300)
        self.give_back(deposit, 1)
        self.assertEqual(self.total(), 300)
        order._action_cancel()
        self.settle()
        self.assertEqual(self.total(), 0)

    def test_order_of_last_year_settled_today_has_the_day_of_the_order(self):
        with freeze_time("2026-01-10 12:00:00"):
            order = self.order()
        with freeze_time("2026-06-10 12:00:00"):
            self.pay(order)
        activity = self.env["loyalty.activity"].search(
            [("partner_id", "=", self.partner.id), ("amount", ">", 0)]
        )
        self.assertEqual(str(activity.date), "2026-01-10")

    def test_till_learns_the_membership_with_the_order(self):
        self.give(self.partner, 600)
        order = self.order()
        result = order.load_sale_order_from_pos(self.config.id)
        [member] = result["loyalty.membership"]
        self.assertEqual(member["tier_id"], self.silver.id)
        self.assertIn("loyalty_discount", result["sale.order.line"][0])
