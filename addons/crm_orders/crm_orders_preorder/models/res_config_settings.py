from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of preorders."""

    _inherit = "res.config.settings"

    crm_orders_offer_days = fields.Integer(
        related="company_id.crm_orders_offer_days", readonly=False
    )
