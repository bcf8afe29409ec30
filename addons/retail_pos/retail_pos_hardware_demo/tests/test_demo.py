from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The outlets of the demo shop as this module leaves them."""

    def test_both_outlets_print_through_the_service(self):
        proxy = self.env.ref("retail_pos_hardware_demo.proxy_till")
        outlets = self.env.ref("retail_pos_demo.pos_config_helsinki")
        outlets += self.env.ref("retail_pos_demo.pos_config_tampere")
        self.assertEqual(proxy.config_ids, outlets)
        for outlet in outlets:
            self.assertTrue(outlet.is_posbox)
            self.assertEqual(outlet.proxy_ip, proxy.url)
            self.assertTrue(outlet.iface_cashdrawer)
            self.assertTrue(outlet.iface_print_auto)
            self.assertFalse(outlet.iface_print_skip_screen)

    def test_cashier_of_the_demo_reads_the_service_and_changes_nothing(self):
        cashier = self.env.ref("retail_pos_demo.user_cashier")
        proxy = self.env.ref("retail_pos_hardware_demo.proxy_till").with_user(cashier)
        self.assertTrue(proxy.url)
        self.assertFalse(proxy.has_access("write"))
