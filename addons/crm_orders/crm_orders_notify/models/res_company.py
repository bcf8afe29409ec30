from odoo import fields, models


class ResCompany(models.Model):
    """When customers are written to about their orders."""

    _inherit = "res.company"

    crm_orders_quiet_from = fields.Float(
        "Quiet From",
        default=20,
        help="Messages about orders that would go out from this hour on wait until the "
        "quiet hours end.",
    )
    crm_orders_quiet_to = fields.Float(
        "Quiet Until", default=8, help="From this hour on messages go out again."
    )
    crm_orders_notice_delay = fields.Integer(
        "Minutes Before Sending",
        default=2,
        help="A message about a stage waits so long, so that nobody hears of an order that "
        "was moved by mistake.",
    )

    _crm_orders_quiet_range = models.Constraint(
        "CHECK (crm_orders_quiet_from >= 0 AND crm_orders_quiet_from < 24"
        " AND crm_orders_quiet_to >= 0 AND crm_orders_quiet_to < 24)",
        "Quiet hours are between 00:00 and 23:59.",
    )
    _crm_orders_notice_delay_range = models.Constraint(
        "CHECK (crm_orders_notice_delay BETWEEN 0 AND 1440)",
        "Messages wait from 0 to 1440 minutes.",
    )
