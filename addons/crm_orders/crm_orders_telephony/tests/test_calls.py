import itertools

from odoo.tests import TransactionCase, tagged

from .common import CUSTOMER, OTHER, OWN, TelephonyMixin


@tagged("post_install", "-at_install")
class TestCalls(TelephonyMixin, TransactionCase):
    """Events become calls, and calls find their customers and leads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_line()

    def test_unknown_caller_becomes_one_lead(self):
        call = self._call("u1", -600, caller=OTHER, caller_name="Veikko")
        self.assertEqual(call.state, "missed")
        self.assertEqual(call.number, OTHER)
        self.assertEqual(call.lead_id.contact_name, "Veikko")
        self.assertEqual(call.lead_id.phone_sanitized, OTHER)
        self.assertFalse(call.partner_id)
        again = self._call("u2", -300, end="answered", caller=OTHER)
        self.assertEqual(again.lead_id, call.lead_id)
        self.assertEqual(call.lead_id.crm_orders_call_count, 2)

    def test_answered_unknown_caller_belongs_to_who_answered(self):
        call = self._call("a1", -100, end="answered", caller=OTHER, agent="PJSIP/101")
        self.assertEqual(call.user_id, self.seller)
        self.assertEqual(call.lead_id.user_id, self.seller)
        self.assertEqual(call.owner_id, self.seller)
        self.assertEqual((call.waiting, call.duration), (5, 60))

    def test_a_call_is_complete_while_it_rings(self):
        self.source.user_id = self.leader
        self._report("r1", "ringing", 0, caller="anonymous")
        self._process()
        call = self._get("r1")
        self.assertEqual(call.owner_id, self.leader)
        self.assertTrue(call.hour and call.weekday)
        self.assertFalse(call.is_missed)
        self.assertFalse(call.duration_text)

    def test_customer_is_known_and_no_lead_is_made(self):
        call = self._call("k1", -100, end="answered", agent="101")
        self.assertEqual(call.partner_id, self.customer)
        self.assertEqual(call.identity_id.value, CUSTOMER)
        self.assertFalse(call.lead_id)
        notes = self.customer.message_ids.filtered(lambda m: "fa-phone" in m.body)
        self.assertEqual(len(notes), 1)
        self.assertIn("1:00", notes.body)
        self.assertEqual(self.customer.crm_orders_call_count, 1)

    def test_open_lead_of_a_customer_is_joined(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Chairs",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "user_id": self.colleague.id,
            }
        )
        call = self._call("j1", -100)
        self.assertEqual(call.lead_id, lead)
        self.assertEqual(call.owner_id, self.colleague)
        self.assertEqual(call.callback_id.user_id, self.colleague)
        self.assertEqual(
            len(lead.message_ids.filtered(lambda m: "fa-phone" in m.body)), 1
        )

    def test_outgoing_calls_make_no_leads(self):
        call = self._call(
            "o1",
            -100,
            end="answered",
            direction="out",
            caller=OWN,
            callee=OTHER,
            agent="101",
        )
        self.assertEqual((call.direction, call.number), ("out", OTHER))
        self.assertFalse(call.lead_id)
        self.assertFalse(call.callback_id)
        self.assertEqual(call.user_id, self.seller)

    def test_hidden_numbers_and_extensions_make_no_leads(self):
        self.assertFalse(self._call("h1", -100, caller="anonymous").lead_id)
        self.assertFalse(self._call("h2", -100, caller="102", callee="101").lead_id)
        left = self._call("h3", -100, caller="", end="missed", recording="r1")
        self.assertEqual(left.state, "voicemail")
        self.assertTrue(left.lead_id)
        self.assertFalse(self.callbacks.search([("company_id", "=", self.company.id)]))

    def test_a_number_that_customers_share_has_one_lead(self):
        self.env["res.partner"].create({"name": "Otto Asiakas", "phone": CUSTOMER})
        first, second = self._call("s1", -600), self._call("s2", -300)
        self.assertTrue(first.lead_id)
        self.assertEqual(second.lead_id, first.lead_id)
        self.assertFalse(first.partner_id)

    def test_every_order_of_events_ends_the_same(self):
        steps = [("ringing", -90), ("answered", -80), ("ended", -20)]
        looks, begin = set(), self._at(0)
        for number, order in enumerate(itertools.permutations(steps)):
            for state, at in order:
                self._report(
                    f"p{number}", state, caller=OTHER, agent="101", occurred=begin + at
                )
                self._process()
            call = self._get(f"p{number}")
            looks.add((call.state, call.user_id, call.waiting, call.lead_id))
            notes = call.lead_id.message_ids.filtered(lambda m: "fa-phone" in m.body)
            self.assertEqual(len(notes), number + 1)
            self.assertIn("1:00", notes[0].body)
        self.assertEqual(len(looks), 1)
        state, user, waiting, lead = looks.pop()
        self.assertEqual((state, user, waiting), ("answered", self.seller, 10))
        self.assertTrue(lead)

    def test_one_batch_of_many_calls(self):
        for number in range(30):
            for state, at in (("ringing", -60), ("missed", -40)):
                self._report(f"m{number}", state, at, caller=f"+3584012{number:05}")
        self._process()
        calls = self.calls.search([("source_id", "=", self.source.id)])
        self.assertEqual(len(calls), 30)
        self.assertEqual(len(calls.lead_id), 30)
        self.assertEqual(len(calls.callback_id), 30)

    def test_events_that_say_nothing_of_a_call_are_ignored(self):
        self._report("", "ringing")
        self._process()
        self.assertEqual(self.source.event_ids.state, "ignored")

    def test_abandoned_calls_are_closed(self):
        self._report("l1", "ringing", -7200)
        self._process()
        self.assertEqual(self._get("l1").state, "ringing")
        self._run("crm_orders_telephony.ir_cron_abandoned")
        call = self._get("l1")
        self.assertEqual(call.state, "missed")
        self.assertTrue(call.callback_id)

    def test_names_are_texts(self):
        call = self._call("x1", -60, caller=OTHER, caller_name="<b>=cmd|' /C'!A0</b>")
        self.assertEqual(call.caller_name, "<b>=cmd|' /C'!A0</b>")
        note = call.lead_id.message_ids.filtered(lambda m: "fa-phone" in m.body)
        self.assertNotIn("<b>", note.body)

    def test_statistics_are_in_the_time_of_the_company(self):
        self.company.partner_id.tz = "Europe/Helsinki"
        # Monday, 7 October 2024, 9:30 in Helsinki.
        self._report("t1", "ringing", occurred=1728282600, started=1728282600)
        self._report("t1", "missed", occurred=1728282620)
        self._process()
        call = self._get("t1")
        self.assertEqual((call.hour, call.weekday), ("09", "1"))
        self.assertEqual(call.missed_share, 100)

    def test_a_lead_that_gets_its_customer_gives_it_to_its_calls(self):
        call = self._call("c1", -60, caller=OTHER)
        person = self.env["res.partner"].create({"name": "Veikko"})
        call.lead_id.partner_id = person
        self.assertEqual(call.partner_id, person)
        self.assertEqual(call.callback_id.partner_id, person)
