from odoo import api, fields, models


class HrVersion(models.Model):
    """Adds what payroll needs to know of each version of a contract."""

    _inherit = "hr.version"

    payroll_structure_id = fields.Many2one(
        "payroll.lite.structure",
        string="Pay Structure",
        groups="hr.group_hr_manager",
        tracking=True,
        check_company=True,
        index="btree_not_null",
        help="Rules the payslip is computed with. Leave empty to be paid by every pay run "
        "of the company.",
    )
    payroll_tax_percent = fields.Float(
        string="Tax Percent",
        digits=(5, 2),
        groups="hr.group_hr_manager",
        tracking=True,
        help="Percent on the tax card that is withheld up to the income limit.",
    )
    payroll_tax_limit = fields.Monetary(
        string="Income Limit",
        groups="hr.group_hr_manager",
        tracking=True,
        help="Income of the year up to which the percent of the tax card holds. "
        "Leave 0 for a tax card without a limit.",
    )
    payroll_tax_percent_above = fields.Float(
        string="Additional Percent",
        digits=(5, 2),
        groups="hr.group_hr_manager",
        tracking=True,
        help="Percent that is withheld from income above the limit of the tax card.",
    )

    _payroll_tax_percent_range = models.Constraint(
        "CHECK (payroll_tax_percent BETWEEN 0 AND 100"
        " AND payroll_tax_percent_above BETWEEN 0 AND 100)",
        "A tax percent lies between 0 and 100.",
    )
    _payroll_tax_limit_positive = models.Constraint(
        "CHECK (payroll_tax_limit >= 0)",
        "The income limit of a tax card cannot be negative.",
    )

    @api.model
    def _get_whitelist_fields_from_template(self):
        # a contract template may fix how people are paid; a tax card is personal
        return [
            *super()._get_whitelist_fields_from_template(),
            "payroll_structure_id",
        ]
