from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    loyalty_tz = fields.Selection(related="company_id.loyalty_tz", readonly=False)
