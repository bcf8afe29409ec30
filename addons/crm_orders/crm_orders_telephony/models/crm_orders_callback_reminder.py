from odoo import api, fields, models
from odoo.tools.misc import format_datetime

REMIND_BATCH = 200
REMINDED, ESCALATED = 1, 2


class CrmOrdersCallbackReminder(models.AbstractModel):
    """Who hears of calls to return, and when: at first, in time, and when it is late."""

    _name = "crm_orders.callback.reminder"
    _description = "Reminders of Calls to Return"

    @api.model
    def _wake_up(self, callbacks):
        cron = self.env.ref(
            "crm_orders_telephony.ir_cron_remind", raise_if_not_found=False
        )
        dates = set(callbacks.mapped("next_step_date")) - {False}
        if cron and dates:
            cron.sudo()._trigger(sorted(dates))

    @api.model
    def _get_due_domain(self):
        return [
            ("state", "=", "open"),
            ("next_step_date", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _cron_remind(self):
        """Remind those responsible when time is up, and later tell the team leader."""
        domain = self._get_due_domain()
        due = self.search(domain, order="next_step_date", limit=REMIND_BATCH)
        due = due.try_lock_for_update()
        for callback in due:
            callback._take_step()
        self._wake_up(due)
        self.env["ir.cron"]._commit_progress(
            len(due), remaining=self.search_count(domain)
        )

    def _take_step(self):
        """Do what is due now, and note when to do the next thing."""
        self.ensure_one()
        if self.step < REMINDED:
            self._remind_people(late=True)
            minutes = self.source_id.escalate_minutes
            next_date = False
            if minutes:
                start = max(self.next_step_date, self.deadline)
                next_date = self.source_id._plan_minutes(minutes, start)
            self.write({"step": REMINDED, "next_step_date": next_date})
            return
        leader = self._get_leader()
        self.write(
            {
                "step": ESCALATED,
                "next_step_date": False,
                "escalated_user_id": leader.id,
            }
        )
        if leader:
            self._tell_leader(leader)

    def _get_leader(self):
        """Who answers for the team of this lead, of the line or of the responsible."""
        self.ensure_one()
        team = (
            self.lead_id.team_id
            or self.source_id.team_id
            or self.user_id.crm_team_ids[:1]
        )
        return team.user_id

    def _tell_leader(self, leader):
        """In the leader's own words, as all that people are told here."""
        here = self._as_told_to(leader)
        title = here.env._("Nobody has called back %s", here.display_name)
        body = here.env._(
            "Called %(count)s times, first on %(date)s. Responsible: %(user)s.",
            count=self.missed_count,
            date=here._say_when(self.first_missed),
            user=self.user_id.name or here.env._("nobody"),
        )
        self._toast(leader, title, body, "danger")
        self._write_to(leader, title, body)

    def _remind_people(self, late=False):
        """Show a note to the responsible, or to the people of the line.

        The responsible gets a message as well when it is late, as nobody looks at a
        screen all day.
        """
        for callback in self:
            users = callback.user_id
            if not users:
                users = callback.call_ids[-1:]._get_popup_users()
            for user in users:
                here = callback._as_told_to(user)
                title = here.env._("Call back now")
                if not late:
                    title = here.env._("Missed call")
                body = here.env._(
                    "%(who)s waits for your call until %(time)s.",
                    who=here.display_name,
                    time=here._say_when(callback.deadline),
                )
                self._toast(user, title, body, "danger" if late else "warning")
                if late and callback.user_id:
                    callback._write_to(user, title, body)

    def _as_told_to(self, user):
        return self.with_context(lang=user.lang, tz=user.tz or "Europe/Helsinki")

    def _say_when(self, moment):
        zone = self.env.context["tz"]
        return format_datetime(self.env, moment, tz=zone, dt_format="short")

    def _write_to(self, user, title, body):
        """A message that goes to the person's inbox, mail or telephone."""
        record = self.lead_id or self.partner_id or self.env["mail.thread"]
        record.message_notify(
            partner_ids=user.partner_id.ids,
            subject=title,
            body=body,
            author_id=self.env.ref("base.partner_root").id,
        )

    @api.model
    def _toast(self, user, title, message, kind):
        """Only people who work with calls hear of them."""
        seller = self.env.ref("crm_orders_base.group_user")
        if seller in user.all_group_ids:
            user._bus_send(
                "crm_orders_telephony.callback",
                {"title": title, "message": message, "type": kind},
            )
