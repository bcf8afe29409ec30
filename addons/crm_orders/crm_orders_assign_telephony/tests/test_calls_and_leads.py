from datetime import UTC, datetime, timedelta

from odoo.fields import Datetime
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_assign.tests.common import AssignMixin
from odoo.addons.crm_orders_telephony.tests.common import (
    CUSTOMER,
    OTHER,
    OWN,
    TelephonyMixin,
)


@tagged("post_install", "-at_install")
class TestCallsAndLeads(TelephonyMixin, AssignMixin, TransactionCase):
    """Calls stop the clocks of leads, and missed callers are given out by the rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_line()
        # Whatever else this database holds must not take our leads.
        cls.env["crm_orders.assign.rule"].search([]).active = False
        cls.env["crm_orders.sla.policy"].search([]).active = False
        cls.sellers = cls.colleague

    def _moment(self, call, name="answered"):
        self.assertTrue(call[name])
        return call[name]

    def _back(self, external_id, at, end="answered", number=OTHER, **more):
        said = {"direction": "out", "caller": OWN, "callee": number, "agent": "101"}
        return self._call(external_id, at, end=end, **{**said, **more})

    def _missed(self, external_id="m1", at=-600, number=OTHER, **more):
        return self._call(external_id, at, caller=number, **more)

    def test_missed_caller_and_task_go_to_whom_the_rules_say(self):
        self._new_rule()
        call = self._missed(agent="101")
        self.assertEqual(call.lead_id.user_id, self.colleague)
        self.assertEqual(call.callback_id.user_id, self.colleague)
        self.assertEqual(call.owner_id, self.colleague)
        self.assertTrue(call.callback_id.deadline)

    def test_task_waits_with_the_lead(self):
        rule = self._new_rule()
        rule.member_ids.max_open = 1
        self._new_leads(user_id=self.colleague.id)
        call = self._missed()
        self.assertFalse(call.lead_id.user_id)
        self.assertFalse(call.callback_id.user_id)
        rule.member_ids.max_open = 9
        self._run_cron("ir_cron_assign", Datetime.now() + timedelta(hours=1))
        self.assertEqual(call.lead_id.user_id, self.colleague)
        self.assertEqual(call.callback_id.user_id, self.colleague)
        self.assertEqual(call.owner_id, self.colleague)

    def test_task_that_somebody_took_stays_with_them(self):
        call = self._missed()
        call.callback_id.with_user(self.seller).action_take_over()
        call.lead_id.user_id = self.colleague
        self.assertEqual(call.callback_id.user_id, self.seller)
        call.callback_id.user_id = self.colleague
        call.lead_id.user_id = self.leader
        self.assertEqual(call.callback_id.user_id, self.leader)

    def test_who_spoke_keeps_the_new_customer(self):
        self._new_rule()
        self._new_policy()
        self.source.user_id = self.leader
        call = self._call("a1", -300, end="answered", caller=OTHER, agent="101")
        lead = call.lead_id
        self.assertEqual(lead.user_id, self.seller)
        self.assertEqual(lead.crm_orders_first_response_user_id, self.seller)
        self.assertEqual(lead.crm_orders_sla_state, "answered")
        self.assertEqual(lead.crm_orders_clock_start, call.started)
        self.assertAlmostEqual(lead.crm_orders_response_minutes, call.waiting / 60, 2)
        self.assertEqual(lead.crm_orders_turn, "customer")

    def test_calling_back_answers_the_lead(self):
        self._new_policy()
        call = self._missed()
        lead = call.lead_id
        self._back("b1", -400, end="missed")
        self.assertFalse(lead.crm_orders_first_response_date)
        self.assertEqual(lead.crm_orders_sla_state, "running")
        self.assertEqual(lead.crm_orders_turn, "us")
        back = self._back("b2", -200)
        self.assertEqual(back.lead_id, lead)
        self.assertEqual(lead.crm_orders_first_response_date, self._moment(back))
        self.assertEqual(lead.crm_orders_first_response_user_id, self.seller)
        self.assertEqual(lead.crm_orders_sla_state, "answered")
        minutes = (back.answered - call.started).total_seconds() / 60
        self.assertAlmostEqual(lead.crm_orders_response_minutes, minutes, 1)

    def test_an_earlier_call_that_is_reported_late_counts(self):
        self._new_policy()
        call = self._missed()
        lead = call.lead_id
        later = self._back("b1", -100)
        earlier = self._back("b2", -300, agent="102")
        self.assertEqual(lead.crm_orders_first_response_date, self._moment(earlier))
        self.assertEqual(lead.crm_orders_first_response_user_id, self.colleague)
        # Doubles and recordings change nothing.
        self._report("b1", "ended", 0, recording="r1", direction="out", callee=OTHER)
        self._process()
        self.assertEqual(later.recording_count, 1)
        self.assertEqual(lead.crm_orders_first_response_date, earlier.answered)

    def test_who_calls_again_waits_again(self):
        lead = self._missed("m1", -600).lead_id
        self._back("b1", -400)
        self.assertEqual(lead.crm_orders_turn, "customer")
        again = self._missed("m2", -200)
        self.assertEqual(again.lead_id, lead)
        self.assertEqual(lead.crm_orders_turn, "us")
        self.assertEqual(lead.crm_orders_turn_date, again.started)
        # A report of the earlier conversation that comes late takes nobody's turn.
        self._report("b1", "ended", -10, direction="out", callee=OTHER)
        self._process()
        self.assertEqual(lead.crm_orders_turn, "us")

    def test_answer_of_nobody_in_particular(self):
        self._new_policy()
        lead = self._call("a1", -300, end="answered", caller=OTHER).lead_id
        self.assertTrue(lead.crm_orders_first_response_date)
        self.assertFalse(lead.crm_orders_first_response_user_id)

    def test_lead_made_by_hand_of_a_conversation_is_answered(self):
        self.source.call_leads = False
        call = self._call("a1", -300, end="answered", caller=CUSTOMER, agent="101")
        self.assertFalse(call.lead_id)
        call.with_user(self.seller).action_open_lead()
        lead = call.lead_id
        self.assertEqual(lead.user_id, self.seller)
        if lead.crm_orders_clock_start:
            self.assertEqual(lead.crm_orders_first_response_user_id, self.seller)
        self.assertEqual(lead.crm_orders_turn, "customer")

    def test_calls_without_rules_and_policies(self):
        """Where nothing is set up, calls are as they are without this module."""
        lead = self._missed().lead_id
        self._back("b1", -100)
        self.assertFalse(lead.user_id)
        self.assertFalse(lead.crm_orders_sla_state)
        moment = lead.crm_orders_first_response_date.replace(tzinfo=UTC)
        self.assertLess(moment, datetime.now(UTC) + timedelta(minutes=5))
