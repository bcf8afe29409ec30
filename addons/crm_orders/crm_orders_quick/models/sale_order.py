from odoo import fields, models


class SaleOrder(models.Model):
    """An order knows the form that it was made with, so that it is made once."""

    _inherit = "sale.order"

    crm_orders_quick_token = fields.Char(
        "Number of the Quick Order", copy=False, groups=fields.NO_ACCESS
    )

    _crm_orders_quick_token_uniq = models.UniqueIndex(
        "(crm_orders_quick_token) WHERE crm_orders_quick_token IS NOT NULL",
        "This quick order has just been made. Look for it on the board.",
    )
