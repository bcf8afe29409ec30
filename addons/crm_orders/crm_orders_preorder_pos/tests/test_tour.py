from odoo.tests import HttpCase, tagged

from .common import PreorderTillCommon


@tagged("post_install", "-at_install")
class TestTour(PreorderTillCommon, HttpCase):
    """A cashier takes a deposit; weeks later the goods come and are fetched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"name": "Aino Lähde", "phone": "040 123 4567"})

    def _tour(self, name):
        self.env.flush_all()
        self.start_tour(f"/pos/ui/{self.config.id}", name, login=self.cashier.login)
        self.env.invalidate_all()

    def test_preorder_with_deposit_at_the_till(self):
        self.stage_work.enter_on = "deposit"
        self.stage_ready.enter_on = "goods_ready"
        self._tour("crm_orders_preorder_pos_make")
        order = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((order.state, order.amount_total), ("sale", 100))
        self.assertEqual(order.crm_orders_preorder_state, "goods")
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self._assert_ledger(order, 30, 0, 0, 30)
        self.assertIn("From Espoo", order.order_line.mapped("name"))

        self._receive(1)
        self.assertEqual(order.crm_orders_preorder_state, "allocated")
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)
        self.assertEqual(self._stock(), 1)

        self._tour("crm_orders_preorder_pos_collect")
        self._assert_ledger(order, 30, 30, 0, 0)
        self.assertEqual(order._get_crm_orders_paid()[order], 100)
        self.assertEqual(order.crm_orders_preorder_state, "done")
        self.assertEqual(self._stock(), 0)
        self.assertEqual(self._history(order), ["New", "Work", "Ready", "Done (open)"])
        self.assertEqual(
            order.crm_orders_log_ids.sorted("id").mapped("cause"),
            ["confirmed", "deposit", "goods_ready", "till"],
        )
        receipts = order.pos_order_line_ids.order_id
        self.assertEqual(sorted(receipts.mapped("amount_total")), [30, 70])

    def test_full_quota_and_no_connection_lose_nothing(self):
        self.game.crm_orders_preorder_quota = 1
        self._preorder(customer=1)
        self._tour("crm_orders_preorder_pos_refused")
        orders = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        self.assertFalse(orders)
