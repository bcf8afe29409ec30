from urllib.parse import parse_qs, urlencode, urlsplit

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_telephony.tests.provider import ProviderMixin

from ..tools import twilio_signature as signature

TOKEN = "12345"
SID = "AC00000000000000000000000000000001"
CUSTOMER, OWN, MOBILE = "+358401234567", "+358912345678", "+358505556677"


@tagged("post_install", "-at_install")
class TestTwilioSource(ProviderMixin, HttpCase):
    """Twilio's calls and text messages come in over HTTP, and ours go out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_provider(
            "twilio",
            account_sid=SID,
            auth_token=TOKEN,
            number=OWN,
            forward_to=MOBILE,
            greeting="Jätä viesti äänimerkin jälkeen.",
        )

    def _send(self, fields, query="", token=TOKEN):
        fields = {"AccountSid": SID, "ApiVersion": "2010-04-01", **fields}
        url = self.source.hook_url + (f"?{query}" if query else "")
        return self._post(
            urlencode(fields).encode(),
            {
                "Content-Type": signature.FORM,
                "X-Twilio-Signature": signature.sign(token, url, fields.items()),
            },
            query,
        )

    def _call_fields(self, status, sid="CA1", **more):
        return {
            "CallSid": sid,
            "CallStatus": status,
            "From": CUSTOMER,
            "To": OWN,
            "Caller": CUSTOMER,
            "Called": OWN,
            "Direction": "inbound",
            **more,
        }

    def test_an_answered_call(self):
        answer = self._send(self._call_fields("ringing"))
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/xml", answer.headers["Content-Type"])
        self.assertIn(MOBILE, answer.text)
        self._process()
        call = self._get("CA1")
        self.assertEqual((call.state, call.partner_id), ("ringing", self.customer))
        self._send(
            {
                "CallSid": "CA2",
                "ParentCallSid": "CA1",
                "CallStatus": "in-progress",
                "To": MOBILE,
                "From": CUSTOMER,
                "Direction": "outbound-dial",
            },
            "step=leg",
        )
        self._process()
        self.assertEqual((call.state, call.user_id), ("ongoing", self.seller))
        self._send(
            self._call_fields("in-progress", DialCallStatus="completed"), "step=dialled"
        )
        self._send(
            self._call_fields(
                "completed", CallbackSource="call-progress-events", CallDuration="42"
            )
        )
        self._process()
        self.assertEqual((call.state, call.duration), ("answered", 42))
        self.assertFalse(call.callback_id)

    def test_a_missed_call_with_a_voice_message(self):
        self._send(self._call_fields("ringing"))
        answer = self._send(
            self._call_fields("in-progress", DialCallStatus="no-answer"), "step=dialled"
        )
        self.assertIn("äänimerkin", answer.text)
        self._send(
            self._call_fields(
                "in-progress", RecordingSid="RE123", RecordingDuration="9"
            ),
            "step=recorded",
        )
        self._send(
            self._call_fields(
                "completed", CallbackSource="call-progress-events", CallDuration="40"
            )
        )
        self._process()
        call = self._get("CA1")
        self.assertEqual(call.state, "voicemail")
        self.assertTrue(call.callback_id)
        with self._answering((200, {"Content-Type": "audio/mpeg"}, b"ID3")):
            self._run("crm_orders_telephony.ir_cron_fetch")
        self.assertIn("/Recordings/RE123", self.asked[0].url)
        recording = call.recording_ids
        self.assertEqual(recording.state, "done", recording.error)

    def test_a_text_message_becomes_a_lead_and_is_answered(self):
        message = {
            "MessageSid": "SM1",
            "SmsStatus": "received",
            "From": "+358501112233",
            "To": OWN,
            "Body": "Onko tuoli vielä myynnissä?",
            "NumMedia": "0",
        }
        self._send(message)
        self._send(message)
        self._process()
        lead = self.source.event_ids.lead_id
        self.assertEqual(len(lead), 1)
        self.assertEqual(lead.phone_sanitized, "+358501112233")
        lead.user_id = self.seller
        lead.with_user(self.seller).message_post(
            body="On.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        with self._answering((201, {}, b'{"sid": "SM2"}')):
            self._run("crm_orders_messenger.ir_cron_send")
        self.assertEqual(self.asked[0].data["To"], "+358501112233")
        outgoing = lead.crm_orders_conversation_id.outgoing_ids
        self.assertEqual(outgoing.state, "sent", outgoing.error)
        self._send({"MessageSid": "SM2", "MessageStatus": "delivered", "From": OWN})
        self._process()
        self.assertEqual(outgoing.state, "delivered")

    def test_a_click_calls(self):
        with self._answering((201, {}, b'{"sid": "CA9"}')):
            said = self.calls.with_user(self.seller).dial("050 111 2233")
        self.assertIn(MOBILE, said["message"])
        sent = self.asked[0].data
        self.assertEqual((sent["To"], sent["From"]), (MOBILE, OWN))
        report = urlsplit(sent["StatusCallback"])
        self.assertEqual(parse_qs(report.query)["to"], ["+358501112233"])
        self._send(
            {
                "CallSid": "CA9",
                "CallStatus": "in-progress",
                "From": OWN,
                "To": MOBILE,
                "Direction": "outbound-api",
                "DialCallStatus": "completed",
            },
            report.query,
        )
        self._send(
            {
                "CallSid": "CA9",
                "CallStatus": "completed",
                "From": OWN,
                "To": MOBILE,
                "Direction": "outbound-api",
                "CallDuration": "31",
                "CallbackSource": "call-progress-events",
            },
            report.query,
        )
        self._process()
        call = self._get("CA9")
        self.assertEqual((call.direction, call.number), ("out", "+358501112233"))
        self.assertEqual((call.state, call.user_id), ("answered", self.seller))

    def test_twilios_words_reach_the_seller(self):
        said = b'{"code": 21210, "message": "From number is not verified"}'
        with (
            self._answering((400, {}, said)),
            self.assertRaisesRegex(UserError, "verified"),
        ):
            self.calls.with_user(self.seller).dial("0501112233")

    def test_forged_requests_leave_nothing_behind(self):
        self._assert_forged_is_refused(
            self._send(self._call_fields("ringing"), token="other"),
            self._post(b"CallSid=CA1", {"Content-Type": signature.FORM}),
        )

    def test_connect_tells_twilio_our_address(self):
        found = b'{"incoming_phone_numbers": [{"sid": "PN1"}]}'
        with self._answering((200, {}, found), (200, {}, b"{}")):
            self.source.action_register()
        self.assertEqual(self.asked[1].data["VoiceUrl"], self.source.hook_url)

    def test_self_test(self):
        account = b'{"friendly_name": "Kauppa", "status": "active"}'
        with self._answering((200, {}, account)):
            self.source.action_self_test()
        self.assertTrue(self.source.test_passed, self.source.test_report)
        self.assertIn("Kauppa", self.source.test_report)
        self.assertFalse(self.source.event_ids)
