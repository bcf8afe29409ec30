from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .crm_orders_call import NOT_ANSWERED

SPOKEN = ("answered", "ongoing")
# Calls before this no longer tell whether somebody still waits for an answer.
LOOK_BACK_DAYS = 14
NEWS_MINUTES = 60

# In the place of a number that was erased.
ERASED = "\N{EN DASH}"


class CrmOrdersCallback(models.Model):
    """Somebody called and spoke to nobody: they are to be called back.

    Several missed calls of one number are one task. It closes itself when the two have
    spoken, whoever called whom.
    """

    _name = "crm_orders.callback"
    _inherit = "crm_orders.callback.reminder"
    _description = "Call to Return"
    _order = "deadline, id"
    _rec_name = "number"
    _rec_names_search = ["number", "partner_id.name"]

    number = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    source_id = fields.Many2one(
        "crm_orders.source",
        "Telephone Line",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    lead_id = fields.Many2one(
        "crm.lead", readonly=True, index="btree_not_null", ondelete="set null"
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index="btree_not_null",
        domain=[("share", "=", False)],
        help="Who is to call back. Empty: whoever is first.",
    )
    escalated_user_id = fields.Many2one(
        "res.users",
        "Team Leader Told",
        readonly=True,
        index="btree_not_null",
        help="The leader of the sales team, who was told that nobody called back.",
    )
    call_ids = fields.One2many("crm_orders.call", "callback_id", "Missed Calls")
    missed_count = fields.Integer("Times Called", readonly=True)
    attempts = fields.Integer(
        "Tried", readonly=True, help="How often you called and got no answer."
    )
    first_missed = fields.Datetime("Called First", readonly=True)
    last_missed = fields.Datetime("Called Last", readonly=True)
    deadline = fields.Datetime("Call Back By", readonly=True)
    state = fields.Selection(
        [("open", "To call"), ("done", "Done"), ("cancelled", "Not needed")],
        required=True,
        readonly=True,
        default="open",
    )
    step = fields.Integer(readonly=True)
    next_step_date = fields.Datetime(readonly=True)
    is_late = fields.Boolean(
        "Late", compute="_compute_is_late", search="_search_is_late"
    )
    done_date = fields.Datetime("Done On", readonly=True)
    done_user_id = fields.Many2one("res.users", "Done By", readonly=True)
    done_call_id = fields.Many2one(
        "crm_orders.call",
        "Spoke In",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    response_minutes = fields.Float(
        "Minutes Until Spoken",
        readonly=True,
        aggregator="avg",
        help="Minutes from the first missed call until somebody spoke to the caller.",
    )

    # One open task for each number.
    _open_uniq = models.UniqueIndex(
        "(company_id, number) WHERE state = 'open'",
        "This number is waiting for a call already.",
    )
    _step_idx = models.Index("(next_step_date) WHERE state = 'open'")
    _number_idx = models.Index("(company_id, number, done_date)")

    # --- computed ---

    @api.depends("number", "partner_id")
    def _compute_display_name(self):
        for callback in self:
            # Who may see a task sees whose it is.
            name = callback.sudo().partner_id.name
            name = name or callback.sudo().lead_id.contact_name
            number = callback.number
            callback.display_name = f"{name} ({number})" if name else number

    @api.depends("deadline", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for callback in self:
            callback.is_late = callback.state == "open" and callback.deadline < now

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        late = Domain("state", "=", "open") & Domain("deadline", "<", now)
        return late if True in value else ~late

    # --- by people ---

    def write(self, vals):
        if not self.env.su and vals.keys() - {"user_id"}:
            raise AccessError(
                self.env._("Only the responsible of a task can be changed by hand.")
            )
        if vals.get("user_id") and not self.env.su:
            self._check_responsible(vals["user_id"])
        return super().write(vals)

    def _check_responsible(self, user_id):
        """Refuse people who could not see the task that they are given."""
        user = self.env["res.users"].sudo().browse(user_id).exists()
        if not user.active or user.share:
            raise UserError(self.env._("Choose an employee who can log in."))
        for callback in self:
            if callback.company_id not in user.company_ids:
                raise UserError(
                    self.env._(
                        "%(user)s does not work for %(company)s, where this call is to"
                        " be returned.",
                        user=user.name,
                        company=callback.company_id.name,
                    )
                )

    def action_call(self):
        """Call the number back; whoever does it of a shared task becomes responsible."""
        self.ensure_one()
        self._take_over()
        return self.env["crm_orders.call"]._get_dial_action(self.number)

    def action_take_over(self):
        """Become responsible for tasks that nobody has."""
        self._take_over()
        return True

    def action_done(self):
        """Close tasks that were settled in another way than by telephone."""
        self._check_mine()._close("done", user=self.env.user)
        return True

    def action_cancel(self):
        """Close tasks that need no call: advertisers, wrong numbers."""
        self._check_mine()._close("cancelled", user=self.env.user)
        return True

    def action_open_customer(self):
        """Open the customer or lead that this is about."""
        self.ensure_one()
        record = self.lead_id or self.partner_id
        if not record:
            raise UserError(self.env._("Nobody knows yet who this is."))
        return record._get_records_action()

    def _take_over(self):
        mine = self._check_mine()
        mine.filtered(lambda one: not one.user_id).user_id = self.env.user

    def _check_mine(self):
        """The open ones of these tasks, for the few changes that people can make.

        People decide in these ways and no other, so they are returned as superuser's.
        """
        self.env["crm_orders.call"]._check_seller()
        self.check_access("read")
        found = self.filtered(lambda one: one.state == "open")
        if not found:
            raise UserError(self.env._("This call needs no answer any more."))
        return found.sudo()

    # --- kept in step with calls ---

    @api.model
    def _settle(self, calls):
        """Open, count and close tasks so that they are what the calls say.

        The calls of these numbers are looked at as a whole, so it does not matter in
        which order they were reported.
        """
        for company, mine in calls.filtered("number").grouped("company_id").items():
            numbers = set(mine.filtered(_may_matter).mapped("number"))
            if numbers:
                self.sudo()._settle_numbers(company, sorted(numbers))

    @api.model
    def _settle_numbers(self, company, numbers):
        since = fields.Datetime.subtract(fields.Datetime.now(), days=LOOK_BACK_DAYS)
        calls = self.env["crm_orders.call"].search(
            [
                ("company_id", "=", company.id),
                ("number", "in", numbers),
                ("started", ">=", since),
                ("state", "!=", "ringing"),
            ],
            order="started, id",
        )
        known = self.search(
            [
                ("company_id", "=", company.id),
                ("number", "in", numbers),
                "|",
                ("state", "=", "open"),
                ("done_date", ">=", since),
            ]
        )
        calls_of, known_of = calls.grouped("number"), known.grouped("number")
        vals_list = []
        for number in numbers:
            tasks = known_of.get(number, self)
            task = tasks.filtered(lambda one: one.state == "open")
            vals = task._settle_one(calls_of.get(number, calls.browse()), tasks - task)
            if vals:
                vals_list.append(vals)
        made = self.create(vals_list)
        # What was reported late is in the list, but no news.
        since = fields.Datetime.subtract(fields.Datetime.now(), minutes=NEWS_MINUTES)
        made.filtered(lambda one: one.last_missed >= since)._remind_people()
        self._wake_up(made)

    def _settle_one(self, calls, closed):
        """Bring the open task of a number up to date, or return values for a new one.

        :param calls: all calls of the number, the oldest first
        :param closed: tasks of the number that were closed lately
        """
        spoken = calls.filtered(lambda call: call.state in SPOKEN)
        last_spoken = spoken[-1:].started
        last_closed = max(
            closed.filtered("done_date").mapped("done_date"), default=None
        )
        waiting = calls.filtered(
            lambda call: (
                call.direction == "in"
                and call.state in NOT_ANSWERED
                and not (last_spoken and call.started <= last_spoken)
                and not (last_closed and call.started <= last_closed)
                # Colleagues see each other without a task.
                and not call.partner_id._crm_orders_is_colleague()
            )
        )
        if waiting:
            vals = self._prepare_vals(waiting, calls)
            if not self:
                return {**vals, **self._prepare_new_vals(waiting, calls)}
            self.write(
                {name: value for name, value in vals.items() if self[name] != value}
            )
            (waiting - self.call_ids).callback_id = self
            return None
        if self:
            answer = spoken.filtered(lambda call: call.started >= self.first_missed)[:1]
            if answer:
                self._close("done", call=answer)
            else:
                # A report that came late says that somebody had answered after all.
                self._close("cancelled")
        return None

    def _prepare_vals(self, waiting, calls):
        """Values that follow from the calls."""
        first = waiting[0]
        tried = calls.filtered(
            lambda call: (
                call.direction == "out"
                and call.state not in (*SPOKEN, "ringing")
                and call.started >= first.started
            )
        )
        return {
            "missed_count": len(waiting),
            "attempts": len(tried),
            "first_missed": first.started,
            "last_missed": waiting[-1].started,
        }

    def _prepare_new_vals(self, waiting, calls):
        """Values of a new task; other modules extend the dict."""
        call = waiting[-1]
        source = call.source_id
        # Who is told and when: by the hours of the line that was called.
        deadline = source._plan_minutes(
            source.callback_minutes, waiting[0].ended or waiting[0].started
        )
        owner = call.owner_id
        if call.company_id not in owner.company_ids:
            # The customer's responsible works for another company, and would not see it.
            owner = owner.browse()
        return {
            "number": call.number,
            "company_id": call.company_id.id,
            "source_id": source.id,
            "partner_id": call.partner_id.id,
            "lead_id": call.lead_id.id,
            "user_id": owner.id,
            "deadline": deadline,
            "next_step_date": deadline,
            "call_ids": [fields.Command.set(waiting.ids)],
        }

    def _close(self, state, call=None, user=None):
        """Close tasks, because of a call or because somebody says so."""
        now = fields.Datetime.now()
        nobody = self.env["crm_orders.call"]
        for callback in self:
            spoken = call.answered or call.started if call else now
            minutes = (spoken - callback.first_missed).total_seconds() / 60
            callback.write(
                {
                    "state": state,
                    "next_step_date": False,
                    "done_date": max(spoken, callback.last_missed),
                    "done_call_id": call.id if call else False,
                    "done_user_id": (user or (call or nobody).user_id).id,
                    "response_minutes": max(0.0, minutes) if state == "done" else False,
                }
            )


def _may_matter(call):
    """A ringing call tells nothing yet about who waits for whom."""
    return call.state != "ringing"
