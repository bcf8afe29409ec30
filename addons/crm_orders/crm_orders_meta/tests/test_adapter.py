import json
from dataclasses import replace
from urllib.parse import urlencode

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tests.channel_case import (
    URL,
    SignedBodyTests,
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

from ..tools import meta
from ..tools.instagram import Instagram
from ..tools.messenger import Messenger
from ..tools.whatsapp import WhatsApp

THREAD = "106540352242922/16505551234"


def answer(status=200, **body):
    return HttpAnswer(status, {}, json.dumps(body).encode())


def error(code, status=400, **values):
    return answer(status, error={"code": code, "message": "No.", **values})


class MetaTests(SignedBodyTests):
    """What Meta's products have in common."""

    values = {
        "app_secret": "test_app_secret_key",
        "verify_token": "test_verify_token_12345",
        "access_token": "EAAJB",
        "phone_number_id": "106540352242922",
    }
    signed_by = "app_secret"

    def sign(self, request, secret):
        signature = f"sha256={meta.sign(secret, request.body)}"
        headers = {**request.headers, meta.SIGNATURE_HEADER: signature}
        return replace(request, headers=headers)

    def ask(self, **values):
        query = urlencode({f"hub.{name}": value for name, value in values.items()})
        request = Request("GET", f"{URL}?{query}", {}, b"")
        return self.adapter.handshake(request, self.settings())

    def test_handshake(self):
        """Meta's own sample tests: fbsamples/messenger-platform-samples."""
        token = "test_verify_token_12345"
        found = self.ask(mode="subscribe", verify_token=token, challenge="challenge_1")
        self.assertEqual((found.status, found.body), (200, "challenge_1"))
        self.assertEqual(found.mimetype, "text/plain")
        for wrong in (
            {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
            {"mode": "subscribe", "verify_token": "", "challenge": "1"},
            {"mode": "subscribe", "challenge": "1"},
            {"mode": "unsubscribe", "verify_token": token, "challenge": "1"},
            {"mode": "subscribe", "verify_token": token},
            {"mode": "subscribe", "verify_token": token, "challenge": "1" * 5000},
        ):
            with self.assertRaises(Refused) as caught:
                self.ask(**wrong)
            self.assertEqual(caught.exception.status, 403)
        self.assertIsNone(self.ask(other="subscribe"))
        post = replace(self.request(self.vectors[0]), url=f"{URL}?hub.mode=subscribe")
        self.assertIsNone(self.adapter.handshake(post, self.settings()))

    def test_another_product_is_refused(self):
        for name in ("not_a_page", "user", None, 5, ["page"]):
            body = json.dumps({"object": name, "entry": []}).encode()
            request = self.sign(Request("POST", URL, {}, body), "test_app_secret_key")
            self.assertEqual(self.code(request, self.settings()), "wrong_object")

    def test_other_algorithms_are_refused(self):
        request = self.request(self.vectors[0])
        digest = meta.sign("test_app_secret_key", request.body)
        for header in (digest, f"sha1={digest}", f"SHA256={digest}", f"={digest}"):
            forged = replace(request, headers={meta.SIGNATURE_HEADER: header})
            self.code(forged, self.settings())
        old = replace(request, headers={"X-Hub-Signature": f"sha1={digest}"})
        self.assertEqual(self.code(old, self.settings()), "unsigned")

    def test_too_many_things_are_one(self):
        entry = {"id": "1", "messaging": [], "changes": [{"field": "x"}] * 600}
        body = {"object": self.adapter.webhook_object, "entry": [entry, entry]}
        request = self.request({"body": body})
        self.adapter.verify(request, self.settings())
        with self.assertRaisesRegex(Exception, "more than 1000"):
            self.adapter.split(request)

    def test_errors_say_whether_to_try_again(self):
        send = self.adapter.send_text
        for found, final, wait in (
            (error(130429), False, 60),
            (error(4, 403), False, 60),
            (error(131047), True, None),
            (error(10, error_subcode=2018278), True, None),
            (error(190, 401), True, None),
            (error(100), True, None),
            (error(2, 500, is_transient=True), False, None),
            (error(131000, 500), False, None),
            (answer(503), False, None),
            (HttpAnswer(502, {"Retry-After": "7"}, b"<html>"), False, 7),
            (HttpAnswer(404, {}, b""), True, None),
        ):
            fault = self.fault(send(self.settings(), THREAD, "Hi"), found)
            self.assertEqual((fault.final, fault.retry_after), (final, wait), fault)
        fault = self.fault(send(self.settings(), THREAD, "Hi"), error(131047))
        self.assertIn("24 hours", str(fault))
        self.assertIn("No.", str(fault))


@tagged("post_install", "-at_install")
class TestWhatsApp(MetaTests, BaseCase):
    adapter = WhatsApp()
    vectors = load(__file__, "whatsapp")

    def test_text_goes_to_a_number_or_an_id(self):
        user = "US.13491208655302741918"
        for address, field in (("16505551234", "to"), (user, "recipient")):
            sent, calls = self.drive(
                self.adapter.send_text(
                    self.settings(), f"106540352242922/{address}", "Hi", "wamid.IN"
                ),
                answer(messages=[{"id": "wamid.OUT"}]),
            )
            self.assertEqual(sent, "wamid.OUT")
            (call,) = calls
            self.assertEqual(
                call.url, "https://graph.facebook.com/v23.0/106540352242922/messages"
            )
            self.assertEqual(call.headers, {"Authorization": "Bearer EAAJB"})
            self.assertEqual(call.json[field], address)
            self.assertEqual(call.json["context"], {"message_id": "wamid.IN"})

    def test_file_is_uploaded_and_sent(self):
        for mimetype, kind in (
            ("image/png", "image"),
            ("application/pdf", "document"),
            ("audio/ogg", "audio"),
        ):
            answers = [answer(id="42"), answer(messages=[{"id": "wamid.OUT"}])]
            if kind == "audio":
                answers.append(answer(messages=[{"id": "wamid.OUT2"}]))
            sent, calls = self.drive(
                self.adapter.send_file(
                    self.settings(), THREAD, File("a", mimetype, b"1"), "Look"
                ),
                *answers,
            )
            self.assertEqual(sent, "wamid.OUT")
            self.assertEqual(calls[0].files, [("file", "a", b"1", mimetype)])
            self.assertEqual(calls[1].json["type"], kind)
            self.assertEqual(calls[1].json[kind]["id"], "42")
            self.assertEqual("caption" in calls[1].json[kind], kind != "audio")

    def test_file_is_fetched_from_meta_alone(self):
        place = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
        file, calls = self.drive(
            self.adapter.fetch(self.settings(), "27548"),
            answer(url=place, mime_type="image/jpeg", id="27548"),
            HttpAnswer(200, {"Content-Type": "image/jpeg"}, b"JPEG"),
        )
        self.assertEqual((file.content, file.mimetype), (b"JPEG", "image/jpeg"))
        self.assertEqual(calls[1].headers, {"Authorization": "Bearer EAAJB"})
        for evil in (
            "https://evil.example.com/",
            "http://lookaside.fbsbx.com/x",
            "https://lookaside.fbsbx.com@evil.example.com/",
            "https://lookaside.fbsbx.com.evil.example.com/",
            "https://evilfbsbx.com/",
            "http://127.0.0.1:8069/web",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
            "//evil.example.com",
            "https://lookaside.fbsbx.com\\@evil.example.com/",
            "",
        ):
            fault = self.fault(
                self.adapter.fetch(self.settings(), "27548"), answer(url=evil)
            )
            self.assertTrue(fault.final, evil)
        # Where a redirect leads is looked at as well, and gets no token.
        fault = self.fault(
            self.adapter.fetch(self.settings(), "27548"),
            answer(url=place),
            HttpAnswer(302, {"Location": "http://127.0.0.1/"}, b""),
        )
        self.assertTrue(fault.final)
        _file, calls = self.drive(
            self.adapter.fetch(self.settings(), "27548"),
            answer(url=place),
            HttpAnswer(302, {"Location": "https://scontent.xx.fbcdn.net/a"}, b""),
            HttpAnswer(200, {}, b"1"),
        )
        self.assertEqual(calls[2].headers, {})

    def test_reference_stays_one_part_of_the_path(self):
        generator = self.adapter.fetch(self.settings(), "../me?x=1#")
        self.assertTrue(next(generator).url.endswith("/v23.0/..%2Fme%3Fx%3D1%23"))

    def test_check(self):
        said, _calls = self.drive(
            self.adapter.check(self.settings()),
            answer(verified_name="Shop", display_phone_number="+358 40 1234567"),
        )
        self.assertEqual(said, "Shop (+358 40 1234567) answers.")


@tagged("post_install", "-at_install")
class TestMessenger(MetaTests, BaseCase):
    adapter = Messenger()
    vectors = load(__file__, "messenger")

    def test_text(self):
        sent, calls = self.drive(
            self.adapter.send_text(self.settings(), "PAGE_ID/PSID", "Hi"),
            answer(recipient_id="PSID", message_id="mid.OUT"),
        )
        self.assertEqual(sent, "mid.OUT")
        self.assertEqual(calls[0].json["recipient"], {"id": "PSID"})
        self.assertEqual(calls[0].json["messaging_type"], "RESPONSE")

    def test_name_is_asked_for(self):
        person = Person([Handle("messenger", "PSID", "PAGE_ID")])
        found, calls = self.drive(
            self.adapter.profile(self.settings(), person),
            answer(first_name="Peter", last_name="Chang", id="PSID"),
        )
        self.assertEqual(found.name, "Peter Chang")
        self.assertEqual(found.handles, person.handles)
        self.assertIn("/PSID?fields=", calls[0].url)

    def test_file_and_caption(self):
        sent, calls = self.drive(
            self.adapter.send_file(
                self.settings(),
                "PAGE_ID/PSID",
                File("a.pdf", "application/pdf", b"1"),
                "Look",
            ),
            answer(message_id="mid.FILE"),
            answer(message_id="mid.TEXT"),
        )
        self.assertEqual(sent, "mid.FILE")
        self.assertEqual(json.loads(calls[0].data["recipient"]), {"id": "PSID"})
        self.assertEqual(calls[1].json["message"], {"text": "Look"})

    def test_connect(self):
        said, calls = self.drive(
            self.adapter.register(self.settings(app_id="77"), URL),
            answer(success=True),
            answer(success=True),
            answer(id="1", name="Shop"),
        )
        self.assertEqual(said, "Shop sends its messages here.")
        self.assertEqual(
            calls[0].headers, {"Authorization": "Bearer 77|test_app_secret_key"}
        )
        self.assertEqual(calls[0].data["callback_url"], URL)
        self.assertEqual(calls[1].headers, {"Authorization": "Bearer EAAJB"})
        self.assertTrue(self.fault(self.adapter.register(self.settings(), URL)).final)

    def test_file_is_fetched_without_a_token(self):
        place = "https://scontent.xx.fbcdn.net/v/a.jpg?oh=1"
        file, calls = self.drive(
            self.adapter.fetch(self.settings(), place),
            HttpAnswer(200, {"Content-Type": "image/jpeg"}, b"JPEG"),
        )
        self.assertEqual(file, File("a.jpg", "image/jpeg", b"JPEG"))
        self.assertEqual(calls[0].headers, {})
        fault = self.fault(self.adapter.fetch(self.settings(), "http://localhost/"))
        self.assertTrue(fault.final)


@tagged("post_install", "-at_install")
class TestInstagram(MetaTests, BaseCase):
    adapter = Instagram()
    vectors = load(__file__, "instagram")

    def test_texts_are_cut_by_bytes(self):
        pieces = self.adapter.pieces("ä" * 1200)
        self.assertEqual([len(piece) for piece in pieces], [500, 500, 200])

    def test_text(self):
        sent, calls = self.drive(
            self.adapter.send_text(self.settings(), "17841/IGSID", "Hi", "mid.IN"),
            answer(message_id="mid.OUT"),
        )
        self.assertEqual(sent, "mid.OUT")
        self.assertEqual(calls[0].url, "https://graph.instagram.com/v23.0/me/messages")
        self.assertEqual(calls[0].json["reply_to"], {"mid": "mid.IN"})
