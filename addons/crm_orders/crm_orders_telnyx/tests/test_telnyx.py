import base64
import json
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_telephony.tests.provider import ProviderMixin

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
CUSTOMER, OWN = "+358401234567", "+358912345678"


@tagged("post_install", "-at_install")
class TestTelnyxSource(ProviderMixin, HttpCase):
    """Telnyx's calls and text messages come in over HTTP, and ours go out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
        cls._set_up_provider("telnyx", public_key=public, api_key="KEY0123", number=OWN)
        cls.day = time.strftime("%Y-%m-%d", time.gmtime())

    def _send(self, kind, payload, key=KEY, number="1", at="00", stamp=None):
        event = {
            "data": {
                "event_type": kind,
                "id": f"{kind}-{number}",
                "occurred_at": f"{self.day}T00:00:{at}.000000Z",
                "payload": payload,
                "record_type": "event",
            }
        }
        body = json.dumps(event).encode()
        stamp = str(int(stamp or time.time()))
        signed = base64.b64encode(key.sign(f"{stamp}|".encode() + body)).decode()
        return self._post(
            body,
            {
                "Content-Type": "application/json",
                "Telnyx-Signature-Ed25519": signed,
                "Telnyx-Timestamp": stamp,
            },
        )

    def _payload(self, **more):
        return {
            "call_session_id": "session-1",
            "call_leg_id": "leg-1",
            "direction": "incoming",
            "from": CUSTOMER,
            "to": OWN,
            **more,
        }

    def test_an_answered_call_with_a_recording(self):
        self._send("call.initiated", self._payload(state="parked"))
        self._process()
        call = self._get("session-1")
        self.assertEqual((call.state, call.partner_id), ("ringing", self.customer))
        # The end is reported before the answer.
        ended = self._payload(hangup_cause="normal_clearing")
        self._send("call.hangup", ended, at="40")
        self._send("call.answered", self._payload(), at="10")
        self._send("call.recording.saved", self._payload(recording_id="rec-1"), at="50")
        self._process()
        self.assertEqual((call.state, call.duration), ("answered", 30))
        where = (
            b'{"data": {"download_urls": {"mp3": "https://s3.amazonaws.com/r.mp3"}}}'
        )
        with self._answering(
            (200, {}, where), (200, {"Content-Type": "audio/mpeg"}, b"ID3")
        ):
            self._run("crm_orders_telephony.ir_cron_fetch")
        self.assertEqual(call.recording_ids.state, "done", call.recording_ids.error)
        self.assertNotIn("Authorization", self.asked[1].headers)

    def test_a_missed_call(self):
        self._send("call.initiated", self._payload())
        self._send("call.hangup", self._payload(hangup_cause="timeout"), at="30")
        self._process()
        call = self._get("session-1")
        self.assertEqual(call.state, "missed")
        self.assertEqual(call.callback_id.number, CUSTOMER)

    def test_a_text_message_becomes_a_lead_and_is_answered(self):
        payload = {
            "id": "sms-1",
            "from": {"phone_number": "+358501112233"},
            "to": [{"phone_number": OWN}],
            "text": "Onko auki?",
            "media": [],
            "received_at": f"{self.day}T00:00:00Z",
        }
        self._send("message.received", payload)
        self._send("message.received", payload)
        self._process()
        lead = self.source.event_ids.lead_id
        self.assertEqual(lead.phone_sanitized, "+358501112233")
        lead.user_id = self.seller
        lead.with_user(self.seller).message_post(
            body="Kyllä.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        with self._answering((200, {}, b'{"data": {"id": "out-1"}}')):
            self._run("crm_orders_messenger.ir_cron_send")
        self.assertEqual(self.asked[0].json["to"], "+358501112233")
        outgoing = lead.crm_orders_conversation_id.outgoing_ids
        self._send(
            "message.finalized",
            {"id": "out-1", "to": [{"status": "delivered"}], "errors": []},
        )
        self._process()
        self.assertEqual(outgoing.state, "delivered", outgoing.error)

    def test_forged_requests_leave_nothing_behind(self):
        self._assert_forged_is_refused(
            self._send("call.initiated", self._payload(), key=OTHER_KEY),
            self._send("call.initiated", self._payload(), stamp=time.time() - 3600),
            self._post(b"{}", {"Content-Type": "application/json"}),
        )

    def test_calls_are_made_by_the_own_telephone(self):
        with self._answering():
            said = self.calls.with_user(self.seller).dial("050 111 2233")
        self.assertEqual(said, {"tel": "tel:+358501112233"})

    def test_self_test(self):
        said = b'{"data": [{"phone_number": "+358912345678"}]}'
        with self._answering((200, {}, said)):
            self.source.action_self_test()
        self.assertTrue(self.source.test_passed, self.source.test_report)
        self.assertIn(OWN, self.source.test_report)
