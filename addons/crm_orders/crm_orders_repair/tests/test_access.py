from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, tagged

from .common import RepairMixin


@tagged("post_install", "-at_install")
class TestAccess(RepairMixin, TransactionCase):
    """Sellers without rights on stock, and repairers without rights on orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_workshop()

    def test_seller_without_stock_works_on_service_orders(self):
        order = self._service_order().with_user(self.seller)
        self.assertFalse(self.seller.has_group("stock.group_stock_user"))
        self.assertEqual(order.crm_orders_device, "Blue bicycle, SN 77")
        Form(order)
        order.action_crm_orders_next_stage()
        self.assertEqual(order.sudo().repair_order_ids.state, "under_repair")
        order.action_crm_orders_next_stage()
        order.action_crm_orders_next_stage()
        with self.assertRaises(AccessError):
            order.sudo().repair_order_ids.with_user(self.seller).read(["name"])
        other = self._service_order().with_user(self.seller)
        other._action_cancel()
        self.assertEqual(other.sudo().repair_order_ids.state, "cancel")

    def test_repairer_without_orders_makes_one(self):
        repair = self._new_repair(crm_orders_device="Mower")
        self.assertFalse(self.mechanic.has_group("sales_team.group_sale_salesman"))
        Form(repair)
        repair.action_crm_orders_make_order()
        form = Form(repair)
        self.assertEqual(form.crm_orders_stage_name, "New")
        repair.action_repair_start()
        self.assertEqual(repair.crm_orders_stage_name, "Work")
        repair.action_repair_end()
        self.assertEqual(repair.crm_orders_stage_name, "Ready")

    def test_seller_makes_no_order_of_a_repair(self):
        repair = self._new_repair()
        with self.assertRaises(AccessError):
            repair.with_user(self.seller).action_crm_orders_make_order()

    def test_repairs_of_other_companies_are_out_of_reach(self):
        other = self._new_company("Toinen Oy")
        repair = (
            self.env["repair.order"]
            .with_company(other)
            .create({"partner_id": self.customer.id})
        )
        with self.assertRaises(AccessError):
            repair.with_user(self.mechanic).action_crm_orders_make_order()
