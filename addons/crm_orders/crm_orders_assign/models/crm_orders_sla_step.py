from odoo import fields, models


class CrmOrdersSlaStep(models.Model):
    """What is done at some point while a customer is not answered."""

    _name = "crm_orders.sla.step"
    _description = "Escalation Step"
    _order = "kind desc, value, id"
    _rec_name = "action"

    policy_id = fields.Many2one(
        "crm_orders.sla.policy", required=True, index=True, ondelete="cascade"
    )
    value = fields.Integer(
        "After",
        required=True,
        default=100,
        help="100 % is the end of the time allowed; 150 % is half as much later.",
    )
    kind = fields.Selection(
        [
            ("percent", "% of the time allowed"),
            ("minutes", "working minutes"),
        ],
        "Counted In",
        required=True,
        default="percent",
    )
    action = fields.Selection(
        [
            ("remind", "Remind the responsible"),
            ("leader", "Tell the team leader"),
            ("reassign", "Give it to somebody else"),
        ],
        required=True,
        default="remind",
        help="Somebody else is found by the assignment rules; if there is nobody, the team "
        "leader is told.",
    )

    _value_positive = models.Constraint(
        "CHECK (value > 0 AND value <= 100000)",
        "A step happens some time after the lead came in, at most 100000.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "policy_id" in vals:
            # Record rules looked at the policy that the step was in before.
            self.check_access("write")
        return result
