from odoo.tests import BaseCase, tagged

from ..tools.storable import storable


@tagged("post_install", "-at_install")
class TestStorable(BaseCase):
    """Text that strangers send is never one that the database refuses."""

    def test_what_the_database_refuses_is_gone(self):
        for text, expected in (
            ("Aino Lähde 😀", "Aino Lähde 😀"),
            ("a\0b\0", "ab"),
            ("a\ud800b", "a?b"),
            ("\0", ""),
            ("", ""),
        ):
            self.assertEqual(storable(text), expected)
