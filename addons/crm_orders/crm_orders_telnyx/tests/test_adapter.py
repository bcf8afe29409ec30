import base64
import json
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tests.channel_case import SignedBodyTests, load
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer

from ..tools.telnyx import SIGNATURE_HEADER, TIMESTAMP_HEADER, Telnyx

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def public(key):
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def answer(status=200, **body):
    return HttpAnswer(status, {}, json.dumps(body).encode())


@tagged("post_install", "-at_install")
class TestTelnyx(SignedBodyTests, BaseCase):
    """The adapter alone, without a database."""

    adapter = Telnyx()
    vectors = load(__file__, "telnyx")
    values = {"public_key": public(KEY), "api_key": "KEY0123"}
    signed_by = "public_key"

    def sign(self, request, secret, stamp=None):
        key = KEY if secret == public(KEY) else OTHER_KEY
        stamp = str(int(request.received)) if stamp is None else stamp
        signed = base64.b64encode(key.sign(f"{stamp}|".encode() + request.body))
        headers = {SIGNATURE_HEADER: signed.decode(), TIMESTAMP_HEADER: stamp}
        return replace(request, headers={**request.headers, **headers})

    def test_secret_before_is_still_accepted(self):
        settings = self.settings(
            {"public_key": [public(KEY)]}, public_key=public(OTHER_KEY)
        )
        self.adapter.verify(self.request(self.vectors[0]), settings)

    def test_time_is_limited(self):
        request = self.request(self.vectors[0])
        for seconds, passes in ((10, True), (299, True), (301, False), (-301, False)):
            later = replace(request, received=request.received + seconds)
            if passes:
                self.adapter.verify(later, self.settings())
            else:
                self.assertEqual(self.code(later, self.settings()), "too_old")

    def test_time_is_signed(self):
        request = self.request(self.vectors[0])
        for stamp in (str(int(request.received) + 1), "", "now", "1e9", "-5", "9" * 99):
            headers = {**request.headers, TIMESTAMP_HEADER: stamp}
            self.code(replace(request, headers=headers), self.settings())

    def test_keys_that_are_none(self):
        request = self.request(self.vectors[0])
        for key in ("", "x", "####", base64.b64encode(b"short").decode(), "\u00e4"):
            self.code(request, self.settings(public_key=key))
        for given in ("x", "####", base64.b64encode(b"1" * 64).decode()):
            headers = {**request.headers, SIGNATURE_HEADER: given}
            self.code(replace(request, headers=headers), self.settings())

    def test_text_message(self):
        sent, calls = self.drive(
            self.adapter.send_text(self.settings(), "+1773/+1312", "Hi"),
            answer(data={"id": "m1"}),
        )
        self.assertEqual(sent, "m1")
        self.assertEqual(calls[0].json, {"from": "+1773", "to": "+1312", "text": "Hi"})

    def test_recording_gets_a_new_address(self):
        place = "https://s3.amazonaws.com/telephony-recorder-prod/a.mp3?X-Amz=1"
        file, calls = self.drive(
            self.adapter.fetch(self.settings(), "8e3b"),
            answer(data={"download_urls": {"mp3": place}}),
            HttpAnswer(200, {}, b"ID3"),
        )
        self.assertEqual((file.content, file.mimetype), (b"ID3", "audio/mpeg"))
        self.assertEqual(calls[1].headers, {})
        evil = answer(data=[{"download_urls": {"mp3": "http://localhost/"}}])
        self.fault(self.adapter.fetch(self.settings(), "session:1"), evil)
        self.assertTrue(
            self.fault(self.adapter.fetch(self.settings(), "http://127.0.0.1/")).final
        )

    def test_errors_say_whether_to_try_again(self):
        for status, final in ((429, False), (401, True), (503, False)):
            fault = self.fault(
                self.adapter.send_text(self.settings(), "+1/+2", "Hi"),
                answer(status, errors=[{"code": "10009", "detail": "No."}]),
            )
            self.assertEqual(fault.final, final)
            self.assertIn("10009", str(fault))
