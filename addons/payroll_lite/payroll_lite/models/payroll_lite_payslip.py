from collections import defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date, formatLang

from ..tools.dates import last_banking_day
from ..tools.fault_texts import fault_text
from ..tools.guard import as_engine, is_engine, without_defaults
from ..tools.snapshot import fingerprint
from .payroll_lite_engine import Period

# What a person decides about a payslip; all the rest is computed.
KEY_FIELDS = {"employee_id", "structure_id", "date_from", "date_to", "date_payment"}
LONGEST_PERIOD = 366


class PayrollLitePayslip(models.Model):
    """Pay of one employee for one period.

    A draft may change as often as needed. Once confirmed, nothing of it ever changes
    again: a mistake is taken back by a reversal and a new payslip.
    """

    _name = "payroll.lite.payslip"
    _description = "Payslip"
    _order = "date_to desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["number", "employee_id"]

    number = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Given when the payslip is confirmed: each company counts without gaps in "
        "each payment year.",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        required=True,
        ondelete="restrict",
        check_company=True,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Readable By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="User of the employee when the payslip was confirmed. Only this user and "
        "payroll officers can read it.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        compute_sudo=False,
        store=True,
        # not for people, see KEY_FIELDS: a pay run says it instead of computing it
        readonly=False,
        copy=False,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    department_id = fields.Many2one("hr.department", readonly=True, copy=False)
    run_id = fields.Many2one(
        "payroll.lite.run",
        string="Pay Run",
        readonly=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
    )
    structure_id = fields.Many2one(
        "payroll.lite.structure",
        required=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self._default_structure_id(),
    )
    date_from = fields.Date(
        required=True,
        string="From",
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )
    date_to = fields.Date(
        required=True,
        string="To",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
    )
    date_payment = fields.Date(
        required=True,
        string="Payment Date",
        compute="_compute_date_payment",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        help="Rates of this day are used, and the amounts count for its year.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("computed", "To Confirm"), ("done", "Confirmed")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )
    reversal_of_id = fields.Many2one(
        "payroll.lite.payslip",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="Confirmed payslip that this one takes back.",
    )
    is_reversed = fields.Boolean(
        readonly=True,
        copy=False,
        string="Taken Back",
        help="A reversal took this payslip back.",
    )

    line_ids = fields.One2many(
        "payroll.lite.payslip.line", "payslip_id", readonly=True, copy=False
    )
    earnings = fields.Monetary(readonly=True, copy=False, string="Gross Pay")
    deductions = fields.Monetary(readonly=True, copy=False)
    net = fields.Monetary(readonly=True, copy=False, string="Net Pay")
    employer_costs = fields.Monetary(readonly=True, copy=False)
    total_cost = fields.Monetary(
        readonly=True,
        copy=False,
        help="What the pay costs the employer: gross pay and employer costs.",
    )

    program_id = fields.Many2one(
        "payroll.lite.program",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    snapshot = fields.Json(readonly=True, copy=False)
    snapshot_mark = fields.Char(
        readonly=True,
        copy=False,
        string="Fingerprint",
        help="Fingerprint of everything the payslip was computed from.",
    )
    basis = fields.Html(
        compute="_compute_basis",
        compute_sudo=True,
        sanitize=False,
        string="Computed From",
    )
    computed_at = fields.Datetime(readonly=True, copy=False)
    computed_uid = fields.Many2one(
        "res.users", string="Computed By", readonly=True, copy=False
    )
    confirmed_at = fields.Datetime(readonly=True, copy=False)
    confirmed_uid = fields.Many2one(
        "res.users", string="Confirmed By", readonly=True, copy=False
    )

    _number_uniq = models.UniqueIndex("(company_id, number) WHERE number IS NOT NULL")
    _period_uniq = models.UniqueIndex(
        "(employee_id, structure_id, date_from, date_to)"
        " WHERE reversal_of_id IS NULL AND is_reversed IS NOT TRUE",
        "The employee already has a payslip of this structure for this period.",
    )
    _reversal_uniq = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL",
        "The payslip was already taken back.",
    )
    _year_idx = models.Index("(employee_id, date_payment) WHERE state = 'done'")
    _dates_order = models.Constraint(
        "CHECK (date_from <= date_to)", "A pay period ends on or after its first day."
    )
    _done_has_number = models.Constraint(
        "CHECK (state != 'done' OR (number IS NOT NULL AND program_id IS NOT NULL))",
        "A confirmed payslip has a number.",
    )

    @api.model
    def _default_structure_id(self):
        structures = self.env["payroll.lite.structure"].search(
            [("company_id", "in", [False, self.env.company.id])], limit=2
        )
        # nothing is guessed where there is a choice
        return structures if len(structures) == 1 else structures.browse()

    @api.depends("employee_id")
    def _compute_company_id(self):
        for payslip in self:
            # sudo: officers without HR rights read employees in their public form only
            company = payslip.employee_id.sudo().company_id.with_env(self.env)
            # where an employee of another company works is nothing to tell
            company.check_access("read")
            payslip.company_id = company or self.env.company

    @api.depends("date_from")
    def _compute_date_to(self):
        for payslip in self:
            payslip.date_to = payslip.date_from and payslip.date_from + relativedelta(
                day=31
            )

    @api.depends("date_to")
    def _compute_date_payment(self):
        for payslip in self:
            payslip.date_payment = payslip.date_to and last_banking_day(payslip.date_to)

    @api.depends("number", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for payslip in self:
            month = (
                format_date(self.env, payslip.date_from, date_format="LLLL yyyy")
                if payslip.date_from
                else ""
            )
            payslip.display_name = (
                f"{payslip.number} · {month}"
                if payslip.number
                else self.env._("Draft · %s", month)
            )

    @api.depends("snapshot")
    @api.depends_context("lang")
    def _compute_basis(self):
        labels = self.env["payroll.lite.structure"]._get_input_definitions()
        for payslip in self:
            snapshot = payslip.snapshot
            if not snapshot:
                payslip.basis = False
                continue
            spell = payslip.line_ids._spell_value
            payslip.basis = self.env["ir.qweb"]._render(
                "payroll_lite.payslip_basis",
                {
                    "segments": [
                        {
                            "date_from": format_date(self.env, segment["date_from"]),
                            "date_to": format_date(self.env, segment["date_to"]),
                            "wage": formatLang(
                                self.env,
                                float(segment["wage"]),
                                currency_obj=payslip.currency_id,
                            ),
                        }
                        for segment in snapshot["segments"]
                    ],
                    "values": [
                        {
                            "name": name,
                            "label": labels.get(name, ""),
                            "text": "–" if value is None else spell(value),
                        }
                        for name, value in snapshot["inputs"].items()
                    ],
                },
            )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for payslip in self:
            if (payslip.date_to - payslip.date_from).days >= LONGEST_PERIOD:
                raise ValidationError(
                    self.env._("A pay period cannot be longer than a year.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_open_fields(vals)
        # a caller could also hand closed values over as defaults
        payslips = super(PayrollLitePayslip, without_defaults(self, KEY_FIELDS)).create(
            vals_list
        )
        return payslips.with_env(self.env)

    def write(self, vals):
        self.check_access("write")
        self._check_open_fields(vals)
        if is_engine(self.env):
            return super().write(vals)
        self._check_not_confirmed()
        if KEY_FIELDS & set(vals) and self.run_id:
            raise UserError(
                self.env._(
                    "The payslip belongs to a pay run, which decides about its employee "
                    "and dates. Delete it and make one of its own instead."
                )
            )
        result = super().write(vals)
        if KEY_FIELDS & set(vals):
            self._discard_figures()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        self._check_not_confirmed()

    def _check_company(self, fnames=None):
        # a pay run takes its employees and its structure by company in the first place;
        # asking each payslip again would take longer than all the rest of the run
        if is_engine(self.env):
            return None
        return super()._check_company(fnames)

    def _check_open_fields(self, vals):
        """Figures and states come from the engine, never from a caller."""
        closed = set(vals) - KEY_FIELDS - set(models.MAGIC_COLUMNS)
        if closed and not is_engine(self.env):
            names = [
                self._fields[name].string for name in closed if name in self._fields
            ]
            raise UserError(
                self.env._(
                    "This is computed and cannot be written: %s.",
                    ", ".join(sorted(names) or sorted(closed)),
                )
            )

    def _check_not_confirmed(self):
        confirmed = self.filtered(lambda payslip: payslip.state == "done")
        if confirmed:
            raise UserError(
                self.env._(
                    "Payslip %s is confirmed and cannot change any more. "
                    "Take it back with a reversal and make a new one.",
                    confirmed[0].number,
                )
            )

    # --- actions

    def action_compute(self):
        """Compute drafts, or compute them again with today's data."""
        self.check_access("write")
        payslips = as_engine(self.sudo())
        payslips._check_not_confirmed()
        payslips._lock()
        sheets = payslips._get_sheets()
        for payslip in payslips:
            fault = sheets[payslip].fault
            if fault:
                raise UserError(
                    self.env._(
                        "%(employee)s: %(fault)s",
                        employee=payslip.employee_id.name,
                        fault=fault_text(self.env, fault.kind, fault.params),
                    )
                )
        self.env["payroll.lite.store"]._store_sheets(payslips, sheets)
        return True

    def action_confirm(self):
        """Confirm computed payslips for ever and give them their numbers."""
        self.check_access("write")
        payslips = as_engine(self.sudo()).sorted("id")
        payslips._check_not_confirmed()
        payslips._lock()
        payslips._check_computed()
        payslips._check_up_to_date()
        payslips._confirm()
        return True

    def action_reverse(self):
        """Take a confirmed payslip back with a second one of the opposite amounts."""
        self.ensure_one()
        self.check_access("write")
        payslip = as_engine(self.sudo())
        payslip._lock()
        if payslip.state != "done" or payslip.reversal_of_id or payslip.is_reversed:
            raise UserError(
                self.env._(
                    "Only a confirmed payslip that was not taken back yet can be taken "
                    "back."
                )
            )
        reversal = payslip.create(payslip._prepare_reversal_vals())
        payslip.is_reversed = True
        reversal._store_reversed_lines(payslip)
        reversal._confirm()
        payslip.run_id._note_taken_back(payslip)
        return reversal.with_env(self.env)._get_form_action()

    def action_share(self):
        """Let the employee's present user read payslips confirmed before."""
        self.check_access("write")
        for payslip in as_engine(self.sudo()):
            payslip.user_id = payslip.employee_id.user_id
        return True

    def action_print(self):
        return self.env.ref("payroll_lite.payroll_lite_payslip_report").report_action(
            self
        )

    def _get_file_name(self):
        """What a printed file of these payslips is called, without its ending."""
        run = self.run_id
        if len(self) == 1:
            name = self.number or self.display_name
        elif len(run) == 1 and self <= run.payslip_ids and run.has_access("read"):
            name = run.name
        else:
            first, last = min(self.mapped("date_from")), max(self.mapped("date_to"))
            name = self.env._(
                "Payslips %(first)s to %(last)s", first=str(first), last=str(last)
            )
        return name.replace("/", "-")

    def action_open_reversal(self):
        """Open the payslip that took this one back, or the one this takes back."""
        self.ensure_one()
        other = self.reversal_of_id or self.search([("reversal_of_id", "=", self.id)])
        return other._get_form_action()

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # --- computing

    def _lock(self):
        """Keep others from computing or confirming the same payslips meanwhile."""
        if len(self.try_lock_for_update()) != len(self):
            raise UserError(
                self.env._("Somebody else is working on these payslips. Try again.")
            )
        self.invalidate_recordset(["state", "snapshot_mark", "is_reversed"])

    def _get_period(self):
        self.ensure_one()
        return Period(
            self.structure_id,
            self.company_id,
            self.date_from,
            self.date_to,
            self.date_payment,
        )

    def _get_sheets(self):
        """Freshly computed sheet of each payslip; queries per period, not per payslip."""
        engine = self.env["payroll.lite.engine"].sudo()
        sheets = {}
        for period, payslips in self.grouped(lambda slip: slip._get_period()).items():
            found = engine._compute_sheets(period, payslips.employee_id.ids)
            for payslip in payslips:
                sheets[payslip] = found[payslip.employee_id.id]
        return sheets

    def _discard_figures(self):
        """Drafts whose employee or dates changed have to be computed anew."""
        payslips = as_engine(self.sudo()).filtered("program_id")
        payslips.line_ids.unlink()
        payslips.write(
            {
                "state": "draft",
                "program_id": False,
                "snapshot": False,
                "snapshot_mark": False,
                "computed_at": False,
                **dict.fromkeys(
                    ("earnings", "deductions", "net", "employer_costs", "total_cost"), 0
                ),
            }
        )

    @api.model
    def _search_duplicates(self, period, employee_ids):
        """Payslips that already pay these employees for days of the period."""
        return self.search_fetch(
            [
                ("employee_id", "in", list(employee_ids)),
                ("structure_id", "=", period.structure.id),
                ("date_from", "<=", period.date_to),
                ("date_to", ">=", period.date_from),
                ("reversal_of_id", "=", False),
                ("is_reversed", "=", False),
                # who moved between companies may be paid by both, but no structure pays
                # the very same period twice
                "|",
                ("company_id", "=", period.company.id),
                "&",
                ("date_from", "=", period.date_from),
                ("date_to", "=", period.date_to),
            ],
            ["employee_id", "run_id"],
        )

    # --- confirming

    def _check_computed(self):
        drafts = self.filtered(lambda payslip: payslip.state != "computed")
        if drafts:
            raise UserError(
                self.env._(
                    "Compute these payslips first: %s.", drafts._enumerate_employees()
                )
            )

    def _check_up_to_date(self):
        """What is confirmed is what today's data gives, to the last cent.

        Contracts, rates, rules or earlier payslips may have changed since the payslip was
        computed, and the stored figures are proved once more before they become final.
        """
        sheets = self._get_sheets()
        stored = defaultdict(dict)
        for line in self.line_ids:
            stored[line.payslip_id.id][line.code] = line.amount
        outdated = self.filtered(
            lambda payslip: (
                sheets[payslip].fault
                or sheets[payslip].mark != payslip.snapshot_mark
                or fingerprint(payslip.snapshot) != payslip.snapshot_mark
                or payslip.net != float(sheets[payslip].totals["net"])
                or stored[payslip.id]
                != {
                    code: float(amount)
                    for code, amount in sheets[payslip].amounts.items()
                }
            )
        )
        if outdated:
            raise UserError(
                self.env._(
                    "The data of these payslips changed after they were computed: %s. "
                    "Compute them again, look at them and confirm then.",
                    outdated._enumerate_employees(),
                )
            )

    def _enumerate_employees(self, limit=5):
        """Names of the employees for a message; many are cut short."""
        names = self[:limit].sudo().mapped("employee_id.name")
        rest = len(self) - limit
        if rest > 0:
            names.append(self.env._("%s more", rest))
        return ", ".join(names)

    def _confirm(self):
        """Number the payslips and close them; the checks were made before."""
        numbers = {}
        for (company, year), payslips in self.grouped(
            lambda payslip: (payslip.company_id, payslip.date_payment.year)
        ).items():
            first = self.env["payroll.lite.counter"]._reserve(
                company, year, len(payslips)
            )
            for position, payslip in enumerate(payslips):
                numbers[payslip.id] = self._format_number(
                    company, year, first + position
                )
        self.env["payroll.lite.store"]._close(self, numbers)
        self.run_id._sync_state()
        self._after_confirm()

    def _after_confirm(self):
        """Called once for all payslips that were just confirmed.

        May be overridden, e.g. to post or to send them; make sure to call super().
        """

    @api.model
    def _format_number(self, company, year, number):
        """Text of a payslip number; may be overridden for other forms."""
        return f"PS/{year}/{number:05d}"

    # --- taking back

    def _prepare_reversal_vals(self):
        """Values of the payslip that takes this one back."""
        self.ensure_one()
        return {
            **{name: self[name] for name in ("date_from", "date_to", "date_payment")},
            "employee_id": self.employee_id.id,
            "structure_id": self.structure_id.id,
            "company_id": self.company_id.id,
            "department_id": self.department_id.id,
            "reversal_of_id": self.id,
            # so that the totals of the run are without what was taken back
            "run_id": self.run_id.id,
            "program_id": self.program_id.id,
            "snapshot": self.snapshot,
            "snapshot_mark": self.snapshot_mark,
            "state": "computed",
            "computed_at": self.env.cr.now(),
            "computed_uid": self.env.uid,
            **{
                name: -self[name]
                for name in (
                    "earnings",
                    "deductions",
                    "net",
                    "employer_costs",
                    "total_cost",
                )
            },
        }

    def _store_reversed_lines(self, payslip):
        """Lines of ``payslip`` with the opposite sign and today's year to date."""
        self.ensure_one()
        balances = self.env["payroll.lite.engine"]._fetch_year_to_date(
            payslip._get_period(), payslip.employee_id.ids
        )[payslip.employee_id.id]
        self.flush_recordset()
        self.env["payroll.lite.store"]._insert_lines(
            (
                self.program_id,
                self.id,
                line.code,
                -Decimal(str(line.amount)),
                balances[line.code],
            )
            for line in payslip.line_ids
        )
