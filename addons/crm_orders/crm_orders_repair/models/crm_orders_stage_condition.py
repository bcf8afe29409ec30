from odoo import fields, models


class CrmOrdersStageCondition(models.Model):
    """Orders can have to wait for their repairs."""

    _inherit = "crm_orders.stage.condition"

    kind = fields.Selection(
        selection_add=[("repairs_done", "All repairs are done")],
        ondelete={"repairs_done": "cascade"},
    )

    def _get_text(self):
        if self.kind == "repairs_done":
            return self.env._("All repairs are done")
        return super()._get_text()

    def _get_failing_repairs_done(self, orders):
        """Orders with a repair to be done; cancelled ones are waited for by nobody."""
        return orders.filtered("repair_order_ids")._filter_crm_orders_in_repair()
