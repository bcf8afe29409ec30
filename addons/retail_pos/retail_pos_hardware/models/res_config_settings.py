from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The device service among the settings of a shop."""

    _inherit = "res.config.settings"

    pos_retail_pos_proxy_id = fields.Many2one(
        related="pos_config_id.retail_pos_proxy_id", readonly=False
    )
