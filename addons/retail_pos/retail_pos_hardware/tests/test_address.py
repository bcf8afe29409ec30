from odoo.tests import BaseCase, tagged

from ..tools.address import MAX_LENGTH, AddressError, complete_address


@tagged("post_install", "-at_install")
class TestAddress(BaseCase):
    def test_address_is_completed(self):
        for typed, complete in (
            ("127.0.0.1", "http://127.0.0.1:8073"),
            (" 192.168.1.50:9000 ", "http://192.168.1.50:9000"),
            ("http://127.0.0.1:8073/", "http://127.0.0.1:8073"),
            (
                "HTTP://Till.Shop.test:8073/k/SeCret_1",
                "http://till.shop.test:8073/k/SeCret_1",
            ),
            ("https://till.shop.test", "https://till.shop.test:443"),
            ("https://t.shop.test/k/abc/bar", "https://t.shop.test:443/k/abc/bar"),
            ("http://[::1]:8073", "http://[::1]:8073"),
        ):
            with self.subTest(typed=typed):
                self.assertEqual(complete_address(typed), complete)
                self.assertEqual(complete_address(complete), complete)

    def test_point_of_sale_keeps_a_complete_address(self):
        """Core adds a port unless there is a colon after the scheme's."""
        for typed in ("127.0.0.1", "https://till.shop.test", "http://[::1]:8073"):
            self.assertIn(":", complete_address(typed)[6:])

    def test_bad_address_has_a_reason(self):
        for typed, reason in (
            ("", "empty"),
            ("   ", "empty"),
            (None, "empty"),
            (False, "empty"),
            ("ftp://127.0.0.1", "scheme"),
            ("javascript://127.0.0.1", "scheme"),
            ("http://", "host"),
            ("http://-till", "host"),
            ("http://till shop", "host"),
            ("http://till'shop", "host"),
            ("http://127.0.0.1:0", "port"),
            ("http://127.0.0.1:99999", "port"),
            ("http://127.0.0.1:port", "port"),
            ("http://user:secret@127.0.0.1:8073", "path"),
            ("http://127.0.0.1:8073/?a=b", "path"),
            ("http://127.0.0.1:8073/#top", "path"),
            ("http://127.0.0.1:8073/../admin", "path"),
            ("http://127.0.0.1:8073//x", "path"),
            ("http://127.0.0.1:8073/k/" + "x" * 40, "long"),
        ):
            with self.subTest(typed=typed), self.assertRaises(AddressError) as caught:
                complete_address(typed)
            self.assertEqual(caught.exception.reason, reason, typed)

    def test_longest_address_fits(self):
        address = "http://127.0.0.1:8073/k/"
        address += "x" * (MAX_LENGTH - len(address))
        self.assertEqual(complete_address(address), address)
