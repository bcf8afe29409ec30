from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

FILLED = (
    "is_posbox",
    "proxy_ip",
    "iface_print_via_proxy",
    "iface_cashdrawer",
    "iface_scan_via_proxy",
    "iface_electronic_scale",
)


@tagged("post_install", "-at_install")
class TestPosConfig(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config, cls.other = cls.env["pos.config"].create(
            [
                {"name": "Shop A", "payment_method_ids": False},
                {"name": "Shop B", "payment_method_ids": False},
            ]
        )
        cls.proxy = cls.env["retail_pos.proxy"].create(
            {"name": "Till 1", "url": "http://127.0.0.1:8073/k/secret"}
        )

    def _values(self, config):
        return tuple(config[name] for name in FILLED)

    def test_link_fills_the_fields_of_core(self):
        self.config.retail_pos_proxy_id = self.proxy
        self.assertEqual(
            self._values(self.config),
            (True, "http://127.0.0.1:8073/k/secret", True, True, False, False),
        )
        self.assertEqual(
            self._values(self.other), (False, False, False, False, False, False)
        )

    def test_link_from_the_side_of_the_service(self):
        self.proxy.config_ids = self.config + self.other
        self.assertTrue(self.config.is_posbox)
        self.assertTrue(self.other.is_posbox)
        self.proxy.config_ids -= self.other
        self.assertFalse(self.other.is_posbox)
        self.assertFalse(self.other.proxy_ip)

    def test_link_at_creation(self):
        config = self.env["pos.config"].create(
            {
                "name": "Shop C",
                "retail_pos_proxy_id": self.proxy.id,
                "payment_method_ids": False,
            }
        )
        self.assertTrue(config.iface_print_via_proxy)

    def test_change_of_the_service_reaches_its_outlets(self):
        (self.config + self.other).retail_pos_proxy_id = self.proxy
        self.proxy.write({"url": "10.0.0.1", "use_scanner": True, "open_drawer": False})
        for config in self.config + self.other:
            self.assertEqual(
                self._values(config),
                (True, "http://10.0.0.1:8073", True, False, True, False),
            )

    def test_every_change_of_the_service_reaches_its_outlets(self):
        self.config.retail_pos_proxy_id = self.proxy
        for name, value in (
            ("url", "http://10.0.0.2:8073"),
            ("use_scanner", True),
            ("use_scale", True),
            ("open_drawer", False),
            ("print_receipts", False),
        ):
            with self.subTest(name=name):
                self.proxy[name] = value
                expected = self.proxy._prepare_outlet_vals()
                self.assertEqual(
                    self._values(self.config), tuple(expected[key] for key in FILLED)
                )

    def test_other_service_takes_over(self):
        self.config.retail_pos_proxy_id = self.proxy
        self.config.retail_pos_proxy_id = self.proxy.create(
            {"name": "B", "url": "10.0.0.2", "use_scale": True}
        )
        self.assertEqual(self.config.proxy_ip, "http://10.0.0.2:8073")
        self.assertTrue(self.config.iface_electronic_scale)

    def test_unlinking_clears(self):
        self.config.retail_pos_proxy_id = self.proxy
        self.config.retail_pos_proxy_id = False
        self.assertEqual(
            self._values(self.config), (False, False, False, False, False, False)
        )

    def test_shop_without_service_is_left_alone(self):
        """A box that somebody set up by hand stays as it is."""
        by_hand = {
            "is_posbox": True,
            "proxy_ip": "192.168.1.9",
            "iface_print_via_proxy": True,
            "iface_cashdrawer": True,
        }
        self.config.write(by_hand)
        self.config.write({"retail_pos_proxy_id": False, "name": "Renamed"})
        self.assertEqual(
            self._values(self.config),
            (True, "192.168.1.9", True, True, False, False),
        )

    def test_drawer_of_an_epson_printer_is_left_alone(self):
        self.config.write(
            {
                "other_devices": True,
                "epson_printer_ip": "127.0.0.1:8073",
                "iface_cashdrawer": True,
            }
        )
        self.config.retail_pos_proxy_id = self.proxy
        self.config.retail_pos_proxy_id = False
        self.assertTrue(self.config.iface_cashdrawer)

    def test_service_decides_over_edits_by_hand(self):
        self.config.retail_pos_proxy_id = self.proxy
        self.config.write({"proxy_ip": "1.2.3.4", "iface_cashdrawer": False})
        self.assertEqual(self.config.proxy_ip, self.proxy.url)
        self.assertTrue(self.config.iface_cashdrawer)

    def test_service_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        foreign = self.proxy.create({"name": "F", "company_id": company.id})
        with self.assertRaises(UserError):
            self.config.retail_pos_proxy_id = foreign

    def test_unchanged_link_writes_nothing_else(self):
        self.config.retail_pos_proxy_id = self.proxy
        self.config.flush_recordset()
        before = self.config.write_date
        self.config._fill_from_device_service()
        self.assertEqual(
            self.config._get_device_changes(self.proxy._prepare_outlet_vals()), {}
        )
        self.assertEqual(self.config.write_date, before)

    def test_customer_display_keeps_working(self):
        """Core sends the display to a fixed address as soon as there is a box."""
        self.assertFalse(self.config._get_customer_display_data()["proxy_ip"])
        self.config.retail_pos_proxy_id = self.proxy
        self.assertFalse(self.config._get_customer_display_data()["proxy_ip"])
        self.other.proxy_ip = "192.168.1.9"
        self.assertEqual(
            self.other._get_customer_display_data()["proxy_ip"], "192.168.1.9"
        )

    def test_till_gets_the_link(self):
        self.config.retail_pos_proxy_id = self.proxy
        (data,) = self.env["pos.config"]._load_pos_data_read(self.config, self.config)
        self.assertEqual(data["retail_pos_proxy_id"], self.proxy.id)
        self.assertEqual(data["proxy_ip"], self.proxy.url)
