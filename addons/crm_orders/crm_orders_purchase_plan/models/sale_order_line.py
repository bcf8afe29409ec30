from odoo import fields, models


class SaleOrderLine(models.Model):
    """Preordered lines know where their goods are bought."""

    _inherit = "sale.order.line"

    crm_orders_purchase_line_ids = fields.Many2many(
        "purchase.order.line",
        "crm_orders_purchase_sale_line_rel",
        "sale_line_id",
        "purchase_line_id",
        "Bought With",
        readonly=True,
        copy=False,
        groups="crm_orders_base.group_user",
    )
