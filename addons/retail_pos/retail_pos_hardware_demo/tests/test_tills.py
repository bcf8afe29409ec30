from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestTills(TransactionCase):
    """Both tills of the demo shop have a printer and a drawer."""

    def test_tills_use_the_device_service(self):
        service = self.env.ref("retail_pos_hardware_demo.proxy_tills")
        self.assertTrue(service.url.startswith("http://127.0.0.1:"))
        for outlet in ("helsinki", "tampere"):
            till = self.env.ref(f"retail_pos_demo.pos_config_{outlet}")
            self.assertEqual(till.retail_pos_proxy_id, service)
            self.assertEqual(till.proxy_ip, service.url)
            self.assertTrue(till.iface_print_via_proxy)
            self.assertTrue(till.iface_cashdrawer)
            self.assertTrue(till.iface_print_auto)

    def test_the_receipt_is_also_on_the_screen(self):
        """Who tries the demo sees it, with or without the device service."""
        till = self.env.ref("retail_pos_demo.pos_config_helsinki")
        self.assertFalse(till.iface_print_skip_screen)
