"""Tests of a messenger's door, driven by the vectors of its adapter."""

from contextlib import nullcontext
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.crm_orders_inbound.tools import transport

STATES = {
    "Contact": {"done"},
    "Ignored": {"ignored"},
    "Lead": {"done"},
    "Message": {"done"},
    # It may be about a message that was not sent from here; that is waited for.
    "Status": {"new", "ignored"},
    "Unreadable": {"failed"},
}


class DoorTests:
    """To be mixed into an HttpCase.

    :cvar kind: of the source
    :cvar pure: class of the adapter's own tests, which knows how requests are signed
    :cvar sent: the provider's answer to a text, for `test_answer_goes_out`
    """

    kind = ""
    pure = None
    sent = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.env["crm_orders.source"].create(
            {"name": "Our channel", "kind": cls.kind}
        )
        for setting in cls.source.setting_ids:
            if setting.name in cls.pure.values:
                setting.entry = cls.pure.values[setting.name]
        cls.signer = cls.pure()
        cls.seller = new_test_user(
            cls.env, f"{cls.kind}_seller", groups="crm_orders_base.group_user"
        )

    def _post(self, vector, secret=None):
        request = self.signer.request(vector, secret)
        return self.url_open(
            urlsplit(self.source.hook_url).path,
            data=request.body,
            headers=request.headers,
        )

    def _run(self, xml_id):
        with (
            nullcontext() if self._registry_patched else self.enter_registry_test_mode()
        ):
            self.env.ref(xml_id).method_direct_trigger()
        self.env.invalidate_all()

    def _vectors(self):
        """Those that need no settings beyond the common ones."""
        return [one for one in self.pure.vectors if not one.get("settings")]

    def _first_message(self):
        return next(
            one for one in self._vectors() if one["things"][0]["is"] == "Message"
        )

    def test_every_vector_ends_as_it_should(self):
        taken, known = [], self.source.event_ids
        for vector in self._vectors():
            answer = self._post(vector)
            self.assertEqual(answer.status_code, 200, vector["name"])
            if "answer" in vector:
                self.assertEqual(answer.text, vector["answer"], vector["name"])
            self.source.invalidate_recordset()
            events = (self.source.event_ids - known).sorted("part")
            known |= events
            taken.append((vector, events))
        self._run("crm_orders_inbound.ir_cron_process_events")
        for vector, events in taken:
            with self.subTest(vector["name"]):
                self.assertEqual(len(events), len(vector["things"]))
                for event, thing in zip(events, vector["things"], strict=True):
                    what = event.error or event.reason
                    self.assertIn(event.state, STATES[thing["is"]], what)
                    if event.state == "done":
                        self.assertTrue(event.lead_id)
                    elif event.state == "ignored":
                        self.assertTrue(event.reason)

    def test_the_same_again_is_nothing_new(self):
        vector = self._first_message()
        for _attempt in range(3):
            self.assertEqual(self._post(vector).status_code, 200)
        self.assertEqual(len(self.source.event_ids), 1)
        self._run("crm_orders_inbound.ir_cron_process_events")
        self._post(vector)
        self._run("crm_orders_inbound.ir_cron_process_events")
        (event,) = self.source.event_ids
        self.assertEqual(event.state, "done", event.error)

    def test_forged_requests_leave_nothing_behind(self):
        for vector in self._vectors()[:5]:
            answer = self._post(vector, "another-secret-than-ours")
            self.assertIn(answer.status_code, (401, 403))
        self.assertFalse(self.source.event_ids)
        self.assertEqual(self.source.health, "refusing")

    def test_answer_goes_out(self):
        self._post(self._first_message())
        self._run("crm_orders_inbound.ir_cron_process_events")
        lead = self.source.event_ids.lead_id
        lead.user_id = self.seller
        # Vectors are old, and some providers take answers for a day only.
        lead.crm_orders_conversation_id.last_in_date = fields.Datetime.now()
        lead.with_user(self.seller).message_post(
            body="On, 49 \N{EURO SIGN}",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        calls = []

        def send(call):
            calls.append(call)
            return self.sent

        with patch.object(transport, "send", send):
            self._run("crm_orders_messenger.ir_cron_send")
            self._run("crm_orders_messenger.ir_cron_send")
        outgoing = lead.crm_orders_conversation_id.outgoing_ids
        self.assertEqual(outgoing.state, "sent", outgoing.error)
        self.assertTrue(outgoing.external_id)
        (call,) = [call for call in calls if "49" in str(call.json or call.data)]
        self.assertTrue(call.url.startswith("https://"))

    def test_self_test_needs_no_network_for_the_way_in(self):
        with patch.object(transport, "send", lambda call: self.sent):
            self.source.action_self_test()
        self.assertIn("signed with these secrets", self.source.test_report)
        self.assertFalse(self.source.event_ids)
