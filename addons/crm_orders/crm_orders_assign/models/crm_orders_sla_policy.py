from collections import defaultdict
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import conditions, schedule, sla

ACTION_ORDER = ("remind", "reassign", "leader")


class CrmOrdersSlaPolicy(models.Model):
    """How fast customers are to be answered, and what happens when they are not."""

    _name = "crm_orders.sla.policy"
    _inherit = ["crm_orders.assign.condition"]
    _description = "Response Time Policy"
    _check_company_auto = True

    response_minutes = fields.Integer(
        "Answer Within",
        required=True,
        default=60,
        help="Minutes in which a customer gets a first answer from a person.",
    )
    clock = fields.Selection(
        [
            ("working", "Working time"),
            ("always", "Day and night"),
        ],
        "Time Counted",
        required=True,
        default="working",
        help="Working time stops at night and on holidays.",
    )
    calendar_id = fields.Many2one(
        help="Empty: the working hours of the sales team, else those of the company."
    )
    user_id = fields.Many2one(
        "res.users",
        "Told Instead",
        check_company=True,
        domain=[("share", "=", False)],
        help="Who is told when the sales team has no leader, or the lead no team.",
    )
    step_ids = fields.One2many(
        "crm_orders.sla.step",
        "policy_id",
        "Escalation",
        copy=True,
        help="What happens while the customer is waiting. Each step is done once.",
    )

    _response_minutes_positive = models.Constraint(
        "CHECK (response_minutes > 0 AND response_minutes <= 50000)",
        "The time to answer is from 1 to 50000 minutes.",
    )

    @api.model
    def default_get(self, fields_list):
        """A policy without steps helps nobody, so the usual two are proposed."""
        values = super().default_get(fields_list)
        if "step_ids" in fields_list and "step_ids" not in values:
            command = fields.Command.create
            values["step_ids"] = [
                command({"value": 75, "kind": "percent", "action": "remind"}),
                command({"value": 100, "kind": "percent", "action": "leader"}),
            ]
        return values

    # What follows is called with leads of any company, as the system.

    @api.model
    def _start(self, leads):
        """Start the clocks of leads that just came in."""
        policies = self._get_for_companies({lead.company_id.id for lead in leads})
        if not policies:
            return
        leads = leads.sudo().filtered("crm_orders_clock_start")
        prepared = [
            {
                "record": policy,
                "condition": policy._prepare_condition(),
                "company": policy.company_id.id,
            }
            for policy in policies
        ]
        by_policy = defaultdict(leads.browse)
        for lead in leads:
            facts = self._prepare_lead_facts(lead)
            possible = [
                policy
                for policy in prepared
                if not facts["companies"] or policy["company"] in facts["companies"]
            ]
            found = conditions.first_match(possible, facts)
            if found:
                by_policy[found["record"]] |= lead
        for policy, found in by_policy.items():
            policy._start_clocks(found)

    def _start_clocks(self, leads):
        self.ensure_one()
        deadlines = {}
        for _calendar, group, intervals in self._with_intervals(leads):
            for lead in group:
                start = lead.crm_orders_clock_start
                deadlines[lead] = schedule.plan(intervals, start, self.response_minutes)
        for deadline, group in leads.grouped(lambda lead: deadlines[lead]).items():
            group._crm_orders_set(
                crm_orders_sla_policy_id=self.id, crm_orders_sla_deadline=deadline
            )
        self._plan_next(leads)

    def _get_calendar(self, lead):
        """Working hours that count for a lead; none means day and night."""
        calendars = self.env["resource.calendar"]
        if self.clock == "always":
            return calendars
        company = lead.company_id or self.company_id
        return (
            self.calendar_id
            or lead.team_id.crm_orders_calendar_id
            or company.resource_calendar_id
        )

    def _with_intervals(self, leads, end=None):
        """Leads in groups that share working hours, with these as intervals that reach
        beyond every deadline and step.
        """
        minutes = self._get_longest()
        for calendar, group in leads.grouped(self._get_calendar).items():
            starts = group.mapped("crm_orders_clock_start")
            last = max([*starts, end] if end else starts)
            yield (
                calendar,
                group,
                calendar._crm_orders_get_reaching(min(starts), last, minutes),
            )

    def _get_longest(self):
        allowed = self.response_minutes
        steps = [
            sla.step_minutes({"kind": step.kind, "value": step.value}, allowed)
            for step in self.step_ids
        ]
        return max([allowed, *steps])

    def _plan_next(self, leads):
        """When each lead needs to be looked at again: its next step, or its deadline."""
        now = fields.Datetime.now()
        upcoming = {}
        for _calendar, group, intervals in self._with_intervals(leads, now):
            for lead in group:
                _due, when = self._get_due(lead, intervals, now)
                deadline = lead.crm_orders_sla_deadline
                whens = [when, deadline if deadline and deadline > now else None]
                upcoming[lead] = min((when for when in whens if when), default=False)
        for when, group in leads.grouped(lambda lead: upcoming[lead]).items():
            if when:
                # A clock is late once its deadline is over, not at the very second.
                when += timedelta(seconds=1)
            group._crm_orders_set(crm_orders_sla_next_date=when)
        self._trigger_cron({when for when in upcoming.values() if when})

    def _get_due(self, lead, intervals, now):
        return sla.due_steps(
            [
                {"id": step.id, "kind": step.kind, "value": step.value}
                for step in self.step_ids
            ],
            set(lead.crm_orders_sla_log_ids.step_id.ids),
            self.response_minutes,
            intervals,
            lead.crm_orders_clock_start,
            now,
        )

    @api.model
    def _trigger_cron(self, whens):
        if whens:
            cron = self.env.ref("crm_orders_assign.ir_cron_sla").sudo()
            cron._trigger([when + timedelta(seconds=1) for when in whens])

    @api.model
    def _get_working_minutes(self, leads, date):
        """Working minutes from the start of each clock to `date`, by lead."""
        minutes = {}
        for policy, group in leads.grouped("crm_orders_sla_policy_id").items():
            if not policy:
                for lead in group:
                    seconds = (date - lead.crm_orders_clock_start).total_seconds()
                    minutes[lead] = max(seconds, 0) / 60
                continue
            for _calendar, part, intervals in policy._with_intervals(group, date):
                for lead in part:
                    start = lead.crm_orders_clock_start
                    minutes[lead] = schedule.elapsed(intervals, start, date)
        return minutes

    @api.model
    def _cron_escalate(self, batch_size=200):
        """Carry out the steps that are due.

        All that belongs to a batch, with the log that keeps a step from being done twice,
        is one transaction: a process that is killed has done all of it or nothing.
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        domain = self._get_due_domain()
        found = leads.search(
            domain, limit=batch_size, order="crm_orders_sla_next_date, id"
        )
        try:
            with self.env.cr.savepoint():
                locked = found.try_lock_for_update(allow_referencing=True)
        except SerializationFailure:
            locked = leads.browse()
        if locked:
            self._escalate(locked)
        elif found:
            self._trigger_cron({fields.Datetime.now() + timedelta(minutes=1)})
        self.env["ir.cron"]._commit_progress(
            len(locked),
            remaining=leads.search_count(self._get_due_domain()) if locked else 0,
        )

    @api.model
    def _get_due_domain(self):
        return Domain("crm_orders_sla_next_date", "<=", fields.Datetime.now())

    @api.model
    def _escalate(self, leads):
        now = fields.Datetime.now()
        leads = leads.sudo()
        running = leads.filtered(
            lambda lead: (
                lead.crm_orders_sla_policy_id
                and lead.active
                and lead.won_status == "pending"
                and not lead.crm_orders_first_response_date
            )
        )
        (leads - running)._crm_orders_set(crm_orders_sla_next_date=False)
        self.env.add_to_compute(leads._fields["crm_orders_sla_state"], running)
        due = defaultdict(leads.browse)
        for policy, group in running.grouped("crm_orders_sla_policy_id").items():
            for _calendar, part, intervals in policy._with_intervals(group, now):
                for lead in part:
                    for step in policy._get_due(lead, intervals, now)[0]:
                        due[policy.step_ids.browse(step)] |= lead
        self._carry_out(due, now)
        for policy, group in running.grouped("crm_orders_sla_policy_id").items():
            policy._plan_next(group)

    @api.model
    def _carry_out(self, due, now):
        """Do the steps, each kind of action for all its leads at once."""
        rows = []
        notices = {"remind": defaultdict(list), "late": defaultdict(list)}
        for action in ACTION_ORDER:
            for step, leads in due.items():
                if step.action != action:
                    continue
                before = {lead: lead.user_id for lead in leads}
                told = getattr(self, f"_do_{action}")(leads, notices)
                rows += [
                    self._prepare_log_vals(step, lead, before[lead], *told[lead], now)
                    for lead in leads
                ]
        self.env["crm_orders.sla.log"].sudo().create(rows)
        for kind, by_user in notices.items():
            self.env["crm_orders.notice"]._send(
                kind,
                {
                    user: self.env["crm.lead"].union(*leads)
                    for user, leads in by_user.items()
                },
            )

    @api.model
    def _prepare_log_vals(self, step, lead, before, action, user, now):
        """Values of a row of the log; glue modules extend the dict."""
        return {
            "lead_id": lead.id,
            "step_id": step.id,
            "company_id": step.policy_id.company_id.id,
            "date": now,
            "action": action if user else "nobody",
            "from_user_id": before.id,
            "user_id": user.id,
            "late_minutes": (now - lead.crm_orders_clock_start).total_seconds() / 60,
        }

    @api.model
    def _do_remind(self, leads, notices):
        """Remind the responsible, or the leader when nobody has the lead any more."""
        told = {}
        for lead in leads:
            own = lead.user_id.filtered("active")
            user = own or self._get_leader(lead)
            told[lead] = ("remind" if own else "leader", user)
            notices["remind" if own else "late"][user].append(lead)
        return told

    @api.model
    def _do_leader(self, leads, notices):
        told = {}
        for lead in leads:
            user = self._get_leader(lead)
            told[lead] = ("leader", user)
            notices["late"][user].append(lead)
        return told

    @api.model
    def _do_reassign(self, leads, notices):
        """Give leads to somebody else, who is told of it like of a new lead."""
        before = {lead: lead.user_id for lead in leads}
        self.env["crm_orders.assign.rule"]._assign(leads, excluded=before)
        moved = leads.filtered(lambda lead: lead.user_id != before[lead])
        told = {lead: ("reassign", lead.user_id) for lead in moved}
        told.update(self._do_leader(leads - moved, notices))
        return told

    @api.model
    def _get_leader(self, lead):
        """Who is told when a responsible does not answer."""
        leader = lead.team_id.user_id.filtered("active")
        return leader or lead.crm_orders_sla_policy_id.user_id.filtered("active")
