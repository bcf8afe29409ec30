from odoo import fields, models


class ProductTemplate(models.Model):
    """Some goods, such as gift cards, are sold at the same price to everybody."""

    _inherit = "product.template"

    loyalty_tier_excluded = fields.Boolean(
        string="No Tier Discount",
        help="Customers pay the same for this product in every loyalty tier. "
        "What they buy still counts for reaching a tier.",
    )
