from odoo.tests import BaseCase, tagged

from ..tools.auto_reply import is_auto_reply


@tagged("post_install", "-at_install")
class TestAutoReply(BaseCase):
    """Headers that real mail programs and servers send."""

    def test_machines(self):
        for headers in (
            {"Auto-Submitted": "auto-replied"},
            {"Auto-Submitted": "Auto-Replied (vacation)"},
            {"Auto-Submitted": 'auto-replied; owner-email="a@example.com"'},
            {"Precedence": "auto_reply"},
            {"X-Autoreply": "yes"},
            {"X-Autorespond": "Olen lomalla"},
            {"Return-Path": "<>"},
            {"Content-Type": "multipart/report; report-type=disposition-notification"},
        ):
            self.assertTrue(is_auto_reply(headers), headers)

    def test_people_and_their_shops(self):
        for headers in (
            {},
            {"Auto-Submitted": "no"},
            {"Auto-Submitted": "auto-generated"},
            {"Precedence": "bulk"},
            {"X-Auto-Response-Suppress": "All"},
            {"Return-Path": "<aino@example.com>"},
            {"Content-Type": "multipart/mixed"},
        ):
            self.assertFalse(is_auto_reply(headers), headers)
