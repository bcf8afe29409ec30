from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date, formatLang

from ..tools.explain import explain, percent_of
from ..tools.guard import is_engine
from .payroll_lite_rule import CATEGORIES


class PayrollLitePayslipLine(models.Model):
    """One amount of a payslip. Written by the engine only; see ``payroll.lite.store``."""

    _name = "payroll.lite.payslip.line"
    _description = "Payslip Line"
    _order = "payslip_id desc, sequence, id"
    # who and when is known of the payslip; four columns less for each of its lines
    _log_access = False

    payslip_id = fields.Many2one(
        "payroll.lite.payslip", required=True, ondelete="cascade", index=True
    )
    rule_id = fields.Many2one(
        "payroll.lite.rule", required=True, ondelete="restrict", index=True
    )
    sequence = fields.Integer(required=True)
    code = fields.Char(required=True)
    category = fields.Selection(CATEGORIES, required=True)
    amount = fields.Monetary(required=True)
    ytd_amount = fields.Monetary(
        required=True,
        string="Year to Date",
        help="Amount of the payment year, this payslip included.",
    )
    name = fields.Char(compute="_compute_name", compute_sudo=True, string="Description")
    explanation = fields.Html(
        compute="_compute_explanation", compute_sudo=True, sanitize=False
    )
    currency_id = fields.Many2one(related="payslip_id.currency_id")
    employee_id = fields.Many2one(related="payslip_id.employee_id")
    department_id = fields.Many2one(related="payslip_id.department_id")
    company_id = fields.Many2one(related="payslip_id.company_id")
    date_payment = fields.Date(related="payslip_id.date_payment")
    state = fields.Selection(related="payslip_id.state")

    @api.depends("code", "payslip_id.program_id")
    @api.depends_context("lang")
    def _compute_name(self):
        lang = self.env.lang or "en_US"
        for program, lines in self.grouped(
            lambda line: line.payslip_id.program_id
        ).items():
            names = program._get_names(lang) if program else {}
            for line in lines:
                line.name = names.get(line.code, line.code)

    @api.depends("name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.name

    @api.depends("payslip_id.snapshot")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for line in self:
            line.explanation = self.env["ir.qweb"]._render(
                "payroll_lite.payslip_line_explanation",
                {"line": line, "explanation": line._explain()},
            )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_engine()
        return super().create(vals_list)

    def write(self, vals):
        self._check_engine()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_engine(self):
        self._check_engine()

    def _check_engine(self):
        if not is_engine(self.env):
            raise UserError(
                self.env._(
                    "The lines of a payslip are computed. To change them, change what "
                    "they are computed from and compute the payslip again."
                )
            )

    def _explain(self):
        """How the amount came about, from what the payslip froze."""
        self.ensure_one()
        payslip = self.payslip_id
        inputs, balances = self.env["payroll.lite.engine"]._load_snapshot(
            payslip.snapshot
        )
        explanation = explain(
            payslip.program_id._compile(), self.code, inputs, balances, self._spell
        )
        source = payslip.program_id._get_source()
        names = payslip.program_id._get_names(self.env.lang or "en_US")
        labels = self.env["payroll.lite.structure"]._get_input_definitions()
        roundings = dict(
            self.rule_id._fields["rounding"]._description_selection(self.env)
        )
        explanation["rounding_text"] = self.env._(
            "Rounding: %s", roundings[explanation["rounding"]]
        )
        explanation["reversal_text"] = payslip.reversal_of_id and self.env._(
            "This line takes back the same amount of payslip %s, which was computed so:",
            payslip.reversal_of_id.number,
        )
        explanation["amount_text"] = self._spell_value(explanation["amount"])
        for entry in explanation["names"]:
            name = entry["name"]
            parameter = source["parameters"].get(name, {})
            entry["label"] = names.get(name) or labels.get(name) or ""
            entry["text"] = self._spell_value(entry["value"])
            entry["source"] = parameter.get("source", "")
            entry["since"] = parameter and self.env._(
                "In force from %s", format_date(self.env, parameter["date_from"])
            )
        return explanation

    def _spell(self, _name, value):
        return self._spell_value(value)

    def _spell_value(self, value):
        """A figure in the reader's language, with the decimals it has."""
        bands = getattr(value, "bands", None)
        if bands is not None:
            return " · ".join(
                f"{self._spell_value(lower)}+: {self._spell_value(rate)}"
                for lower, rate in bands
            )
        _whole, _point, decimals = str(value).partition(".")
        return formatLang(
            self.env,
            float(value),
            digits=min(len(decimals), 6),
            # whole numbers are counts and years rather than money
            grouping=bool(decimals),
        )

    def _get_basis(self, program, inputs, result):
        """(basis, percent) in words when the line is a percent of one amount."""
        self.ensure_one()
        found = percent_of(program, self.code, inputs, result)
        if not found:
            return "", ""
        basis, percent = found
        currency = self.currency_id
        return (
            formatLang(self.env, float(basis), digits=currency.decimal_places),
            formatLang(self.env, float(percent), digits=2),
        )
