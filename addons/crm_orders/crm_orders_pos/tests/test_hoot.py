from urllib.parse import quote

from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """Runs the browser unit tests of this module."""

    def test_unit_tests(self):
        name = quote('"@crm_orders_pos"')
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter={name}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
        )
