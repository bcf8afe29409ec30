from odoo import fields, models


class ResCompany(models.Model):
    """What customers may see on the pages of their orders."""

    _inherit = "res.company"

    crm_orders_track_content = fields.Selection(
        [
            ("nothing", "Nothing"),
            ("products", "Products and quantities"),
            ("prices", "Products and prices"),
        ],
        "Contents on the Tracking Page",
        required=True,
        default="nothing",
        help="Whoever has the address of an order's page sees this much of what was "
        "ordered.",
    )
    crm_orders_track_days = fields.Integer(
        "Days Until Tracking Ends",
        default=90,
        help="So many days after an order was handed over or cancelled, its page cannot "
        "be opened any more. 0: it always can.",
    )

    _crm_orders_track_days_range = models.Constraint(
        "CHECK (crm_orders_track_days BETWEEN 0 AND 3650)",
        "Days until tracking ends are a number from 0 to 3650.",
    )
