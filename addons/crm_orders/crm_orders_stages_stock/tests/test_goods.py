from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_stages.tests.common import StagesMixin


@tagged("post_install", "-at_install")
class TestGoods(StagesMixin, TransactionCase):
    """Goods that come and go take orders along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.stage_waiting = cls._new_stage("Waiting", "waiting", 1)
        cls.stage_new.sequence = 0
        cls.stage_work.enter_on = "goods_ready"
        cls.stage_done.enter_on = "goods_delivered"
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.product, cls.other_product = cls.env["product.product"].create(
            [
                {"name": name, "type": "consu", "is_storable": True, "list_price": 20}
                for name in ("Lamp", "Shade")
            ]
        )

    def _put_on_the_shelf(self, quantity, product=None):
        quants = self.env["stock.quant"].with_company(self.company)
        quants._update_available_quantity(
            product or self.product, self.warehouse.lot_stock_id, quantity
        )

    def _hand_out(self, order, quantity=None):
        picking = order.picking_ids.filtered(lambda one: one.state != "done")[-1:]
        if quantity:
            picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()

    def test_goods_on_the_shelf(self):
        self._put_on_the_shelf(1)
        order = self._confirmed_orders(1)
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self.assertEqual(self._history(order), ["New", "Work (open)"])
        self.assertEqual(order.crm_orders_log_ids.sorted("id")[-1].cause, "goods_ready")

    def test_goods_that_come_later(self):
        order = self._confirmed_orders(1)
        order.crm_orders_stage_id = self.stage_waiting
        self._put_on_the_shelf(1)
        order.picking_ids.action_assign()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)

    def test_received_goods_go_to_who_waits_for_them(self):
        order = self._confirmed_orders(1)
        receipt = (
            self.env["stock.picking"]
            .with_company(self.company)
            .create(
                {
                    "picking_type_id": self.warehouse.in_type_id.id,
                    "location_id": self.env.ref("stock.stock_location_suppliers").id,
                    "location_dest_id": self.warehouse.lot_stock_id.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "product_uom_qty": 5,
                                "location_id": self.env.ref(
                                    "stock.stock_location_suppliers"
                                ).id,
                                "location_dest_id": self.warehouse.lot_stock_id.id,
                            }
                        )
                    ],
                }
            )
        )
        receipt.action_confirm()
        receipt.move_ids.write({"quantity": 5, "picked": True})
        receipt.button_validate()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)

    def test_some_of_the_goods_are_not_all(self):
        self._put_on_the_shelf(1)
        order = self._new_orders(1)
        order.order_line.product_uom_qty = 2
        order.action_confirm()
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)

    def test_one_of_two_products_is_not_all(self):
        self._put_on_the_shelf(1, self.other_product)
        order = self._new_orders(1)
        order.order_line = [Command.create({"product_id": self.other_product.id})]
        order.action_confirm()
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)

    def test_handed_out_goods_end_the_way(self):
        self._put_on_the_shelf(1)
        order = self._confirmed_orders(1)
        self._hand_out(order)
        self.assertEqual(order.delivery_status, "full")
        self.assertEqual(order.crm_orders_stage_id, self.stage_done)

    def test_part_of_the_goods_does_not(self):
        self._put_on_the_shelf(2)
        order = self._new_orders(1)
        order.order_line.product_uom_qty = 2
        order.action_confirm()
        self._hand_out(order, 1)
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self._hand_out(order)
        self.assertEqual(order.crm_orders_stage_id, self.stage_done)

    def test_delivery_in_two_steps_waits_for_the_shelf_only(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._confirmed_orders(1)
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self._put_on_the_shelf(1)
        order.picking_ids.action_assign()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)

    def test_condition_waits_for_goods(self):
        self.stage_work.enter_on = False
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_ready.id, "kind": "goods_ready", "moment": "enter"}
        )
        order = self._confirmed_orders(1)
        seller = self._new_user("goods_seller", "crm_orders_base.group_user")
        order.user_id = seller
        mine = order.with_user(seller).with_company(self.company)
        with self.assertRaisesRegex(UserError, "All goods are there"):
            mine.crm_orders_stage_id = self.stage_ready
        self._put_on_the_shelf(1)
        order.picking_ids.action_assign()
        mine.crm_orders_stage_id = self.stage_ready
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_services_wait_for_no_goods(self):
        order = self._new_orders(1)
        order.order_line.product_id = self.env["product.product"].create(
            {"name": "Advice", "type": "service"}
        )
        order.action_confirm()
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_ready.id, "kind": "goods_ready", "moment": "enter"}
        )
        order.crm_orders_stage_id = self.stage_ready
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_what_holds_an_order_back_is_told_once(self):
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_new.id, "name": "Called"}
        )
        self._put_on_the_shelf(1)
        order = self._confirmed_orders(1)

        def told():
            return len(order.message_ids.filtered(lambda one: "Called" in one.body))

        self.assertEqual(told(), 1)
        order.picking_ids.do_unreserve()
        order.picking_ids.action_assign()
        self.assertEqual(told(), 1)

    def test_stages_without_goods_cost_nothing(self):
        (self.stage_work | self.stage_done).enter_on = False
        orders = self._confirmed_orders(2)
        orders._crm_orders_look_at_goods()
        with self.assertQueryCount(0):
            orders._crm_orders_look_at_goods()
