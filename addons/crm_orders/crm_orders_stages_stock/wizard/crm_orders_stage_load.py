from odoo import api, models


class CrmOrdersStageLoad(models.TransientModel):
    """In ready-made ways, orders whose goods are there are collected."""

    _inherit = "crm_orders.stage.load"

    @api.model
    def _get_stages(self):
        stages = super()._get_stages()
        stages["picking"]["enter_on"] = "goods_ready"
        return stages
