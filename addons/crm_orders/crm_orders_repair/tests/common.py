from odoo.addons.crm_orders_quick.tests.common import QuickMixin


class RepairMixin(QuickMixin):
    """A shop that repairs: stages that follow repairs, and people of each kind."""

    @classmethod
    def _set_up_workshop(cls):
        cls._set_up_shop()
        cls.stage_work.write({"enter_on": "repair_started", "starts_repairs": True})
        cls.stage_ready.enter_on = "repairs_done"
        cls.mechanic = cls._new_user("quick_mechanic", "stock.group_stock_user")
        cls.bicycle = cls.env["product.product"].create(
            {"name": "Bicycle Koivu", "type": "consu", "default_code": "BK-1"}
        )
        cls.repair_work = cls.env["product.product"].create(
            {"name": "Repair work", "type": "service", "service_tracking": "repair"}
        )

    def _new_repair(self, **vals):
        repairs = self.env["repair.order"].with_user(self.mechanic)
        return repairs.with_company(self.company).create(
            {"partner_id": self.customer.id, **vals}
        )

    def _service_order(self, **values):
        """An order that a seller took in, with a device."""
        values = {
            "type_id": self.type_service,
            "device": "Blue bicycle",
            "serial": "SN 77",
            **values,
        }
        quick = self._quick(**values)
        quick.action_create()
        return quick.order_id.sudo().with_user(self.env.user)
