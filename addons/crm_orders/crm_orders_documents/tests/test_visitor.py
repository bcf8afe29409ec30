from odoo.tests import BaseCase, tagged

from ..tools.visitor import vague_address


@tagged("post_install", "-at_install")
class TestVisitor(BaseCase):
    """Of an address only the network is kept."""

    def test_only_the_network_is_kept(self):
        for address, expected in (
            ("192.0.2.77", "192.0.2.0"),
            ("::ffff:192.0.2.7", "192.0.2.0"),
            ("2001:db8:1:2:3::4", "2001:db8:1::"),
            ("fe80::1%eth0", "fe80::"),
            (" 192.0.2.77 ", "192.0.2.0"),
            ("example.com", ""),
            ("", ""),
            (None, ""),
        ):
            self.assertEqual(vague_address(address), expected, address)
