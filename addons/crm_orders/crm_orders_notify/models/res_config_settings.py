from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of the messages about orders."""

    _inherit = "res.config.settings"

    crm_orders_quiet_from = fields.Float(
        related="company_id.crm_orders_quiet_from", readonly=False
    )
    crm_orders_quiet_to = fields.Float(
        related="company_id.crm_orders_quiet_to", readonly=False
    )
    crm_orders_notice_delay = fields.Integer(
        related="company_id.crm_orders_notice_delay", readonly=False
    )
