from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.errors import PayrollError
from ..tools.fault_texts import fault_text
from ..tools.functions import NUMBER
from ..tools.guard import deferring_checks
from ..tools.program import SUMS, compile_program, make_plan


class PayrollLiteStructure(models.Model):
    """A set of rules that makes one sort of payslip, e.g. "Finland, monthly salary"."""

    _name = "payroll.lite.structure"
    _inherit = ["payroll.lite.company.mixin"]
    _description = "Pay Structure"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        default=lambda self: self._default_company_id(),
        help="Leave empty to share the structure between companies.",
    )
    country_id = fields.Many2one(
        "res.country", help="Country whose law the rules follow, for information."
    )
    proration = fields.Selection(
        [("weekday", "Days from Monday to Friday"), ("calendar", "Calendar days")],
        required=True,
        default="weekday",
        string="Part of a Month",
        help="Days that are counted when a contract starts, ends or changes within the "
        "pay period.",
    )
    rule_ids = fields.One2many("payroll.lite.rule", "structure_id", copy=True)
    rule_count = fields.Integer(compute="_compute_rule_count")
    note = fields.Text(
        translate=True, help="What the structure is for and what it leaves out."
    )
    vocabulary = fields.Html(
        compute="_compute_vocabulary",
        sanitize=False,
        string="Names and Functions",
    )

    @api.depends("rule_ids")
    def _compute_rule_count(self):
        groups = self.env["payroll.lite.rule"]._read_group(
            [("structure_id", "in", self.ids)], ["structure_id"], ["__count"]
        )
        counts = {structure.id: count for structure, count in groups}
        for structure in self:
            structure.rule_count = counts.get(structure._origin.id, 0)

    @api.depends_context("lang")
    def _compute_vocabulary(self):
        html = self.env["ir.qweb"]._render(
            "payroll_lite.structure_vocabulary",
            {
                "inputs": self._get_input_definitions(),
                "parameters": self.env["payroll.lite.parameter"]._get_all(),
            },
        )
        for structure in self:
            structure.vocabulary = html

    @api.model_create_multi
    def create(self, vals_list):
        structures = super(PayrollLiteStructure, deferring_checks(self)).create(
            vals_list
        )
        structures = structures.with_env(self.env)
        structures._check_rules()
        return structures

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if not self._may_share():
            for vals in vals_list:
                vals["company_id"] = vals.get("company_id") or self.env.company.id
        return vals_list

    def write(self, vals):
        # one save of the form may rename a rule and the formulas that use it
        result = super(PayrollLiteStructure, deferring_checks(self)).write(vals)
        if "rule_ids" in vals:
            self._check_rules()
        return result

    def _check_rules(self, without=None):
        """Refuse rules that could not be computed: unknown names, circles, ..."""
        inputs = self._get_input_kinds()
        parameters = self.env["payroll.lite.parameter"]._get_kinds()
        for structure in self:
            rules = structure._get_rules() - (without or self.env["payroll.lite.rule"])
            try:
                make_plan([rule._to_source() for rule in rules], inputs, parameters)
                nets = rules.filtered(lambda rule: rule.category == "net")
                if len(nets) > 1:
                    raise PayrollError("two_nets", rules=", ".join(nets.mapped("code")))
            except PayrollError as error:
                raise ValidationError(
                    fault_text(self.env, error.kind, error.params)
                ) from None

    def _get_rules(self):
        """Rules that are in use, whatever the context asks to see."""
        return self.rule_ids.filtered("active")

    @api.model
    def _get_input_definitions(self):
        """Values of the employee and the period that formulas may use.

        Glue modules add their own here and fill them in
        ``payroll.lite.engine._extend_inputs``. All inputs are numbers.
        """
        return {
            "wage": self.env._("Monthly wage for the part of the period worked"),
            "full_wage": self.env._("Monthly wage at the end of the period"),
            "days": self.env._("Calendar days under contract in the period"),
            "period_days": self.env._("Calendar days of the period"),
            "work_days": self.env._("Days from Monday to Friday under contract"),
            "period_work_days": self.env._("Days from Monday to Friday of the period"),
            "month": self.env._("Month of the payment date, 1 to 12"),
            "age": self.env._("Full years on the day before the period"),
            "birth_year": self.env._("Year of birth"),
            "children": self.env._("Dependent children"),
            "tax_percent": self.env._("Percent of the tax card"),
            "tax_limit": self.env._("Income limit of the tax card, 0 for none"),
            "tax_percent_above": self.env._("Percent above the income limit"),
        }

    @api.model
    def _get_input_kinds(self):
        return dict.fromkeys(self._get_input_definitions(), NUMBER)

    def _get_used_names(self):
        """Structure by each name its formulas use."""
        inputs = self._get_input_kinds()
        parameters = self.env["payroll.lite.parameter"]._get_kinds()
        used = {}
        for structure in self:
            sources = [rule._to_source() for rule in structure._get_rules()]
            try:
                plan = make_plan(sources, inputs, parameters)
            except PayrollError as error:
                raise ValidationError(
                    fault_text(self.env, error.kind, error.params)
                ) from None
            for part in (*plan.amounts.values(), *plan.conditions.values()):
                used.update(dict.fromkeys(part.names, structure))
        return used

    def _get_program(self, company, day):
        """Today's rules with the rates of ``day``, as a record that never changes."""
        self.ensure_one()
        # sudo: reading rates of the company is part of computing its payslips
        structure = self.sudo()
        source = structure._prepare_program_source(company, day)
        # what cannot be computed with is not kept
        compile_program(source)
        return self.env["payroll.lite.program"]._get_or_create(
            structure, company, source
        )

    def _prepare_program_source(self, company, day):
        """Plain data of a program; what no rule uses is left out."""
        self.ensure_one()
        records = self._get_rules()
        if "net" not in records.mapped("category"):
            raise PayrollError("no_net")
        inputs = self._get_input_kinds()
        parameters = self.env["payroll.lite.parameter"]
        parameter_kinds = parameters._get_kinds()
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        languages = ["en_US", *installed]
        rules = [rule._to_full_source(languages) for rule in records]
        plan = make_plan(rules, inputs, parameter_kinds)
        used = set()
        for part in (*plan.amounts.values(), *plan.conditions.values()):
            used |= part.names
        return {
            "language": 1,
            "rules": rules,
            "sums": sorted(SUMS.values()),
            "inputs": {name: kind for name, kind in inputs.items() if name in used},
            "parameters": parameters._get_sources(
                used & set(parameter_kinds), day, company, languages
            ),
        }
