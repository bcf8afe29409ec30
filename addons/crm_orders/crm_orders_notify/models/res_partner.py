from odoo import fields, models


class ResPartner(models.Model):
    """Customers who want to hear nothing of their orders."""

    _inherit = "res.partner"

    crm_orders_no_notices = fields.Boolean(
        "No Messages About Orders",
        copy=False,
        groups="crm_orders_base.group_user",
        help="The customer gets no messages about how far orders are. The tracking page "
        "shows it all the same.",
    )
