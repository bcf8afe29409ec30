import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PreorderCommon


@tagged("post_install", "-at_install")
class TestAllocation(PreorderCommon):
    """Goods go to whoever is first in line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm_orders_preorder.ir_cron_expire_offers")

    def _place(self, order, hours):
        order.sudo().crm_orders_queue_date = fields.Datetime.now() - timedelta(
            hours=hours
        )

    def test_first_come_first_served(self):
        orders = self._preorder(0) + self._preorder(1) + self._preorder(2)
        for order, hours in zip(orders, (1, 3, 2), strict=True):
            self._place(order, hours)
        orders.invalidate_recordset(["crm_orders_place"])
        self.assertEqual(orders.mapped("crm_orders_place"), [3, 1, 2])
        self._receive(1)
        self.assertEqual(self._states(orders), ["goods", "allocated", "goods"])
        self._receive(1)
        self.assertEqual(self._states(orders), ["goods", "allocated", "allocated"])
        self._receive(5)
        self.assertEqual(self._states(orders), ["allocated"] * 3)

    def test_short_receipt_is_not_snatched(self):
        big, small = self._preorder(0, quantity=3), self._preorder(1)
        self._receive(2)
        self.assertEqual(self._states(big + small), ["goods", "goods"])
        self.assertEqual(big.order_line.crm_orders_reserved_qty, 2)
        small.picking_ids.action_assign()
        self.assertEqual(small.order_line.crm_orders_reserved_qty, 0)
        self._receive(1)
        self.assertEqual(self._states(big + small), ["allocated", "goods"])

    def test_who_asks_by_hand_gives_goods_to_the_first(self):
        older, younger = self._preorder(0), self._preorder(1)
        self.env["ir.config_parameter"].sudo().set_param(
            "stock.picking_no_auto_reserve", True
        )
        self._receive(1)
        self.assertEqual(self._states(older + younger), ["goods", "goods"])
        younger.picking_ids.action_assign()
        self.assertEqual(self._states(older + younger), ["allocated", "goods"])

    def test_ordinary_orders_come_after_preorders(self):
        preorder = self._preorder(0)
        self.game.crm_orders_preorder = False
        ordinary = self._preorder(1)
        self.assertFalse(ordinary.crm_orders_is_preorder)
        ordinary.picking_ids.priority = "1"
        self._receive(1)
        self.assertEqual(preorder.crm_orders_preorder_state, "allocated")
        self.assertEqual(ordinary.picking_ids.state, "confirmed")
        self._receive(1)
        self.assertEqual(ordinary.picking_ids.state, "assigned")

    def test_without_deposit_nothing_is_set_aside(self):
        self.game.write(
            {"crm_orders_deposit_kind": "fixed", "crm_orders_deposit_fixed": 10}
        )
        late, quick = self._preorder(0), self._preorder(1)
        self.assertEqual(self._states(late + quick), ["deposit", "deposit"])
        self._receive(1)
        self.assertEqual(self._states(late + quick), ["deposit", "deposit"])
        self._pay_deposit(quick)
        self.assertEqual(self._states(late + quick), ["deposit", "allocated"])
        self._pay_deposit(late)
        self.assertEqual(self._states(late + quick), ["goods", "allocated"])
        self._receive(1)
        self.assertEqual(self._states(late + quick), ["allocated", "allocated"])

    def test_goods_on_the_shelf_are_there_at_once(self):
        self._receive(1)
        order = self._preorder()
        self.assertEqual(order.crm_orders_preorder_state, "allocated")

    def test_several_products_are_waited_for(self):
        other = self._new_game(name="Other")
        order = self._preorder(confirm=False)
        order.order_line = [(0, 0, {"product_id": other.id})]
        order.action_confirm()
        self._receive(1)
        self.assertEqual(order.crm_orders_preorder_state, "goods")
        self._receive(1, other)
        self.assertEqual(order.crm_orders_preorder_state, "allocated")

    def test_handed_over(self):
        order = self._preorder()
        self._receive(1)
        self._hand_over(order)
        self.assertEqual(order.crm_orders_preorder_state, "done")
        self.assertFalse(order.crm_orders_offer_expiry)

    def test_cancelled_goods_go_to_the_next(self):
        first, second = self._preorder(0), self._preorder(1)
        self._receive(1)
        first._action_cancel()
        self.assertEqual(second.crm_orders_preorder_state, "allocated")

    def test_delivery_in_two_steps(self):
        self.warehouse.delivery_steps = "pick_ship"
        first, second = self._preorder(0), self._preorder(1)
        self._receive(1)
        self.assertEqual(self._states(first + second), ["allocated", "goods"])

    def test_offer_expires_once(self):
        self.company.crm_orders_offer_days = 3
        first, second = self._preorder(0), self._preorder(1)
        self._receive(1)
        self.assertTrue(first.crm_orders_offer_expiry)
        self._run_cron()
        self.assertEqual(self._states(first + second), ["allocated", "goods"])
        first.crm_orders_offer_expiry = fields.Datetime.now() - timedelta(hours=1)
        self._run_cron()
        self.assertEqual(self._states(first + second), ["lapsed", "allocated"])
        self.assertTrue(second.crm_orders_offer_expiry)
        messages = len(first.message_ids)
        self._run_cron()
        self.assertEqual(self._states(first + second), ["lapsed", "allocated"])
        self.assertEqual(len(first.message_ids), messages)
        # Goods that come do not reach who did not collect them.
        self._receive(1)
        self.assertEqual(self._states(first + second), ["lapsed", "allocated"])
        first.action_crm_orders_back_in_line()
        self.assertEqual(self._states(first + second), ["allocated", "allocated"])
        with self.assertRaises(UserError):
            first.action_crm_orders_back_in_line()

    def test_stages_follow_the_goods(self):
        stage_waiting = self._new_stage("Waiting", "waiting", 1)
        self.stage_new.sequence = 0
        self.stage_ready.enter_on = "goods_ready"
        self.company.crm_orders_offer_days = 3
        first, second = self._preorder(0), self._preorder(1)
        self.env["ir.config_parameter"].sudo().set_param(
            "stock.picking_no_auto_reserve", True
        )
        self._receive(1)
        # The goods reach the first one, although it is the second one who asks.
        second.picking_ids.action_assign()
        self.assertEqual(first.crm_orders_stage_id, self.stage_ready)
        self.assertEqual(second.crm_orders_stage_id, self.stage_new)
        first.crm_orders_offer_expiry = fields.Datetime.now() - timedelta(hours=1)
        self._run_cron()
        self.assertEqual(first.crm_orders_stage_id, stage_waiting)
        self.assertEqual(second.crm_orders_stage_id, self.stage_ready)

    def test_returned_goods_do_not_block_the_line(self):
        self._receive(1)
        first = self._preorder(0)
        self._hand_over(first)
        second = self._preorder(1)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=first.picking_ids.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        returned = wizard._create_return()
        returned.move_ids.write({"quantity": 1, "picked": True})
        returned.button_validate()
        self.assertEqual(self._states(first + second), ["done", "allocated"])

    def test_time_to_collect_begins_with_the_release(self):
        self.company.crm_orders_offer_days = 3
        release = fields.Date.today() + timedelta(days=10)
        self.game.crm_orders_release_date = release
        order = self._preorder()
        self._receive(1)
        left = order.crm_orders_offer_expiry - fields.Datetime.now()
        self.assertTrue(timedelta(days=12) <= left <= timedelta(days=14))

    def test_goods_being_handed_over_are_not_taken_away(self):
        self.company.crm_orders_offer_days = 1
        order = self._preorder()
        self._receive(1)
        order.picking_ids.move_ids.picked = True
        order.crm_orders_offer_expiry = fields.Datetime.now() - timedelta(hours=1)
        self._run_cron()
        self.assertEqual(order.crm_orders_preorder_state, "allocated")
        self.assertGreater(order.crm_orders_offer_expiry, fields.Datetime.now())

    def test_any_receipts_serve_the_line_in_its_order(self):
        """However goods come, what is set aside is what a shop would hand out in turn."""
        for seed in range(3):
            chance = random.Random(seed)
            game = self._new_game(name=f"Game {seed}")
            orders = self.env["sale.order"].concat(
                *(
                    self._preorder(number % 4, chance.randint(1, 3), game)
                    for number in range(5)
                )
            )
            places = chance.sample(range(5), 5)
            for order, place in zip(orders, places, strict=True):
                self._place(order, 10 - place)
            line = orders.sorted(lambda order: order.crm_orders_queue_date)
            received = 0
            for _step in range(4):
                quantity = chance.randint(1, 4)
                received += quantity
                self._receive(quantity, game)
                chance.choice(orders).picking_ids.action_assign()
                left = received
                for order in line:
                    wanted = order.order_line.crm_orders_preorder_qty
                    with self.subTest(seed=seed, order=order.name):
                        self.assertEqual(
                            order.order_line.crm_orders_reserved_qty, min(wanted, left)
                        )
                        self.assertEqual(
                            order.crm_orders_preorder_state,
                            "allocated" if left >= wanted else "goods",
                        )
                    left = max(0, left - wanted)

    def test_long_line_costs_no_more_than_it_gives(self):
        orders = self.env["sale.order"].concat(
            *(self._preorder(number % 4) for number in range(12))
        )
        in_line, _kept_back = self.env["stock.move"]._get_crm_orders_line(self.game)
        self.assertEqual(in_line.sale_line_id.order_id, orders)
        self.env["stock.quant"]._update_available_quantity(
            self.game, self.warehouse.lot_stock_id, 2
        )
        self.assertEqual(len(in_line._crm_orders_serve()), 2)

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()
