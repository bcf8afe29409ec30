from dataclasses import replace

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tests.channel_case import ChannelTests, load
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer

from ..tools.dialplan import TOKEN_HEADER, Asterisk

TOKEN = "s3cret-token"


@tagged("post_install", "-at_install")
class TestDialplan(ChannelTests, BaseCase):
    """The adapter alone, without a database."""

    adapter = Asterisk()
    vectors = load(__file__, "dialplan")
    values = {
        "token": TOKEN,
        "recordings_url": "https://pbx.example.com/monitor/",
        "recordings_user": "u",
        "recordings_password": "pass-word",
    }
    signed_by = "token"

    def sign(self, request, secret):
        """The token is in the body or the address."""
        body = request.body.replace(TOKEN.encode(), secret.encode())
        return replace(request, body=body, url=request.url.replace(TOKEN, secret))

    def test_token_may_be_in_a_header(self):
        request = self.request(self.vectors[0], "")
        self.assertEqual(self.code(request, self.settings()), "no_token")
        headers = {**request.headers, TOKEN_HEADER: TOKEN}
        self.adapter.verify(replace(request, headers=headers), self.settings())
        headers[TOKEN_HEADER] = "wrong"
        wrong = replace(request, headers=headers)
        self.assertEqual(self.code(wrong, self.settings()), "wrong_token")

    def test_recording_is_a_path(self):
        file, calls = self.drive(
            self.adapter.fetch(self.settings(), "/2023/11/in 1.wav"),
            HttpAnswer(200, {"Content-Type": "audio/x-wav"}, b"RIFF"),
        )
        self.assertEqual((file.content, file.mimetype), (b"RIFF", "audio/x-wav"))
        self.assertEqual(
            calls[0].url, "https://pbx.example.com/monitor/2023/11/in%201.wav"
        )
        self.assertEqual(calls[0].headers, {"Authorization": "Basic dTpwYXNzLXdvcmQ="})
        for evil in (
            "../../etc/passwd",
            "http://localhost/a",
            "a\nb",
            "",
            "a?b",
            "%2e",
        ):
            self.assertTrue(self.fault(self.adapter.fetch(self.settings(), evil)).final)
        settings = self.settings(recordings_url="")
        self.assertTrue(self.fault(self.adapter.fetch(settings, "a.wav")).final)
