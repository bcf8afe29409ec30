import hashlib
import json
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tests.channel_case import (
    JSON_TYPE,
    URL,
    SignedBodyTests,
    load,
)
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer, Request

from ..tools import twilio_signature as signature
from ..tools.twilio import SIGNATURE_HEADER, Twilio

TOKEN = "12345"


def answer(status=200, **body):
    return HttpAnswer(status, {}, json.dumps(body).encode())


@tagged("post_install", "-at_install")
class TestTwilio(SignedBodyTests, BaseCase):
    """The adapter alone, without a database."""

    adapter = Twilio()
    vectors = load(__file__, "twilio")
    values = {
        "account_sid": "AC00000000000000000000000000000001",
        "auth_token": TOKEN,
        "number": "+18005551212",
    }
    signed_by = "auth_token"

    def sign(self, request, secret):
        mimetype = request.header("Content-Type")
        fields = ()
        if mimetype == signature.FORM and request.body:
            try:
                fields = request.form
            except Exception:
                fields = ()
        signed = signature.sign(secret, request.url, fields)
        return replace(request, headers={**request.headers, SIGNATURE_HEADER: signed})

    def test_official_signature(self):
        """twilio-python, tests/unit/test_request_validator.py."""
        fields = {
            "CallSid": "CA1234567890ABCDE",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
            "Caller": "+14158675309",
        }
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        self.assertEqual(
            signature.sign(TOKEN, url, fields.items()), "RSOYDt4T1cUTdK1PDd93/VVr8B8="
        )

    def test_port_may_be_signed_or_not(self):
        request = self.request(self.vectors[1])
        with_port = URL.replace("shop.example.com", "shop.example.com:443")
        for signed, called in ((with_port, URL), (URL, with_port)):
            given = signature.sign(TOKEN, signed, request.form)
            self.adapter.verify(
                replace(request, url=called, headers=self.headers(given)),
                self.settings(),
            )
        other = signature.sign(TOKEN, URL.replace(".com", ".com:8443"), request.form)
        self.code(replace(request, headers=self.headers(other)), self.settings())

    def headers(self, given, mimetype=signature.FORM):
        return {"Content-Type": mimetype, SIGNATURE_HEADER: given}

    def test_other_address_is_refused(self):
        request = self.request(self.vectors[1])
        for url in (URL + "?a=1", URL + "2", URL.replace("https", "http")):
            self.code(replace(request, url=url), self.settings())

    def test_json_is_signed_by_its_hash(self):
        body = json.dumps({"MessageSid": "SM9", "From": "+1", "Body": "Hi"}).encode()
        url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
        headers = self.headers(signature.sign(TOKEN, url), JSON_TYPE)
        request = Request("POST", url, headers, body)
        self.adapter.verify(request, self.settings())
        self.assertEqual(self.adapter.read(request, 0, self.settings()).text, "Hi")
        self.code(replace(request, body=body + b" "), self.settings())
        # Without the hash, the signature would cover the address alone.
        headers = self.headers(signature.sign(TOKEN, URL), JSON_TYPE)
        self.code(Request("POST", URL, headers, body), self.settings())

    def test_fields_cannot_be_moved_between_names(self):
        """Repeated values are sorted and joined, but none may be added."""
        request = self.request(self.vectors[1])
        self.code(replace(request, body=request.body + b"&From=%2B1"), self.settings())

    def test_call_is_started(self):
        sid, calls = self.drive(
            self.adapter.call(self.settings(), "+358401", "+358<9", URL),
            answer(sid="CA99"),
        )
        self.assertEqual(sid, "CA99")
        self.assertIn("&lt;9", calls[0].data["Twiml"])
        self.assertTrue(calls[0].data["StatusCallback"].startswith(f"{URL}?step=out"))

    def test_text_message(self):
        sid, calls = self.drive(
            self.adapter.send_text(self.settings(), "+1800/+1415", "Hi"),
            answer(201, sid="SM1"),
        )
        self.assertEqual(sid, "SM1")
        self.assertEqual(calls[0].data, {"To": "+1415", "From": "+1800", "Body": "Hi"})

    def test_recording_is_fetched_with_the_account_alone(self):
        file, calls = self.drive(
            self.adapter.fetch(self.settings(), "RE1"),
            HttpAnswer(200, {"Content-Type": "audio/mpeg"}, b"ID3"),
        )
        self.assertEqual((file.content, file.mimetype), (b"ID3", "audio/mpeg"))
        self.assertTrue(calls[0].url.startswith("https://api.twilio.com/2010-04-01/"))
        self.assertIn("Authorization", calls[0].headers)
        for evil in ("https://evil.example.com/", "RE1/../../x", "http://localhost"):
            self.assertTrue(self.fault(self.adapter.fetch(self.settings(), evil)).final)

    def test_connect(self):
        said, calls = self.drive(
            self.adapter.register(self.settings(), URL),
            answer(incoming_phone_numbers=[{"sid": "PN1"}]),
            answer(sid="PN1"),
        )
        self.assertIn("+18005551212", said)
        self.assertNotIn("VoiceUrl", calls[1].data)
        self.assertEqual(calls[1].data["SmsUrl"], URL)

    def test_errors_say_whether_to_try_again(self):
        for status, final in ((429, False), (401, True), (400, True), (503, False)):
            fault = self.fault(
                self.adapter.send_text(self.settings(), "+1/+2", "Hi"),
                answer(status, code=20003, message="Authenticate"),
            )
            self.assertEqual(fault.final, final)
            self.assertIn("Authenticate", str(fault))
