import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date, get_lang

from ..tools.dates import is_calendar_month, last_banking_day
from ..tools.guard import as_engine, is_engine, without_defaults
from .payroll_lite_engine import Period
from .payroll_lite_payslip import LONGEST_PERIOD
from .payroll_lite_run_issue import ERRORS

KEY_FIELDS = {"company_id", "structure_id", "date_from", "date_to", "date_payment"}
OPEN_FIELDS = KEY_FIELDS | {"name"}
# Inputs that are the pay of a whole month.
MONTHLY_INPUTS = {"wage", "full_wage"}
# More employees than this are worked on in the background, so that no browser waits
# longer than the server allows a request to take.
MOST_AT_ONCE = 1000
CHUNK = 500
# A run whose work ended its server this often is given up.
MOST_ATTEMPTS = 3
_logger = logging.getLogger(__name__)


class PayrollLiteRun(models.Model):
    """Payslips of everybody with a running contract, for one structure and period."""

    _name = "payroll.lite.run"
    _description = "Pay Run"
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        required=True,
        compute="_compute_name",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    structure_id = fields.Many2one(
        "payroll.lite.structure",
        required=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self.env["payroll.lite.payslip"]._default_structure_id(),
        help="Rules of the payslips. Employees with another structure on their contract "
        "are left out.",
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
    )
    date_payment = fields.Date(
        required=True,
        string="Payment Date",
        compute="_compute_date_payment",
        store=True,
        readonly=False,
        precompute=True,
        help="Rates of this day are used, and the amounts count for its year.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("computing", "Computing"),
            ("computed", "To Confirm"),
            ("confirming", "Confirming"),
            ("done", "Confirmed"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )
    payslip_ids = fields.One2many(
        "payroll.lite.payslip", "run_id", readonly=True, copy=False
    )
    issue_ids = fields.One2many(
        "payroll.lite.run.issue", "run_id", readonly=True, copy=False
    )
    # Where the work stands. The last employee done is the place to go on from after an
    # interruption.
    employee_count = fields.Integer(readonly=True, copy=False, string="Employees")
    employees_done = fields.Integer(readonly=True, copy=False)
    last_employee = fields.Integer(readonly=True, copy=False)
    error = fields.Char(
        readonly=True, copy=False, help="Why the run did not get to its end."
    )
    # Times in a row that a chunk of work was begun and not ended.
    attempts = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    payslip_count = fields.Integer(compute="_compute_totals", string="Payslips")
    error_count = fields.Integer(compute="_compute_issue_counts", string="Not Paid")
    warning_count = fields.Integer(compute="_compute_issue_counts", string="To Check")
    attention = fields.Char(compute="_compute_issue_counts")
    earnings = fields.Monetary(compute="_compute_totals", string="Gross Pay")
    net = fields.Monetary(compute="_compute_totals", string="Net Pay")
    total_cost = fields.Monetary(compute="_compute_totals")

    _dates_order = models.Constraint(
        "CHECK (date_from <= date_to)", "A pay period ends on or after its first day."
    )

    @api.depends("structure_id", "date_from")
    def _compute_name(self):
        self.structure_id.check_access("read")
        for run in self:
            if not run.date_from or not run.structure_id:
                run.name = run.name or ""
                continue
            # one language for both parts, also where the system makes a run
            lang = get_lang(self.env).code
            month = format_date(
                self.env, run.date_from, lang_code=lang, date_format="LLLL yyyy"
            )
            structure = run.structure_id.with_context(lang=lang)
            run.name = f"{month[:1].upper()}{month[1:]} · {structure.name}"

    @api.depends("date_from")
    def _compute_date_to(self):
        for run in self:
            run.date_to = run.date_from and run.date_from + relativedelta(day=31)

    @api.depends("date_to")
    def _compute_date_payment(self):
        for run in self:
            run.date_payment = run.date_to and last_banking_day(run.date_to)

    @api.depends("employee_count", "employees_done")
    def _compute_progress(self):
        for run in self:
            total = run.employee_count
            run.progress = 100 * run.employees_done / total if total else 0

    @api.depends("payslip_ids.net", "payslip_ids.state")
    def _compute_totals(self):
        groups = self.env["payroll.lite.payslip"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id"],
            ["__count", "earnings:sum", "net:sum", "total_cost:sum"],
        )
        totals = {run.id: values for run, *values in groups}
        for run in self:
            run.payslip_count, run.earnings, run.net, run.total_cost = totals.get(
                run._origin.id, (0, 0, 0, 0)
            )

    @api.depends("issue_ids.level")
    @api.depends_context("lang")
    def _compute_issue_counts(self):
        groups = self.env["payroll.lite.run.issue"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "level"], ["__count"]
        )
        counts = {(run.id, level): count for run, level, count in groups}
        for run in self:
            run.error_count = counts.get((run._origin.id, "error"), 0)
            run.warning_count = counts.get((run._origin.id, "warning"), 0)
            run.attention = " ".join(
                text
                for text, count in (
                    (self.env._("Not paid: %s.", run.error_count), run.error_count),
                    (self.env._("To check: %s.", run.warning_count), run.warning_count),
                )
                if count
            )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for run in self:
            if (run.date_to - run.date_from).days >= LONGEST_PERIOD:
                raise ValidationError(
                    self.env._("A pay period cannot be longer than a year.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_open_fields(vals)
        runs = super(PayrollLiteRun, without_defaults(self, OPEN_FIELDS)).create(
            vals_list
        )
        return runs.with_env(self.env)

    def write(self, vals):
        self.check_access("write")
        self._check_open_fields(vals)
        if OPEN_FIELDS & set(vals) and "done" in self.sudo().mapped("state"):
            raise UserError(
                self.env._("The pay run is confirmed and cannot change any more.")
            )
        if KEY_FIELDS & set(vals) and self.sudo().payslip_ids:
            raise UserError(
                self.env._(
                    "The run has payslips already. Delete them first, or make a new run."
                )
            )
        return super().write(vals)

    def _check_open_fields(self, vals):
        closed = set(vals) - OPEN_FIELDS - set(models.MAGIC_COLUMNS)
        if closed and not is_engine(self.env):
            raise UserError(
                self.env._(
                    "This is computed and cannot be written: %s.",
                    ", ".join(sorted(closed)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_with_drafts(self):
        """Drafts go with their run; confirmed payslips refuse."""
        self.payslip_ids.unlink()

    # --- actions

    def action_compute(self):
        """Make the missing payslips and compute all that are not confirmed yet."""
        self.check_access("write")
        for run in as_engine(self.sudo()):
            run._start()
            if run.employee_count > MOST_AT_ONCE:
                run._work_in_background()
            else:
                while run.state == "computing":
                    run._compute_chunk(CHUNK)
        return True

    def action_confirm(self):
        """Confirm all payslips of the run for ever."""
        self.check_access("write")
        for run in as_engine(self.sudo()):
            run._lock()
            if run.state != "computed" or not run.payslip_ids:
                raise UserError(
                    self.env._("There is nothing to confirm: compute the run first.")
                )
            payslips = run.payslip_ids.filtered(lambda payslip: payslip.state != "done")
            payslips._check_computed()
            if len(payslips) > MOST_AT_ONCE:
                run.write(
                    {
                        "state": "confirming",
                        "employee_count": len(payslips),
                        "employees_done": 0,
                        "error": False,
                        "attempts": 0,
                    }
                )
                run._work_in_background()
            else:
                payslips.action_confirm()
        return True

    def action_open_payslips(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payroll_lite.payroll_lite_payslip_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_print(self):
        """One PDF with a page for each payslip of the run."""
        self.ensure_one()
        if not self.payslip_ids:
            raise UserError(self.env._("The run has no payslips to print yet."))
        return self.payslip_ids.action_print()

    # --- computing

    def _lock(self):
        """One person, or one job, works on a run at a time."""
        if not self.try_lock_for_update():
            raise UserError(
                self.env._("Somebody else is working on this pay run. Try again.")
            )
        self.invalidate_recordset()

    def _get_period(self):
        self.ensure_one()
        return Period(
            self.structure_id,
            self.company_id,
            self.date_from,
            self.date_to,
            self.date_payment,
        )

    def _start(self):
        """Begin a computation: forget old issues, drop drafts nobody is due any more."""
        self.ensure_one()
        self._lock()
        if self.state not in ("draft", "computed"):
            raise UserError(
                self.env._("This pay run is confirmed, or being worked on already.")
            )
        engine = self.env["payroll.lite.engine"]
        period = self._get_period()
        due = set(engine._fetch_due_employees(period))
        # what was taken back stays so, whatever is computed again
        self.issue_ids.filtered(lambda issue: issue.kind != "taken_back").unlink()
        self.payslip_ids.filtered(
            lambda payslip: (
                payslip.state != "done" and payslip.employee_id.id not in due
            )
        ).unlink()
        self.env["payroll.lite.run.issue"].create(
            [
                self._prepare_issue_vals("no_contract", employee_id)
                for employee_id in engine._fetch_idle_employees(period)
            ]
        )
        self.write(
            {
                "state": "computing",
                "employee_count": len(due),
                "employees_done": 0,
                "last_employee": 0,
                "error": False,
                "attempts": 0,
            }
        )
        if not due:
            self._finish()

    def _compute_chunk(self, size):
        """Compute the next ``size`` employees; everybody's faults are their own."""
        self.ensure_one()
        period = self._get_period()
        due = [
            employee_id
            for employee_id in self.env["payroll.lite.engine"]._fetch_due_employees(
                period
            )
            if employee_id > self.last_employee
        ]
        chunk, rest = due[:size], due[size:]
        if chunk:
            self._compute_employees(period, chunk)
        self.write(
            {
                "employees_done": self.employee_count - len(rest),
                "last_employee": chunk[-1] if chunk else self.last_employee,
            }
        )
        if not rest:
            self._finish()
        return len(chunk), len(rest)

    def _finish(self):
        """Offer what was computed for confirmation.

        A run without payslips is no work to do: it stays a draft and says why.
        """
        self.ensure_one()
        payslip = self.env["payroll.lite.payslip"].search(
            [("run_id", "=", self.id)], limit=1
        )
        if not payslip:
            self.write({"state": "draft", "error": self._get_empty_text()})
            return
        inputs = payslip.program_id._get_source()["inputs"]
        if MONTHLY_INPUTS & set(inputs) and not is_calendar_month(
            self.date_from, self.date_to
        ):
            self.env["payroll.lite.run.issue"].create(
                [self._prepare_issue_vals("odd_period", False)]
            )
        self.state = "computed"
        self._sync_state()

    def _get_empty_text(self):
        """Why nobody got a payslip."""
        if self.employee_count:
            return self.env._(
                "No payslip was made: everybody is paid already or cannot be paid, as "
                "listed below."
            )
        return self.env._(
            "No payslip was made: nobody has a running contract in the period that this "
            "structure pays."
        )

    def _compute_employees(self, period, employee_ids):
        """Make or renew the payslips of some employees and note what is wrong."""
        payslips = self.env["payroll.lite.payslip"]
        existing = {
            payslip.employee_id.id: payslip
            for payslip in payslips.search_fetch(
                [("run_id", "=", self.id), ("employee_id", "in", employee_ids)],
                ["employee_id", "state", "snapshot_mark"],
            )
        }
        elsewhere = {
            payslip.employee_id.id: payslip
            for payslip in payslips._search_duplicates(period, employee_ids)
            if payslip.run_id != self
        }
        open_ids = [
            employee_id
            for employee_id in employee_ids
            if employee_id not in elsewhere
            and (employee_id not in existing or existing[employee_id].state != "done")
        ]
        sheets = self.env["payroll.lite.engine"]._compute_sheets(period, open_ids)
        good_ids = [key for key in open_ids if not sheets[key].fault]
        created = payslips.create(
            [
                self._prepare_payslip_vals(employee_id)
                for employee_id in good_ids
                if employee_id not in existing
            ]
        )
        existing.update({payslip.employee_id.id: payslip for payslip in created})
        changed = payslips.union(
            *(
                existing[key]
                for key in good_ids
                if existing[key].snapshot_mark != sheets[key].mark
            )
        )
        self.env["payroll.lite.store"]._store_sheets(
            changed, {slip: sheets[slip.employee_id.id] for slip in changed}
        )
        failed = [key for key in open_ids if sheets[key].fault and key in existing]
        payslips.union(*(existing.pop(key) for key in failed)).unlink()
        self._note_issues(employee_ids, elsewhere, sheets, existing)

    def _note_issues(self, employee_ids, elsewhere, sheets, payslips):
        issues = []
        for employee_id in employee_ids:
            sheet = sheets.get(employee_id)
            if employee_id in elsewhere:
                other = elsewhere[employee_id]
                # what another company pays is not told
                known = other.company_id == self.company_id
                issues.append(
                    self._prepare_issue_vals(
                        "duplicate", employee_id, payslip_id=known and other.id
                    )
                )
            elif sheet and sheet.fault:
                fault = {"kind": sheet.fault.kind, "params": sheet.fault.params}
                issues.append(
                    self._prepare_issue_vals("fault", employee_id, fault=fault)
                )
            elif sheet:
                payslip_id = payslips[employee_id].id
                issues += [
                    self._prepare_issue_vals(kind, employee_id, payslip_id=payslip_id)
                    for kind in sheet.warnings
                ]
        self.env["payroll.lite.run.issue"].create(issues)

    def _note_taken_back(self, payslip):
        """Say on the run, if there is one, which of its payslips counts no more."""
        self.env["payroll.lite.run.issue"].create(
            [
                run._prepare_issue_vals(
                    "taken_back", payslip.employee_id.id, payslip_id=payslip.id
                )
                for run in self
            ]
        )

    def _prepare_issue_vals(self, kind, employee_id, **extra):
        return {
            "run_id": self.id,
            "employee_id": employee_id,
            "kind": kind,
            "level": "error" if kind in ERRORS else "warning",
            **extra,
        }

    def _prepare_payslip_vals(self, employee_id):
        """Values of the payslip of one employee; glue modules extend the dict."""
        return {
            "run_id": self.id,
            "employee_id": employee_id,
            "company_id": self.company_id.id,
            "structure_id": self.structure_id.id,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "date_payment": self.date_payment,
        }

    def _sync_state(self):
        """A run is confirmed as soon as all of its payslips are."""
        groups = self.env["payroll.lite.payslip"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        open_runs = {run for run, state, _count in groups if state != "done"}
        closed_runs = {run for run, _state, _count in groups} - open_runs
        for run in as_engine(self):
            if run in closed_runs and run.state in ("computed", "confirming"):
                run.state = "done"

    # --- background

    def _work_in_background(self, wait=0):
        """Have the scheduled job called soon, or in ``wait`` minutes."""
        at = fields.Datetime.now() + timedelta(minutes=wait) if wait else None
        self.env.ref("payroll_lite.ir_cron_payroll_lite_run").sudo()._trigger(at)

    @api.model
    def _cron_work(self, chunk=CHUNK):
        """Go on with large runs, a chunk per transaction.

        A server that stops in between goes on with the next chunk when it is back. Runs
        take turns, those that made trouble come last, and whatever fails in one of them
        is written on it: no run can keep another one waiting.
        """
        domain = Domain("state", "in", ("computing", "confirming"))
        waiting = as_engine(self).search(domain, order="attempts, id")
        crons = self.env["ir.cron"]
        while waiting:
            run, waiting = waiting[0], waiting[1:]
            # in the language of who is going to read why it stopped
            run = run.with_context(lang=run.create_uid.lang)
            if not run._begin_work():
                continue
            crons._commit_progress(remaining=len(waiting) + 1)
            done, rest = run._work_chunk(chunk)
            if rest:
                waiting = (waiting + run).sorted("attempts")
            # what waits is told, or else the job would not come back for an hour
            if not crons._commit_progress(done, remaining=rest + len(waiting)):
                return

    def _begin_work(self):
        """Note that a chunk begins, so that one that ends the server can be told.

        :return: whether there is something to do
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return False
        self.invalidate_recordset()
        if self.state not in ("computing", "confirming"):
            return False
        if self.attempts >= MOST_ATTEMPTS:
            self._give_up(
                self.env._(
                    "The server stopped several times while it worked on this pay run. "
                    "Tell your administrator, and compute the run again afterwards."
                )
            )
            return False
        self.attempts += 1
        return True

    def _work_chunk(self, size):
        """Do the next chunk and keep what goes wrong to this run.

        :return: how many were done and how many are left
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return 0, 0
        self.invalidate_recordset()
        if self.state not in ("computing", "confirming"):
            return 0, 0
        work = self._compute_chunk if self.state == "computing" else self._confirm_chunk
        try:
            with self.env.cr.savepoint():
                done, rest = work(size)
                self.attempts = 0
        except OperationalError:
            # somebody else wrote the same records; the next transaction sees theirs
            _logger.info("Pay run %s: a conflict, tried again soon", self.id)
            self.attempts = 0
            self._work_in_background(wait=1)
            return 0, 0
        except UserError as error:
            self._give_up(str(error))
            return 0, 0
        except Exception as error:
            _logger.exception("Pay run %s: the work stopped", self.id)
            self._give_up(
                self.env._(
                    "An unexpected error stopped the work (%s). Tell your administrator, "
                    "who finds the details in the log of the server, and compute the run "
                    "again afterwards.",
                    type(error).__name__,
                )
            )
            return 0, 0
        return done, rest

    def _give_up(self, reason):
        """Stop working on the run and say why on its form.

        A run that is computed in part is a draft, which cannot be confirmed. One that is
        confirmed in part goes back to where the rest can be computed again.
        """
        self.ensure_one()
        state = "draft" if self.state == "computing" else "computed"
        self.write({"state": state, "error": reason, "attempts": 0})

    def _confirm_chunk(self, size):
        """Confirm the next ``size`` payslips."""
        self.ensure_one()
        domain = [("run_id", "=", self.id), ("state", "=", "computed")]
        payslips = self.env["payroll.lite.payslip"].search(
            domain, order="id", limit=size
        )
        payslips.action_confirm()
        rest = self.env["payroll.lite.payslip"].search_count(domain)
        self.employees_done = self.employee_count - rest
        if not rest:
            # the last ones may have been deleted or confirmed by somebody else
            self._sync_state()
            if self.state == "confirming":
                self.state = "computed"
        return len(payslips), rest
