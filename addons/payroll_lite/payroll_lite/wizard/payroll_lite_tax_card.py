from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

CARD_FIELDS = (
    "payroll_structure_id",
    "payroll_tax_percent",
    "payroll_tax_limit",
    "payroll_tax_percent_above",
)


class PayrollLiteTaxCard(models.TransientModel):
    """Tax card of an employee from a day on, entered without HR rights."""

    _name = "payroll.lite.tax.card"
    _description = "Tax Card"
    _check_company_auto = True

    # a record of payroll.lite.employee, because its access rules decide who may do this
    employee_id = fields.Many2one(
        "payroll.lite.employee", required=True, ondelete="cascade"
    )
    # not related: such fields are read with superuser rights
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", compute_sudo=False, store=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        required=True,
        string="Valid From",
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="First day the tax card is used for. Payslips of earlier periods keep the "
        "card that was valid then.",
    )
    structure_id = fields.Many2one(
        "payroll.lite.structure",
        string="Pay Structure",
        compute="_compute_structure_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        help="Rules the payslip is computed with. Leave empty to be paid by every pay run "
        "of the company.",
    )
    tax_percent = fields.Float(
        digits=(5, 2),
        compute="_compute_tax_percent",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Percent that is withheld up to the income limit.",
    )
    tax_limit = fields.Monetary(
        string="Income Limit",
        compute="_compute_tax_limit",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Income of the year up to which the percent holds. "
        "Leave 0 for a tax card without a limit.",
    )
    tax_percent_above = fields.Float(
        string="Additional Percent",
        digits=(5, 2),
        compute="_compute_tax_percent_above",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Percent that is withheld from income above the limit.",
    )

    is_zero_percent = fields.Boolean(
        string="Card Says 0 Percent",
        help="Tick this when 0 percent is what the tax card says, and not forgotten.",
    )

    _percent_range = models.Constraint(
        "CHECK (tax_percent BETWEEN 0 AND 100 AND tax_percent_above BETWEEN 0 AND 100)",
        "A tax percent lies between 0 and 100.",
    )
    _limit_positive = models.Constraint(
        "CHECK (tax_limit >= 0)", "The income limit of a tax card cannot be negative."
    )

    @api.depends("employee_id")
    def _compute_company_id(self):
        self._check_employee()
        for card in self:
            card.company_id = card.employee_id.company_id

    # One method for each field: values a caller gives keep theirs, and the others are
    # still those of the present card.

    @api.depends("employee_id")
    def _compute_structure_id(self):
        self._check_employee()
        for card in self:
            card.structure_id = card.employee_id.structure_id

    @api.depends("employee_id")
    def _compute_tax_percent(self):
        self._check_employee()
        for card in self:
            card.tax_percent = card.employee_id.tax_percent

    @api.depends("employee_id")
    def _compute_tax_limit(self):
        self._check_employee()
        for card in self:
            card.tax_limit = card.employee_id.tax_limit

    @api.depends("employee_id")
    def _compute_tax_percent_above(self):
        self._check_employee()
        for card in self:
            card.tax_percent_above = card.employee_id.tax_percent_above

    def _check_employee(self):
        """Nothing of an employee goes into a card whose user may not see the employee.

        Called wherever a card gets its employee: values that are in the cache already
        are read unchecked, and core runs constraints with superuser rights.
        """
        self.employee_id._origin.check_access("read")

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        cards._check_employee()
        return cards

    def write(self, vals):
        result = super().write(vals)
        self._check_employee()
        return result

    def onchange(self, values, field_names, fields_spec):
        # the name of the employee is shown without computing anything
        shown = {**self.default_get(["employee_id"]), **values}.get("employee_id")
        self.new({"employee_id": shown})._check_employee()
        return super().onchange(values, field_names, fields_spec)

    def action_save(self):
        """Write the card on the version of the contract that is valid on the day.

        Later versions that had the same card follow: a raise planned for summer does not
        bring the old card back.
        """
        self.ensure_one()
        self._check_employee()
        if not self.tax_percent and not self.is_zero_percent:
            raise ValidationError(
                self.env._(
                    "Enter the tax percent of the card. If the card really says 0 percent, "
                    "tick “Card Says 0 Percent”."
                )
            )
        # Officers may change these fields of an employee and no others. Making a version
        # takes the rights of a user, sudo is not enough for core.
        employee = self.env["hr.employee"].with_user(SUPERUSER_ID)
        employee = employee.browse(self.employee_id.id)
        version = employee._get_version(self.date_from)
        if version.date_version > self.date_from:
            raise ValidationError(
                self.env._(
                    "The first data of the employee is of %s. A tax card cannot be valid "
                    "before.",
                    format_date(self.env, version.date_version),
                )
            )
        vals = self._prepare_version_vals()
        later = employee.version_ids.filtered(
            lambda other: (
                other.date_version > self.date_from
                and all(other[name] == version[name] for name in CARD_FIELDS)
            )
        )
        if version.date_version != self.date_from:
            version = employee.create_version({"date_version": self.date_from})
        vals.update(last_modified_uid=self.env.uid)
        (version | later).write(vals)
        # a view of the database does not notice that its tables changed
        self.employee_id.invalidate_model()
        return {"type": "ir.actions.act_window_close"}

    def _prepare_version_vals(self):
        """Fields of the contract version; glue modules extend the dict."""
        self.ensure_one()
        return {
            "payroll_structure_id": self.structure_id.id,
            "payroll_tax_percent": self.tax_percent,
            "payroll_tax_limit": self.tax_limit,
            "payroll_tax_percent_above": self.tax_percent_above,
        }
