from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.program import compile_program
from ..tools.snapshot import canonical, fingerprint


class PayrollLiteProgram(models.Model):
    """Rules and rates exactly as they were when payslips were computed.

    A program is found by the fingerprint of its content and never changes, so a payslip
    can be computed again, and explained, long after the rules have moved on.
    """

    _name = "payroll.lite.program"
    _description = "Pay Program"
    _rec_name = "fingerprint"

    structure_id = fields.Many2one(
        "payroll.lite.structure", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    fingerprint = fields.Char(required=True)
    source = fields.Json(required=True)

    _content_uniq = models.UniqueIndex("(structure_id, company_id, fingerprint)")

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("What payslips were computed with cannot change."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What payslips were computed with cannot change."))

    @api.model
    def _get_or_create(self, structure, company, source):
        """The program of ``source``; two transactions at once make one record."""
        mark = fingerprint(source)
        self.env.execute_query(
            SQL(
                """
                INSERT INTO payroll_lite_program
                            (structure_id, company_id, fingerprint, source,
                             create_uid, create_date, write_uid, write_date)
                     SELECT %(structure)s, %(company)s, %(mark)s, %(source)s::jsonb,
                            %(uid)s, %(now)s, %(uid)s, %(now)s
                      WHERE NOT EXISTS (
                            SELECT 1 FROM payroll_lite_program
                             WHERE structure_id = %(structure)s
                               AND company_id = %(company)s
                               AND fingerprint = %(mark)s)
                ON CONFLICT DO NOTHING
                  RETURNING id
                """,
                structure=structure.id,
                company=company.id,
                mark=mark,
                source=canonical(source),
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        return self.sudo().search(
            [
                ("structure_id", "=", structure.id),
                ("company_id", "=", company.id),
                ("fingerprint", "=", mark),
            ]
        )

    def _compile(self):
        self.ensure_one()
        return compile_program(self._get_source())

    def _get_source(self):
        self.ensure_one()
        # sudo: employees read their own payslips, whose names come from here
        return self.sudo().source

    def _get_names(self, lang):
        """Name of each rule and parameter at the time, in ``lang`` or else in English."""
        self.ensure_one()
        source = self._get_source()
        named = {rule["code"]: rule for rule in source["rules"]} | source["parameters"]
        return {
            code: entry["names"].get(lang) or entry["names"]["en_US"]
            for code, entry in named.items()
        }
