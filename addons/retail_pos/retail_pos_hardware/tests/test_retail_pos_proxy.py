from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from odoo.addons.retail_pos_hardware.tools.address import MAX_LENGTH


@tagged("post_install", "-at_install")
class TestRetailPosProxy(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proxy = cls.env["retail_pos.proxy"].create({"name": "Till 1"})

    def test_defaults_are_the_till_itself(self):
        self.assertEqual(self.proxy.url, "http://127.0.0.1:8073")
        self.assertTrue(self.proxy.print_receipts)
        self.assertTrue(self.proxy.open_drawer)
        self.assertFalse(self.proxy.use_scanner)
        self.assertFalse(self.proxy.use_scale)

    def test_address_is_completed_on_saving(self):
        self.proxy.url = "192.168.1.50"
        self.assertEqual(self.proxy.url, "http://192.168.1.50:8073")
        other = self.env["retail_pos.proxy"].create({"name": "B", "url": "10.0.0.1:80"})
        self.assertEqual(other.url, "http://10.0.0.1:80")

    def test_every_bad_address_has_a_text(self):
        for url in (
            "",
            "ftp://a:1",
            "http://-",
            "http://a:0",
            "http://a:1/?x",
            "a" * 60,
        ):
            with self.subTest(url=url), self.assertRaises(ValidationError) as caught:
                self.proxy.url = url
            self.assertTrue(str(caught.exception).endswith((".", "8073", "SECRET")))
        self.assertEqual(self.proxy.url, "http://127.0.0.1:8073")

    def test_length_is_that_of_core(self):
        self.assertEqual(self.env["pos.config"]._fields["proxy_ip"].size, MAX_LENGTH)

    def test_no_drawer_without_a_printer(self):
        with Form(self.proxy) as form:
            form.print_receipts = False
        self.assertFalse(self.proxy.open_drawer)
        self.proxy.print_receipts = True
        self.assertTrue(self.proxy.open_drawer)

    def test_service_in_use_is_not_lost(self):
        config = self.env["pos.config"].create(
            {"name": "Shop A", "payment_method_ids": False}
        )
        config.retail_pos_proxy_id = self.proxy
        with self.assertRaisesRegex(UserError, "Shop A"):
            self.proxy.unlink()
        with self.assertRaisesRegex(ValidationError, "Shop A"):
            self.proxy.action_archive()
        config.retail_pos_proxy_id = False
        self.proxy.action_archive()
        self.proxy.unlink()

    def test_outlets_are_counted_in_one_query(self):
        proxies = self.proxy + self.env["retail_pos.proxy"].create(
            [{"name": f"Till {number}"} for number in range(2, 6)]
        )
        self.env["pos.config"].create(
            [
                {
                    "name": f"Shop {number}",
                    "retail_pos_proxy_id": proxy.id,
                    "payment_method_ids": False,
                }
                for number, proxy in enumerate(proxies[:3])
            ]
        )
        proxies.invalidate_recordset()
        with self.assertQueryCount(2):
            counts = proxies.mapped("config_count")
        self.assertEqual(counts, [1, 1, 1, 0, 0])

    def test_check_opens_the_page_for_this_service(self):
        action = self.proxy.action_check()
        self.assertEqual(action["type"], "ir.actions.client")
        self.assertEqual(action["params"], {"proxy_id": self.proxy.id})
