import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.functions import FUNCTIONS
from ..tools.guard import are_checks_deferred

RULE_CODE = re.compile(r"[A-Z](?:_?[A-Z0-9])*")
RESERVED_CODES = {*FUNCTIONS, "IF", "YTD"}
CATEGORIES = [
    ("earning", "Earning"),
    ("deduction", "Deduction"),
    ("net", "Net pay"),
    ("employer", "Employer cost"),
    ("base", "Base"),
]


class PayrollLiteRule(models.Model):
    """One line of a payslip: when it applies and how much it is."""

    _name = "payroll.lite.rule"
    _inherit = ["payroll.lite.company.mixin"]
    _description = "Pay Rule"
    _order = "structure_id, sequence, id"
    _rec_names_search = ["name", "code"]

    structure_id = fields.Many2one(
        "payroll.lite.structure", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="structure_id.company_id")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="Place on the payslip. The order of computing follows from the formulas.",
    )
    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Name of the amount in other rules: capital letters, digits and "
        "underscores, for example GROSS.",
    )
    category = fields.Selection(
        CATEGORIES,
        required=True,
        default="earning",
        help="Earnings add to the net pay and deductions lower it; write both as "
        "positive amounts. Employer costs are paid on top. A base is only a figure that "
        "other rules use.",
    )
    expression = fields.Text(
        string="Formula",
        required=True,
        help="How much the line is, for example GROSS * tax_percent / 100. The page "
        "“Names and functions” of the structure lists all that a formula may use.",
    )
    condition = fields.Text(
        help="When the line applies, for example age >= 17. Leave empty for always.",
    )
    rounding = fields.Selection(
        [
            ("cent", "To the nearest cent"),
            ("cent_down", "Down to the cent"),
            ("cent_up", "Up to the cent"),
            ("five_cents", "To the nearest 5 cents"),
            ("unit", "To the nearest whole"),
            ("unit_down", "Down to the whole"),
            ("unit_up", "Up to the whole"),
            ("none", "Not at all (bases only)"),
        ],
        required=True,
        default="cent",
    )
    appears_on_payslip = fields.Boolean(
        default=True, help="Print the line on the payslip of the employee."
    )
    note = fields.Text(
        translate=True, help="Why the rule is as it is, for whoever changes it next."
    )

    _code_uniq = models.UniqueIndex(
        "(structure_id, code) WHERE active",
        "Two rules of the structure have the same code.",
    )
    _rounding_of_money = models.Constraint(
        "CHECK (rounding != 'none' OR category = 'base')",
        "Only a base may stay without rounding: money is paid in cents.",
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = f"{rule.code} · {rule.name}" if rule.code else rule.name

    @api.constrains("code")
    def _check_code(self):
        for rule in self:
            if not RULE_CODE.fullmatch(rule.code) or len(rule.code) > 24:
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be a code: use up to 24 capital letters, digits and "
                        "single underscores, starting with a letter.",
                        rule.code[:50],
                    )
                )
            if rule.code in RESERVED_CODES:
                raise ValidationError(
                    self.env._("“%s” is the name of a function.", rule.code)
                )

    @api.constrains(
        "active", "category", "code", "condition", "expression", "structure_id"
    )
    def _check_formulas(self):
        if not are_checks_deferred(self.env):
            self.structure_id._check_rules()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        lines = self.env["payroll.lite.payslip.line"].sudo()
        if lines.search_count([("rule_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("Payslips were computed with this rule. Archive it instead.")
            )
        if not are_checks_deferred(self.env):
            self.structure_id._check_rules(without=self)

    def _to_source(self):
        """What of the rule decides its amount."""
        self.ensure_one()
        return {
            "code": self.code,
            "category": self.category,
            "expression": self.expression or "",
            "condition": (self.condition or "").strip(),
            "rounding": self.rounding,
        }

    def _to_full_source(self, languages):
        """All that a payslip needs to know of the rule, also to print it."""
        self.ensure_one()
        return {
            **self._to_source(),
            "id": self.id,
            "sequence": self.sequence,
            "printed": self.appears_on_payslip,
            "names": {lang: self.with_context(lang=lang).name for lang in languages},
        }
