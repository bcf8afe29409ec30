from odoo import fields, models


class ResCompany(models.Model):
    """What is sold when a quick order tells in words what it is about."""

    _inherit = "res.company"

    crm_orders_quick_product_id = fields.Many2one(
        "product.product",
        "Product of Orders in Words",
        domain="[('sale_ok', '=', True), ('type', '=', 'service'),"
        " '|', ('company_id', '=', False), ('company_id', '=', id)]",
        help="A service, say Repair work. A quick order that tells only in words what is"
        " ordered gets a line of it with those words. Empty: it gets a note.",
    )
