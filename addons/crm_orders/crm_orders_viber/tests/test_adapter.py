import json
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tests.channel_case import (
    URL,
    SignedBodyTests,
    load,
)
from odoo.addons.crm_orders_inbound.tools.channel import File, HttpAnswer

from ..tools.viber import SIGNATURE_HEADER, Viber, sign


def answer(code=0, http=200, **values):
    body = {"status": code, "status_message": "ok" if not code else "No.", **values}
    return HttpAnswer(http, {}, json.dumps(body).encode())


@tagged("post_install", "-at_install")
class TestViber(SignedBodyTests, BaseCase):
    """The adapter alone, without a database."""

    adapter = Viber()
    vectors = load(__file__, "viber")
    values = {
        "auth_token": "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9",
        "sender_name": "Shop",
    }
    signed_by = "auth_token"

    def sign(self, request, secret):
        headers = {**request.headers, SIGNATURE_HEADER: sign(secret, request.body)}
        return replace(request, headers=headers)

    def test_other_forms_of_a_signature(self):
        request = self.request(self.vectors[0])
        good = sign(self.values["auth_token"], request.body)
        upper = replace(request, headers={SIGNATURE_HEADER: good.upper()})
        self.adapter.verify(upper, self.settings())
        for bad in (good[:-1], f"sha256={good}", "x", "\u00e4"):
            self.code(
                replace(request, headers={SIGNATURE_HEADER: bad}), self.settings()
            )

    def test_text(self):
        sent, calls = self.drive(
            self.adapter.send_text(self.settings(), "01234567890A=", "Hi"),
            answer(message_token=5741311803571721087),
        )
        self.assertEqual(sent, "5741311803571721087")
        self.assertEqual(calls[0].url, "https://chatapi.viber.com/pa/send_message")
        self.assertEqual(
            calls[0].json,
            {
                "receiver": "01234567890A=",
                "sender": {"name": "Shop"},
                "type": "text",
                "text": "Hi",
            },
        )

    def test_connect(self):
        said, calls = self.drive(
            self.adapter.register(self.settings(), URL),
            answer(event_types=["delivered"]),
            answer(name="Shop", id="pa:75346594275468546724"),
        )
        self.assertEqual(said, "Shop sends its messages here.")
        self.assertEqual(calls[0].json["url"], URL)

    def test_errors_say_whether_to_try_again(self):
        for found, final, wait in (
            (answer(12), False, 60),
            (answer(6), True, None),
            (answer(2), True, None),
            (answer(99), True, None),
            (HttpAnswer(503, {}, b"<html>"), False, None),
        ):
            fault = self.fault(
                self.adapter.send_text(self.settings(), "1", "Hi"), found
            )
            self.assertEqual((fault.final, fault.retry_after), (final, wait), fault)

    def test_files(self):
        fault = self.fault(
            self.adapter.send_file(self.settings(), "1", File("a", "b/c", b""))
        )
        self.assertTrue(fault.final)
        for place in ("http://dl-media.viber.com/x", "https://10.0.0.1/x", "x"):
            self.assertTrue(
                self.fault(self.adapter.fetch(self.settings(), place)).final
            )
        file, _calls = self.drive(
            self.adapter.fetch(self.settings(), "https://dl-media.viber.com/1/a.jpg"),
            HttpAnswer(200, {"Content-Type": "image/jpeg"}, b"JPEG"),
        )
        self.assertEqual(file, File("a.jpg", "image/jpeg", b"JPEG"))
