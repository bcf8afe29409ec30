from odoo import fields, models


class CrmTeam(models.Model):
    """What a sales team says about leads when a rule or a policy does not."""

    _inherit = "crm.team"

    crm_orders_calendar_id = fields.Many2one(
        "resource.calendar",
        "Answering Hours",
        check_company=True,
        help="When this team answers customers. Rules and response times without working "
        "hours of their own go by it. Empty: rules give leads at any time, and response "
        "times count the working hours of the company.",
    )
    crm_orders_max_open = fields.Integer(
        "Most Open Leads",
        help="Assignment rules give no more leads to a member who has so many open ones. "
        "0: no limit.",
    )

    _crm_orders_max_open_positive = models.Constraint(
        "CHECK (crm_orders_max_open >= 0)",
        "The number of open leads cannot be negative.",
    )
