from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of quick orders."""

    _inherit = "res.config.settings"

    crm_orders_quick_product_id = fields.Many2one(
        related="company_id.crm_orders_quick_product_id",
        readonly=False,
        domain="[('sale_ok', '=', True), ('type', '=', 'service'),"
        " '|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
