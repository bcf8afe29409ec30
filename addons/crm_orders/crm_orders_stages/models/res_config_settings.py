from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of the pages where customers follow their orders."""

    _inherit = "res.config.settings"

    crm_orders_track_content = fields.Selection(
        related="company_id.crm_orders_track_content", readonly=False, required=True
    )
    crm_orders_track_days = fields.Integer(
        related="company_id.crm_orders_track_days", readonly=False
    )
