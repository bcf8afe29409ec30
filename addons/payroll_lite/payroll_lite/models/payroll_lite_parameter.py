import keyword
import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.errors import PayrollError
from ..tools.functions import NUMBER, TABLE
from ..tools.program import SUMS
from .payroll_lite_rule import RESERVED_CODES

PARAMETER_CODE = re.compile(r"[a-z](?:_?[a-z0-9])*")


class PayrollLiteParameter(models.Model):
    """A statutory or agreed figure that changes by date, e.g. a contribution percent."""

    _name = "payroll.lite.parameter"
    _description = "Pay Parameter"
    _order = "code"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Name of the figure in the rules: small letters, digits and underscores.",
    )
    kind = fields.Selection(
        [("number", "Number"), ("table", "Table of bands")],
        required=True,
        default="number",
        help="A table holds one percent for each band of an amount or an age. Rules read "
        "it with LOOKUP or BRACKET.",
    )
    country_id = fields.Many2one(
        "res.country", help="Country whose law sets the figure, for information."
    )
    note = fields.Text(
        translate=True, help="What the figure is and where its values come from."
    )
    value_ids = fields.One2many("payroll.lite.parameter.value", "parameter_id")
    current_value = fields.Char(compute="_compute_current_value")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another parameter has the same code."
    )

    @api.depends("kind", "value_ids.value", "value_ids.band_ids", "value_ids.date_from")
    @api.depends_context("company", "lang")
    def _compute_current_value(self):
        today = fields.Date.context_today(self)
        values = self._get_values(self.mapped("code"), today, self.env.company)
        for parameter in self:
            value = values.get(parameter.code)
            parameter.current_value = value.display_value if value else ""

    @api.constrains("code")
    def _check_code(self):
        reserved = {
            *self.env["payroll.lite.structure"]._get_input_definitions(),
            *SUMS.values(),
        }
        for parameter in self:
            if not PARAMETER_CODE.fullmatch(parameter.code) or len(parameter.code) > 40:
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be a code: use small letters, digits and single "
                        "underscores, starting with a letter.",
                        parameter.code[:50],
                    )
                )
            if keyword.iskeyword(parameter.code):
                raise ValidationError(
                    self.env._(
                        "“%s” is a word of the formulas and cannot be a code.",
                        parameter.code,
                    )
                )
            if parameter.code.upper() in RESERVED_CODES:
                raise ValidationError(
                    self.env._("“%s” is the name of a function.", parameter.code)
                )
            if parameter.code in reserved:
                raise ValidationError(
                    self.env._(
                        "“%s” is already the name of a value of the payslip.",
                        parameter.code,
                    )
                )

    @api.constrains("code", "kind")
    def _check_rules(self):
        """A new code or kind may leave rules behind that name the old one."""
        self._get_structures()._check_rules()
        # sudo: a table needs bands in the values of all companies
        self.sudo().value_ids._check_bands()

    def write(self, vals):
        if set(vals) == {"value_ids"}:
            # Values have rules of their own: who may not change the parameter, which all
            # companies share, still enters the figures of the own company.
            self.browse().check_access("write")
            self.check_access("read")
            self._fields["value_ids"].write(self, vals["value_ids"])
            return True
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self._get_structures()._get_used_names()
        for parameter in self:
            if parameter.code in used:
                raise UserError(
                    self.env._(
                        "“%(parameter)s” is used by the structure “%(structure)s”.",
                        parameter=parameter.name,
                        structure=used[parameter.code].name,
                    )
                )

    @api.model
    def _get_structures(self):
        """All structures with rules, those of other companies and archived ones too."""
        structures = self.env["payroll.lite.structure"].sudo()
        return structures.with_context(active_test=False).search(
            [("rule_ids", "!=", False)]
        )

    @api.model
    def _get_all(self):
        """All parameters: a few dozen, as laws go."""
        return self.search([("code", "!=", False)])

    @api.model
    def _get_kinds(self):
        """Kind of each code, as the rule language calls it."""
        kinds = {"number": NUMBER, "table": TABLE}
        return {
            parameter.code: kinds[parameter.kind]
            for parameter in self.sudo().search_fetch([], ["code", "kind"])
        }

    @api.model
    def _get_values(self, codes, day, company):
        """Value of each code in force on ``day``: the company's own one wins.

        Codes without a value on that day are missing from the answer.
        """
        found = self.env["payroll.lite.parameter.value"].search_fetch(
            Domain("parameter_id.code", "in", list(codes))
            & Domain("date_from", "<=", day)
            & Domain("company_id", "in", [False, company.id]),
            order="date_from, id",
        )
        values = {}
        for value in found.sorted(lambda value: bool(value.company_id)):
            values[value.parameter_id.code] = value
        return values

    @api.model
    def _get_sources(self, codes, day, company, languages):
        """Plain data of the values of ``codes``, as a program keeps them."""
        values = self._get_values(codes, day, company)
        for code in sorted(codes):
            if code not in values:
                raise PayrollError("missing_parameter", name=code, date=str(day))
        return {
            code: {
                **value._to_source(),
                "names": {
                    lang: value.parameter_id.with_context(lang=lang).name
                    for lang in languages
                },
            }
            for code, value in values.items()
        }
