from odoo import fields, models
from odoo.tools import SQL


class PayrollLiteEmployee(models.Model):
    """What payroll officers see of an employee: contract, pay and tax card of today.

    Officers need no HR rights for it, because it is a view of the database with its own
    access rules. Tax cards are entered with ``payroll.lite.tax.card``.
    """

    _name = "payroll.lite.employee"
    _description = "Payroll Employee"
    _auto = False
    _order = "name, id"
    _depends = {
        "hr.employee": ["active", "company_id", "current_version_id", "name"],
        "hr.job": ["name"],
        "hr.version": [
            "contract_date_end",
            "contract_date_start",
            "department_id",
            "is_custom_job_title",
            "job_id",
            "job_title",
            "payroll_structure_id",
            "payroll_tax_limit",
            "payroll_tax_percent",
            "payroll_tax_percent_above",
            "wage",
        ],
        "payroll.lite.payslip": ["date_to", "employee_id", "state"],
    }

    name = fields.Char(readonly=True)
    active = fields.Boolean(readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    department_id = fields.Many2one("hr.department", readonly=True)
    job_title = fields.Char(readonly=True)
    contract_date_start = fields.Date(readonly=True, string="Contract Start")
    contract_date_end = fields.Date(readonly=True, string="Contract End")
    wage = fields.Monetary(readonly=True, aggregator="sum")
    structure_id = fields.Many2one(
        "payroll.lite.structure", readonly=True, string="Pay Structure"
    )
    tax_percent = fields.Float(digits=(5, 2), readonly=True, aggregator=None)
    tax_limit = fields.Monetary(readonly=True, string="Income Limit", aggregator=None)
    tax_percent_above = fields.Float(
        digits=(5, 2), readonly=True, string="Additional Percent", aggregator=None
    )
    payslip_count = fields.Integer(readonly=True, string="Payslips")
    last_period = fields.Date(
        readonly=True,
        string="Paid Until",
        help="Last day of the last confirmed payslip.",
    )

    @property
    def _table_query(self):
        # as the payslip has it: the job by the reader's language, unless it was given a
        # title of its own
        return SQL(
            """
            SELECT employee.id, employee.id AS employee_id, employee.name,
                   employee.active, employee.company_id,
                   version.department_id,
                   CASE WHEN job.id IS NULL OR version.is_custom_job_title
                        THEN version.job_title
                        ELSE COALESCE(job.name->>%(lang)s, job.name->>'en_US')
                    END AS job_title,
                   version.contract_date_start, version.contract_date_end,
                   version.wage, version.payroll_structure_id AS structure_id,
                   version.payroll_tax_percent AS tax_percent,
                   version.payroll_tax_limit AS tax_limit,
                   version.payroll_tax_percent_above AS tax_percent_above,
                   payslip.payslip_count, payslip.last_period
              FROM hr_employee employee
              JOIN hr_version version ON version.id = employee.current_version_id
         LEFT JOIN hr_job job ON job.id = version.job_id
         LEFT JOIN (
                    SELECT employee_id, count(*) AS payslip_count,
                           max(date_to) FILTER (
                               WHERE state = 'done' AND is_reversed IS NOT TRUE
                                 AND reversal_of_id IS NULL) AS last_period
                      FROM payroll_lite_payslip
                  GROUP BY employee_id
                   ) AS payslip ON payslip.employee_id = employee.id
            """,
            lang=self.env.lang or "en_US",
        )

    def action_open_payslips(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payroll_lite.payroll_lite_payslip_action"
        )
        action["domain"] = [("employee_id", "=", self.id)]
        action["context"] = {"default_employee_id": self.id}
        return action

    def action_tax_card(self):
        """Enter a tax card or another pay structure from a day on."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tax Card of %s", self.name),
            "res_model": "payroll.lite.tax.card",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_employee_id": self.id},
        }
