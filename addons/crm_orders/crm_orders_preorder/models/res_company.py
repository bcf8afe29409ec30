from odoo import fields, models


class ResCompany(models.Model):
    """How long preordered goods are kept for a customer."""

    _inherit = "res.company"

    crm_orders_offer_days = fields.Integer(
        "Days to Collect Preorders",
        default=0,
        help="When the goods of a preorder are there, its customer has so many days. Then "
        "they go to the next in line. 0: they are kept until somebody decides.",
    )

    _crm_orders_offer_days_range = models.Constraint(
        "CHECK (crm_orders_offer_days BETWEEN 0 AND 365)",
        "Days to collect preorders are a number from 0 to 365.",
    )
