import json
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tests.channel_case import (
    URL,
    ChannelTests,
    load,
)
from odoo.addons.crm_orders_inbound.tools.channel import (
    File,
    Handle,
    HttpAnswer,
    Person,
    Refused,
    Request,
)

from ..tools.vk import Vk

SECRET = "aaQ13axAPQEcczQa"


def answer(response=None, status=200, **values):
    body = values or {"response": response}
    return HttpAnswer(status, {}, json.dumps(body).encode())


def error(code, message="No."):
    return answer(error={"error_code": code, "error_msg": message})


@tagged("post_install", "-at_install")
class TestVk(ChannelTests, BaseCase):
    """The adapter alone, without a database."""

    adapter = Vk()
    vectors = load(__file__, "vk")
    values = {
        "secret": SECRET,
        "group_id": "1",
        "confirmation": "b1c2d3e4",
        "access_token": "vk1.a.token",
    }
    signed_by = "secret"

    def sign(self, request, secret):
        """VK's secret is within the body."""
        body = request.body.replace(SECRET.encode(), secret.encode())
        return replace(request, body=body)

    def post(self, **values):
        return Request("POST", URL, {}, json.dumps(values).encode())

    def test_confirmation(self):
        ask = self.post(type="confirmation", group_id=1)
        found = self.adapter.handshake(ask, self.settings())
        self.assertEqual((found.status, found.body), (200, "b1c2d3e4"))
        with_secret = self.post(type="confirmation", group_id=1, secret=SECRET)
        self.assertTrue(self.adapter.handshake(with_secret, self.settings()))
        for wrong in (
            {"group_id": 2},
            {},
            {"group_id": True},
            {"group_id": 1, "secret": "wrong"},
        ):
            with self.assertRaises(Refused):
                self.adapter.handshake(
                    self.post(type="confirmation", **wrong), self.settings()
                )
        with self.assertRaises(Refused):
            self.adapter.handshake(ask, self.settings(confirmation=""))
        self.assertIsNone(
            self.adapter.handshake(self.request(self.vectors[0]), self.settings())
        )

    def test_forged(self):
        event = self.vectors[0]["body"]
        for change, code in (
            ({"secret": None}, "unsigned"),
            ({"secret": ""}, "unsigned"),
            ({"secret": [SECRET]}, "unsigned"),
            ({"secret": SECRET[:-1]}, "wrong_secret"),
            ({"secret": SECRET.lower()}, "wrong_secret"),
            ({"secret": "\ud800"}, "wrong_secret"),
            ({"group_id": 2}, "wrong_group"),
            ({"group_id": None}, "wrong_group"),
        ):
            request = self.post(**{**event, **change})
            self.assertEqual(self.code(request, self.settings()), code, change)
        self.code(self.request(self.vectors[0]), self.settings(group_id=""))

    def test_text_is_delivered_once(self):
        ids = []
        for key in ("mail-1", "mail-1", "mail-2"):
            sent, calls = self.drive(
                self.adapter.send_text(
                    self.settings(), "612444319", "Hi", "612444319:2169", key=key
                ),
                answer([{"peer_id": 612444319, "conversation_message_id": 2170}]),
            )
            self.assertEqual(sent, "612444319:2170")
            data = calls[0].data
            self.assertEqual(data["peer_ids"], "612444319")
            self.assertEqual(
                json.loads(data["forward"])["conversation_message_ids"], [2169]
            )
            self.assertTrue(0 < data["random_id"] < 2**31)
            ids.append(data["random_id"])
        self.assertEqual(ids[0], ids[1])
        self.assertNotEqual(ids[0], ids[2])

    def test_name_is_asked_for(self):
        found, _calls = self.drive(
            self.adapter.profile(self.settings(), Person([Handle("vk", "1")])),
            answer([{"id": 1, "first_name": "Pavel", "last_name": "D"}]),
        )
        self.assertEqual(found.name, "Pavel D")

    def test_connect(self):
        said, calls = self.drive(
            self.adapter.register(self.settings(), URL),
            answer({"code": "b1c2d3e4"}),
            answer({"count": 0, "items": []}),
            answer({"server_id": 5}),
            answer(1),
        )
        self.assertIn("VK sends", said)
        self.assertEqual(calls[2].data["secret_key"], SECRET)
        self.assertEqual(calls[3].data["message_new"], "1")
        fault = self.fault(
            self.adapter.register(self.settings(), URL), answer({"code": "other"})
        )
        self.assertIn("other", str(fault))

    def test_photo_is_uploaded_to_vk_alone(self):
        photo = File("a.jpg", "image/jpeg", b"1")
        sent, calls = self.drive(
            self.adapter.send_file(self.settings(), "5", photo, "Look"),
            answer({"upload_url": "https://pu.vk.com/c1/upload.php?x=1"}),
            answer(server=1, photo="[]", hash="h"),
            answer([{"id": 7, "owner_id": -1, "access_key": "k"}]),
            answer([{"peer_id": 5, "conversation_message_id": 9}]),
        )
        self.assertEqual(sent, "5:9")
        self.assertEqual(calls[3].data["attachment"], "photo-1_7_k")
        self.assertNotIn("access_token", calls[1].data or {})
        fault = self.fault(
            self.adapter.send_file(self.settings(), "5", photo),
            answer({"upload_url": "http://localhost/"}),
        )
        self.assertTrue(fault.final)

    def test_errors_say_whether_to_try_again(self):
        for found, final, wait in (
            (error(6), False, 1),
            (error(9), False, 60),
            (error(10), False, None),
            (error(901), True, None),
            (error(5), True, None),
            (HttpAnswer(502, {}, b"<html>"), False, None),
            (answer([{"peer_id": 5, "error": {"code": 901, "description": "x"}}]),)
            + (True, None),
        ):
            fault = self.fault(
                self.adapter.send_text(self.settings(), "5", "Hi"), found
            )
            self.assertEqual((fault.final, fault.retry_after), (final, wait), fault)

    def test_files_come_from_vk_alone(self):
        for place in ("http://localhost/", "https://evil.example.com/a.userapi.com"):
            self.assertTrue(
                self.fault(self.adapter.fetch(self.settings(), place)).final
            )
        file, calls = self.drive(
            self.adapter.fetch(self.settings(), "https://vk.com/doc2_1?hash=x"),
            HttpAnswer(302, {"Location": "https://psv4.userapi.com/o.pdf"}, b""),
            HttpAnswer(200, {"Content-Type": "application/pdf"}, b"%PDF"),
        )
        self.assertEqual(file, File("o.pdf", "application/pdf", b"%PDF"))
        self.assertEqual(calls[1].headers, {})
