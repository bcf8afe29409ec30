from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common import AssignMixin

# Monday
START = datetime(2026, 3, 2, 16, 30)


@tagged("post_install", "-at_install")
class TestSla(AssignMixin, TransactionCase):
    """Clocks of leads, and what happens when nobody answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls.policies = cls.env["crm_orders.sla.policy"]
        cls.cron = cls.env.ref("crm_orders_assign.ir_cron_sla")

    def _lead_at(self, when, **vals):
        with freeze_time(when):
            return self._new_leads(**vals)

    def _escalate_at(self, when):
        self._run_cron("ir_cron_sla", when)

    def _log(self, lead):
        return lead.crm_orders_sla_log_ids.sorted("id").mapped("action")

    def test_without_policies_no_lead_has_a_deadline(self):
        lead = self._lead_at(START)
        self.assertFalse(lead.crm_orders_sla_deadline)
        self.assertFalse(lead.crm_orders_sla_state)
        self.assertEqual(lead.crm_orders_clock_start, START)

    def test_deadline_counts_working_time(self):
        self._new_policy(clock="working", calendar_id=self.calendar.id)
        lead = self._lead_at(START)
        self.assertEqual(lead.crm_orders_sla_deadline, datetime(2026, 3, 3, 9, 30))
        self.assertEqual(lead.crm_orders_sla_state, "running")

    def test_deadline_counts_day_and_night(self):
        self._new_policy()
        lead = self._lead_at(START)
        self.assertEqual(lead.crm_orders_sla_deadline, datetime(2026, 3, 2, 17, 30))

    def test_hours_of_the_team_come_before_those_of_the_company(self):
        self._new_policy(clock="working")
        self.team.crm_orders_calendar_id = self.calendar
        lead = self._lead_at(datetime(2026, 3, 7, 12))
        self.assertEqual(lead.crm_orders_sla_deadline, datetime(2026, 3, 9, 10))

    def test_long_closing_is_waited_out(self):
        self._new_policy(clock="working", calendar_id=self.calendar.id)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": self.calendar.id,
                "date_from": "2026-03-02 00:00:00",
                "date_to": "2026-05-03 23:59:59",
            }
        )
        lead = self._lead_at(START)
        self.assertEqual(lead.crm_orders_sla_deadline, datetime(2026, 5, 4, 10))

    def test_hours_in_which_nobody_works_count_like_any(self):
        empty = self.calendar.copy({"attendance_ids": [Command.clear()]})
        empty.attendance_ids.unlink()
        self._new_policy(clock="working", calendar_id=empty.id)
        lead = self._lead_at(START)
        self.assertEqual(lead.crm_orders_sla_deadline, datetime(2026, 3, 2, 17, 30))

    def test_first_policy_that_fits(self):
        self._new_policy(min_priority="2", response_minutes=10, sequence=1)
        self._new_policy(sequence=2)
        urgent = self._lead_at(START, priority="3")
        usual = self._lead_at(START)
        self.assertEqual(urgent.crm_orders_sla_deadline, datetime(2026, 3, 2, 16, 40))
        self.assertEqual(usual.crm_orders_sla_deadline, datetime(2026, 3, 2, 17, 30))

    def test_what_a_seller_writes_down_for_oneself_has_no_clock(self):
        self._new_policy()
        leads = self.env["crm.lead"].with_user(self.aino)
        own = leads.create({"name": "Walked in"})
        free = leads.create({"name": "For whoever", "user_id": False})
        self.assertFalse(own.crm_orders_sla_deadline)
        self.assertFalse(own.crm_orders_clock_start)
        self.assertTrue(free.crm_orders_sla_deadline)

    def test_request_of_an_old_notebook_has_no_clock(self):
        self._new_policy()
        leads = self.env["crm.lead"].with_user(self.aino)
        old = leads.with_context(crm_orders_import=True).create(
            {"name": "From 2024", "user_id": False}
        )
        self.assertFalse(old.crm_orders_sla_deadline)
        self.assertFalse(old.crm_orders_clock_start)

    def test_state_turns_late_at_the_deadline(self):
        self._new_policy()
        lead = self._lead_at(START)
        self._escalate_at(datetime(2026, 3, 2, 17, 30))
        self.assertEqual(lead.crm_orders_sla_state, "running")
        self._escalate_at(datetime(2026, 3, 2, 17, 30, 2))
        self.assertEqual(lead.crm_orders_sla_state, "late")

    def test_cron_is_woken_up_when_something_is_due(self):
        self._new_policy((50, "percent", "remind"))
        lead = self._lead_at(START)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertEqual(lead.crm_orders_sla_next_date, datetime(2026, 3, 2, 17, 0, 1))
        self.assertIn(datetime(2026, 3, 2, 17, 0, 1), triggers.mapped("call_at"))

    def test_steps_are_carried_out_in_their_time_and_once(self):
        self._new_policy(
            (50, "percent", "remind"),
            (100, "percent", "leader"),
            (90, "minutes", "leader"),
        )
        lead = self._lead_at(START, user_id=self.aino.id)
        self._escalate_at(datetime(2026, 3, 2, 16, 59))
        self.assertEqual(self._log(lead), [])
        for _again in range(2):
            self._escalate_at(datetime(2026, 3, 2, 17, 1))
            self.assertEqual(self._log(lead), ["remind"])
        self._escalate_at(datetime(2026, 3, 2, 17, 31))
        self.assertEqual(self._log(lead), ["remind", "leader"])
        self._escalate_at(datetime(2026, 3, 2, 18, 1))
        self.assertEqual(self._log(lead), ["remind", "leader", "leader"])
        self.assertFalse(lead.crm_orders_sla_next_date)
        told = lead.crm_orders_sla_log_ids.sorted("id").user_id
        self.assertEqual(told, self.aino | self.manager)

    def test_what_was_missed_while_the_server_was_down_is_done_once(self):
        self._new_policy((50, "percent", "remind"), (100, "percent", "leader"))
        leads = self._lead_at(START, user_id=self.aino.id)
        self._escalate_at(datetime(2026, 3, 4, 12))
        self.assertEqual(self._log(leads), ["remind", "leader"])

    def test_unassigned_lead_reminds_the_leader(self):
        self._new_policy((50, "percent", "remind"))
        lead = self._lead_at(START)
        self._escalate_at(datetime(2026, 3, 2, 17, 1))
        self.assertEqual(self._log(lead), ["leader"])
        self.assertEqual(lead.crm_orders_sla_log_ids.user_id, self.manager)

    def test_without_a_leader_the_policy_names_somebody(self):
        self.team.user_id = False
        policy = self._new_policy((50, "percent", "leader"), (60, "percent", "leader"))
        lead = self._lead_at(START)
        self._escalate_at(datetime(2026, 3, 2, 17, 1))
        policy.user_id = self.liisa
        self._escalate_at(datetime(2026, 3, 2, 17, 10))
        self.assertEqual(self._log(lead), ["nobody", "leader"])
        self.assertEqual(lead.crm_orders_sla_log_ids.user_id, self.liisa)

    def test_responsible_who_left_is_not_the_one_to_be_reminded(self):
        self._new_policy((50, "percent", "remind"))
        lead = self._lead_at(START, user_id=self.aino.id)
        self.aino.active = False
        self._escalate_at(datetime(2026, 3, 2, 17, 1))
        self.assertEqual(self._log(lead), ["leader"])
        self.assertEqual(lead.crm_orders_sla_log_ids.user_id, self.manager)

    def test_lead_is_given_to_somebody_else(self):
        self._new_rule(self.aino | self.eero)
        self._new_policy((100, "percent", "reassign"))
        lead = self._lead_at(START)
        self.assertEqual(lead.user_id, self.aino)
        self._escalate_at(datetime(2026, 3, 2, 17, 31))
        self.assertEqual(lead.user_id, self.eero)
        self.assertEqual(self._log(lead), ["reassign"])
        self.assertEqual(lead.crm_orders_sla_log_ids.from_user_id, self.aino)
        self.assertEqual(lead.crm_orders_sla_state, "late")

    def test_nobody_else_there_keeps_it_and_tells_the_leader(self):
        self._new_rule(self.aino)
        self._new_policy((100, "percent", "reassign"))
        lead = self._lead_at(START)
        self._escalate_at(datetime(2026, 3, 2, 17, 31))
        self.assertEqual(lead.user_id, self.aino)
        self.assertEqual(self._log(lead), ["leader"])
        self.assertFalse(lead.crm_orders_assign_next_date)

    def test_answered_lead_is_left_in_peace(self):
        self._new_policy((50, "percent", "remind"))
        lead = self._lead_at(START, user_id=self.aino.id)
        with freeze_time(datetime(2026, 3, 2, 16, 45)):
            lead._crm_orders_note_first_response(user=self.aino)
        self._escalate_at(datetime(2026, 3, 2, 19))
        self.assertEqual(self._log(lead), [])
        self.assertEqual(lead.crm_orders_sla_state, "answered")

    def test_closed_lead_is_left_in_peace_until_it_is_opened_again(self):
        self._new_policy((50, "percent", "remind"))
        lead = self._lead_at(START, user_id=self.aino.id)
        lead.action_set_lost()
        self.assertEqual(lead.crm_orders_sla_state, "closed")
        self._escalate_at(datetime(2026, 3, 2, 19))
        self.assertEqual(self._log(lead), [])
        with freeze_time(datetime(2026, 3, 3, 9)):
            lead.action_restore()
        self.assertEqual(lead.crm_orders_sla_state, "late")
        self._escalate_at(datetime(2026, 3, 3, 9, 1))
        self.assertEqual(self._log(lead), ["remind"])

    def test_policy_without_steps_is_proposed_the_usual_ones(self):
        values = self.policies.default_get(["step_ids", "name"])
        actions = [command[2]["action"] for command in values["step_ids"]]
        self.assertEqual(actions, ["remind", "leader"])

    def test_merged_leads_keep_the_older_clock(self):
        self._new_policy((100, "percent", "leader"))
        first = self._lead_at(START, user_id=self.aino.id)
        second = self._lead_at(datetime(2026, 3, 2, 17), user_id=self.aino.id)
        second.priority = "3"
        merged = (first | second).merge_opportunity(auto_unlink=True)
        self.assertEqual(merged.crm_orders_clock_start, START)
        self.assertEqual(merged.crm_orders_sla_deadline, datetime(2026, 3, 2, 17, 30))

    def test_merged_leads_are_answered_by_one_answer(self):
        self._new_policy()
        first = self._lead_at(START, user_id=self.aino.id)
        second = self._lead_at(datetime(2026, 3, 2, 17), user_id=self.aino.id)
        with freeze_time(datetime(2026, 3, 2, 17, 10)):
            second._crm_orders_note_first_response(user=self.aino)
            merged = (first | second).merge_opportunity(auto_unlink=True)
        self.assertEqual(merged.crm_orders_first_response_user_id, self.aino)
        self.assertEqual(merged.crm_orders_sla_state, "answered")

    def test_copy_of_a_lead_begins_anew(self):
        self._new_policy()
        lead = self._lead_at(START, user_id=self.aino.id)
        lead._crm_orders_note_first_response(user=self.aino)
        copy = lead.copy()
        self.assertFalse(copy.crm_orders_first_response_date)
        self.assertGreater(copy.crm_orders_clock_start, START)
