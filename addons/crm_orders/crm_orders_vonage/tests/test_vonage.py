import hashlib
import json
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_telephony.tests.provider import ProviderMixin

from ..tools import jwt

SECRET = "signature-secret-of-the-account"
CUSTOMER, OWN, MOBILE = "358401234567", "358912345678", "358505556677"
JSON = "application/json"


def private_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # As it looks when it was pasted into one line.
    return pem.decode().replace("\n", " ").strip()


@tagged("post_install", "-at_install")
class TestVonageSource(ProviderMixin, HttpCase):
    """Vonage's calls and text messages come in over HTTP, and ours go out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_provider(
            "vonage",
            signature_secret=SECRET,
            application_id="app-1",
            private_key=private_key(),
            number=OWN,
            forward_to=MOBILE,
        )
        cls.day = time.strftime("%Y-%m-%d", time.gmtime())

    def _send(self, event, query="", secret=SECRET, body=None):
        body = body or json.dumps(event).encode()
        claims = {
            "iat": int(time.time()),
            "jti": "1",
            "application_id": "app-1",
            "payload_hash": hashlib.sha256(json.dumps(event).encode()).hexdigest(),
        }
        token = jwt.make(claims, secret)
        headers = {"Content-Type": JSON, "Authorization": f"Bearer {token}"}
        return self._post(body, headers, query)

    def _call(self, status, leg="u1", at="00", query="", **more):
        event = {
            "uuid": leg,
            "conversation_uuid": "CON-1",
            "from": CUSTOMER,
            "to": OWN,
            "direction": "inbound",
            "status": status,
            "timestamp": f"{self.day}T00:00:{at}.000Z",
            **more,
        }
        return self._send(event, query)

    def test_an_answered_call(self):
        question = {
            "uuid": "u1",
            "conversation_uuid": "CON-1",
            "from": CUSTOMER,
            "to": OWN,
        }
        answer = self._send(question)
        self.assertEqual(answer.json()[0]["endpoint"][0]["number"], MOBILE)
        leg = {"leg": "u2", "direction": "outbound", "to": MOBILE}
        self._call("started")
        self._call("answered", at="01")
        self._call("ringing", at="02", **leg)
        self._process()
        call = self._get("CON-1")
        self.assertEqual((call.state, call.partner_id), ("ringing", self.customer))
        self._call("answered", at="08", **leg)
        self._call("completed", at="58", duration="50", **leg)
        self._call("completed", at="59", duration="58")
        self._process()
        self.assertEqual((call.state, call.user_id), ("answered", self.seller))
        self.assertEqual(call.direction, "in")
        self.assertFalse(call.callback_id)

    def test_a_missed_call(self):
        self._call("started")
        self._call("answered", at="01")
        self._call("unanswered", at="30", leg="u2", direction="outbound", to=MOBILE)
        self._call("completed", at="31")
        self._process()
        call = self._get("CON-1")
        self.assertEqual(call.state, "missed")
        self.assertEqual(call.callback_id.number, f"+{CUSTOMER}")

    def test_a_click_calls(self):
        said = b'{"uuid": "u1", "conversation_uuid": "CON-1", "status": "started"}'
        with self._answering((201, {}, said)):
            self.calls.with_user(self.seller).dial("050 111 2233")
        sent = self.asked[0].json
        self.assertEqual(sent["to"][0]["number"], MOBILE)
        query = sent["event_url"][0].partition("?")[2]
        own = {"from": OWN, "to": MOBILE, "direction": "outbound", "query": query}
        self._call("ringing", **own)
        self._call("answered", at="05", **own)
        self._process()
        call = self._get("CON-1")
        self.assertEqual(call.state, "ringing", "the customer's telephone still rings")
        theirs = {"from": OWN, "to": "358501112233", "direction": "outbound"}
        self._call("unanswered", at="35", leg="u2", **theirs)
        self._call("completed", at="36", duration="31", **own)
        self._process()
        self.assertEqual(call.state, "missed")
        self.assertEqual((call.direction, call.number), ("out", "+358501112233"))
        self.assertEqual(call.user_id, self.seller)

    def test_a_text_message_becomes_a_lead(self):
        message = {
            "channel": "sms",
            "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
            "to": OWN,
            "from": "358501112233",
            "timestamp": f"{self.day}T00:00:00Z",
            "text": "Onko auki?",
            "message_type": "text",
        }
        self._send(message)
        self._send(message)
        self._process()
        lead = self.source.event_ids.lead_id
        self.assertEqual(lead.phone_sanitized, "+358501112233")
        lead.user_id = self.seller
        lead.with_user(self.seller).message_post(
            body="Kyllä.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        with self._answering((202, {}, b'{"message_uuid": "out-1"}')):
            self._run("crm_orders_messenger.ir_cron_send")
        self.assertEqual(self.asked[0].json["to"], "358501112233")

    def test_forged_requests_leave_nothing_behind(self):
        event = {"uuid": "u1", "status": "started", "conversation_uuid": "CON-1"}
        other = json.dumps({**event, "uuid": "u9"}).encode()
        self._assert_forged_is_refused(
            self._send(event, secret="another secret"),
            self._send(event, body=other),
            self._post(json.dumps(event).encode(), {"Content-Type": JSON}),
        )

    def test_self_test(self):
        with self._answering((200, {}, b'{"count": 0}')):
            self.source.action_self_test()
        self.assertTrue(self.source.test_passed, self.source.test_report)
