from odoo import api, fields, models

from ..tools.assign import MAX_WEIGHT


class CrmOrdersAssignMember(models.Model):
    """A person who takes leads by a rule, with a share of them."""

    _name = "crm_orders.assign.member"
    _description = "Member of an Assignment Rule"
    _order = "sequence, id"
    _rec_name = "user_id"
    _check_company_auto = True

    rule_id = fields.Many2one(
        "crm_orders.assign.rule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain=[("share", "=", False)],
    )
    weight = fields.Integer(
        "Share",
        required=True,
        default=1,
        help="From 1 to 10: somebody with 2 gets twice as many leads as somebody with 1.",
    )
    max_open = fields.Integer(
        "Most Open Leads",
        help="Who has so many open leads gets no more by this rule. 0: as the sales team "
        "says, or no limit.",
    )
    turn = fields.Integer(
        readonly=True,
        copy=False,
        help="How far this person is ahead of the others in the round.",
    )
    given_count = fields.Integer(
        "Given So Far",
        readonly=True,
        copy=False,
        help="Leads that this rule has given to this person.",
    )

    _user_uniq = models.Constraint(
        "UNIQUE (rule_id, user_id)", "A person is in a rule only once."
    )
    _weight_range = models.Constraint(
        f"CHECK (weight BETWEEN 1 AND {MAX_WEIGHT})",
        "A share is a number from 1 to 10.",
    )
    _max_open_positive = models.Constraint(
        "CHECK (max_open >= 0)", "The number of open leads cannot be negative."
    )

    @api.depends("user_id")
    def _compute_display_name(self):
        for member in self:
            member.display_name = member.user_id.name

    @api.constrains("user_id")
    def _check_user(self):
        self.user_id._crm_orders_check_sellers()

    def write(self, vals):
        result = super().write(vals)
        if "rule_id" in vals:
            # Record rules looked at the rule that the member was in before.
            self.check_access("write")
        return result
