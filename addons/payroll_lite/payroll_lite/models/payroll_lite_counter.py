from odoo import api, fields, models
from odoo.tools import SQL


class PayrollLiteCounter(models.Model):
    """Last payslip number of each company and year.

    A database sequence leaves gaps when a transaction fails, and core's gapless sequence
    takes one query per number; payslips get theirs by hundreds.
    """

    _name = "payroll.lite.counter"
    _description = "Payslip Counter"

    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    year = fields.Integer(required=True)
    last_number = fields.Integer(required=True)

    _company_year_uniq = models.UniqueIndex("(company_id, year)")

    @api.model
    def _reserve(self, company, year, count):
        """First of ``count`` numbers in a row.

        The row stays locked until the transaction ends: whoever comes at the same time
        waits and is then started anew by the server, so that no number is lost or taken
        twice.
        """
        [(last,)] = self.env.execute_query(
            SQL(
                """
                INSERT INTO payroll_lite_counter AS counter
                            (company_id, year, last_number)
                     VALUES (%(company)s, %(year)s, %(count)s)
                ON CONFLICT (company_id, year) DO UPDATE
                        SET last_number = counter.last_number + EXCLUDED.last_number
                  RETURNING last_number
                """,
                company=company.id,
                year=year,
                count=count,
            )
        )
        self.invalidate_model(["last_number"])
        return last - count + 1
