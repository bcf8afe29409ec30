from odoo.tests import TransactionCase, tagged

from .common import RepairMixin


@tagged("post_install", "-at_install")
class TestQuickOrder(RepairMixin, TransactionCase):
    """What customers leave with the shop is written down with the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_workshop()

    def test_device_is_written_down(self):
        order = self._service_order(
            condition="Scratched", accessories="Key", secret="1234"
        )
        repair = order.repair_order_ids
        self.assertEqual(repair.state, "confirmed")
        self.assertEqual(repair.partner_id, self.customer)
        self.assertEqual(repair.company_id, self.company)
        self.assertEqual(repair.picking_type_id.company_id, self.company)
        self.assertEqual(repair.crm_orders_fault, "Blue chair")
        self.assertEqual(repair.crm_orders_condition, "Scratched")
        self.assertEqual(repair.crm_orders_accessories, "Key")
        self.assertEqual(repair.crm_orders_secret, "1234")
        self.assertFalse(repair.user_id)
        self.assertEqual(order.crm_orders_device, "Blue bicycle, SN 77")

    def test_repair_of_the_service_in_words_is_made_once(self):
        self.company.crm_orders_quick_product_id = self.repair_work
        order = self._service_order()
        self.assertEqual(len(order.repair_order_ids), 1)
        self.assertEqual(order.repair_order_ids.sale_order_line_id, order.order_line)
        self.assertEqual(order.repair_order_ids.crm_orders_device, "Blue bicycle")

    def test_device_of_a_quotation_waits(self):
        quick = self._quick(type_id=self.type_service, device="Mower")
        quick.action_create_quotation()
        order = quick.order_id.with_user(self.env.user)
        self.assertEqual(order.repair_order_ids.state, "draft")
        order.action_confirm()
        self.assertEqual(order.repair_order_ids.state, "confirmed")
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)

    def test_serial_number_of_a_product_is_found(self):
        self.bicycle.write({"is_storable": True, "tracking": "serial"})
        lot = self.env["stock.lot"].create(
            {"name": "SN 77", "product_id": self.bicycle.id}
        )
        order = self._service_order(device=False, device_product_id=self.bicycle)
        repair = order.repair_order_ids
        self.assertEqual((repair.product_id, repair.lot_id), (self.bicycle, lot))
        self.assertEqual(order.crm_orders_device, "Bicycle Koivu, SN 77")

    def test_other_orders_leave_nothing(self):
        quick = self._quick(type_id=self.type_pickup)
        quick.device = "Bicycle"
        quick.action_create()
        self.assertFalse(quick.order_id.sudo().repair_order_ids)
        quick = self._quick(type_id=self.type_service)
        quick.action_create()
        self.assertFalse(quick.order_id.sudo().repair_order_ids)
