import json
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tests.channel_case import (
    URL,
    ChannelTests,
    load,
)
from odoo.addons.crm_orders_inbound.tools.channel import File, HttpAnswer

from ..tools.telegram import SECRET_HEADER, Telegram

OK = {"Content-Type": "application/json"}


def answer(result=True, status=200, **values):
    body = {"ok": status == 200, "result": result, **values}
    return HttpAnswer(status, OK, json.dumps(body).encode())


@tagged("post_install", "-at_install")
class TestTelegram(ChannelTests, BaseCase):
    """The adapter alone, without a database."""

    adapter = Telegram()
    vectors = load(__file__, "telegram")
    values = {"webhook_secret": "s3cret_-", "bot_token": "123:ABC"}
    signed_by = "webhook_secret"

    def sign(self, request, secret):
        headers = {**request.headers, SECRET_HEADER: secret}
        return replace(request, headers=headers)

    def test_missing_secret_is_refused(self):
        request = replace(self.request(self.vectors[0]), headers={})
        self.assertEqual(self.code(request, self.settings()), "unsigned")

    def test_header_is_found_in_any_case(self):
        request = self.request(self.vectors[0])
        headers = {SECRET_HEADER.lower(): "s3cret_-"}
        self.adapter.verify(replace(request, headers=headers), self.settings())

    def test_connect(self):
        bot = {"id": 123, "is_bot": True, "first_name": "Shop", "username": "shop_bot"}
        said, calls = self.drive(
            self.adapter.register(self.settings(), URL), answer(), answer(bot)
        )
        self.assertEqual(said, "Shop (@shop_bot) sends its messages here.")
        self.assertEqual(calls[0].url, "https://api.telegram.org/bot123:ABC/setWebhook")
        self.assertEqual(calls[0].json["secret_token"], "s3cret_-")
        self.assertEqual(calls[0].json["url"], URL)
        self.assertIn("callback_query", calls[0].json["allowed_updates"])

    def test_text_goes_to_where_it_came_from(self):
        sent, calls = self.drive(
            self.adapter.send_text(
                self.settings(), "1111111/bc1", "Hi *you*", "1111111:1365"
            ),
            answer({"message_id": 1366}),
        )
        self.assertEqual(sent, "1111111:1366")
        self.assertEqual(
            calls[0].json,
            {
                "chat_id": "1111111",
                "business_connection_id": "bc1",
                "text": "Hi *you*",
                "reply_parameters": {
                    "message_id": 1365,
                    "allow_sending_without_reply": True,
                },
            },
        )

    def test_files_are_sent_by_what_they_are(self):
        for mimetype, method, field in (
            ("image/png", "sendPhoto", "photo"),
            ("audio/ogg", "sendVoice", "voice"),
            ("application/pdf", "sendDocument", "document"),
        ):
            file = File("a", mimetype, b"123")
            _sent, calls = self.drive(
                self.adapter.send_file(self.settings(), "1", file, "Look"),
                answer({"message_id": 2}),
            )
            self.assertTrue(calls[0].url.endswith(method))
            self.assertEqual(calls[0].files, [(field, "a", b"123", mimetype)])
            self.assertEqual(calls[0].data, {"chat_id": "1", "caption": "Look"})

    def test_long_caption_becomes_texts(self):
        file = File("a.pdf", "application/pdf", b"123")
        _sent, calls = self.drive(
            self.adapter.send_file(self.settings(), "1", file, "word " * 1000),
            *[answer({"message_id": number}) for number in (2, 3, 4)],
        )
        self.assertNotIn("caption", calls[0].data)
        self.assertTrue(all(len(call.json["text"]) <= 4096 for call in calls[1:]))

    def test_file_is_fetched_in_two_steps(self):
        file, calls = self.drive(
            self.adapter.fetch(self.settings(), "AwAD"),
            answer({"file_id": "AwAD", "file_path": "voice/file 1.oga"}),
            HttpAnswer(200, {"content-type": "audio/ogg"}, b"OggS"),
        )
        self.assertEqual(file, File("file 1.oga", "audio/ogg", b"OggS"))
        self.assertEqual(
            calls[1].url, "https://api.telegram.org/file/bot123:ABC/voice/file%201.oga"
        )

    def test_no_path_leads_away(self):
        for path in ("../../x", "a/../../b", "", None, []):
            error = self.fault(
                self.adapter.fetch(self.settings(), "AwAD"), answer({"file_path": path})
            )
            self.assertTrue(error.final)
        error = self.fault(
            self.adapter.fetch(self.settings(), "AwAD"),
            answer({"file_path": "//evil.example.com/x"}),
            HttpAnswer(302, {"Location": "https://evil.example.com/"}, b""),
        )
        self.assertTrue(error.final)

    def test_errors_say_whether_to_try_again(self):
        for status, values, final, wait in (
            (429, {"parameters": {"retry_after": 8}}, False, 8),
            (403, {"description": "Forbidden: bot was blocked"}, True, None),
            (400, {"description": "Bad Request: chat not found"}, True, None),
            (401, {"description": "Unauthorized"}, True, None),
            (500, {}, False, None),
        ):
            error = self.fault(
                self.adapter.send_text(self.settings(), "1", "Hi"),
                answer(None, status, error_code=status, **values),
            )
            self.assertEqual((error.final, error.retry_after), (final, wait), status)
            self.assertIn(values.get("description", ""), str(error))
        page = HttpAnswer(502, {}, b"<html>Bad Gateway</html>")
        error = self.fault(self.adapter.send_text(self.settings(), "1", "Hi"), page)
        self.assertFalse(error.final)
        self.assertTrue(error.uncertain)

    def test_without_a_token_nothing_is_sent(self):
        settings = self.settings(bot_token="")
        self.assertTrue(self.fault(self.adapter.send_text(settings, "1", "Hi")).final)
