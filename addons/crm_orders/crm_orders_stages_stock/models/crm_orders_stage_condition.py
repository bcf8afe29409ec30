from odoo import fields, models


class CrmOrdersStageCondition(models.Model):
    """Orders can have to wait for their goods."""

    _inherit = "crm_orders.stage.condition"

    kind = fields.Selection(
        selection_add=[
            ("goods_ready", "All goods are there"),
            ("goods_delivered", "All goods are handed out"),
        ],
        ondelete={"goods_ready": "cascade", "goods_delivered": "cascade"},
    )

    def _get_text(self):
        if self.kind == "goods_ready":
            return self.env._("All goods are there")
        if self.kind == "goods_delivered":
            return self.env._("All goods are handed out")
        return super()._get_text()

    def _get_failing_goods_ready(self, orders):
        return orders - orders._filter_crm_orders_goods_ready()

    def _get_failing_goods_delivered(self, orders):
        return orders - orders._filter_crm_orders_goods_delivered()
