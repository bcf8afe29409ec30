from odoo import fields, models


class ResUsers(models.Model):
    """Most people take the same type of order again and again."""

    _inherit = "res.users"

    crm_orders_quick_type_id = fields.Many2one(
        "crm_orders.order.type",
        "Type of Last Quick Order",
        copy=False,
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )
