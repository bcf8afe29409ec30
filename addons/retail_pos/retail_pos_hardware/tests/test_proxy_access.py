from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestProxyAccess(TransactionCase):
    """What each role may do, called as a client calls it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "hw_manager",
            groups="base.group_user,point_of_sale.group_pos_manager",
        )
        cls.cashier = new_test_user(
            cls.env,
            "hw_cashier",
            groups="base.group_user,point_of_sale.group_pos_user",
        )
        cls.employee = new_test_user(cls.env, "hw_employee", groups="base.group_user")
        cls.portal = new_test_user(cls.env, "hw_portal", groups="base.group_portal")
        cls.proxy = cls.env["retail_pos.proxy"].create({"name": "Till 1"})
        cls.config = cls.env["pos.config"].create({"name": "Shop A"})

    def _call(self, user, method, *args, model="retail_pos.proxy", **kwargs):
        return call_kw(self.env(user=user)[model], method, list(args), kwargs)

    def test_manager_manages(self):
        proxy_id = self._call(self.manager, "create", {"name": "B"})
        self._call(self.manager, "write", [proxy_id], {"url": "10.0.0.1"})
        (values,) = self._call(self.manager, "read", [proxy_id], ["url"])
        self.assertEqual(values["url"], "http://10.0.0.1:8073")
        self._call(
            self.manager, "write", [proxy_id], {"config_ids": [(4, self.config.id)]}
        )
        self.assertEqual(self.config.proxy_ip, "http://10.0.0.1:8073")
        self._call(
            self.manager,
            "write",
            [self.config.id],
            {"retail_pos_proxy_id": False},
            model="pos.config",
        )
        self._call(self.manager, "unlink", [proxy_id])

    def test_cashier_reads_and_changes_nothing(self):
        (values,) = self._call(self.cashier, "read", [self.proxy.id], ["name", "url"])
        self.assertEqual(values["name"], "Till 1")
        self._call(self.cashier, "action_check", [self.proxy.id])
        for method, args in (
            ("create", [{"name": "B"}]),
            ("write", [[self.proxy.id], {"url": "10.6.6.6"}]),
            ("unlink", [[self.proxy.id]]),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self._call(self.cashier, method, *args)

    def test_cashier_cannot_choose_where_receipts_go(self):
        """Core lets cashiers write on the shop."""
        for proxy_id in (self.proxy.id, False):
            self.config.retail_pos_proxy_id = False if proxy_id else self.proxy
            with self.assertRaises(AccessError):
                self._call(
                    self.cashier,
                    "write",
                    [self.config.id],
                    {"retail_pos_proxy_id": proxy_id},
                    model="pos.config",
                )

    def test_cashier_cannot_lead_receipts_past_the_service(self):
        self.config.retail_pos_proxy_id = self.proxy
        for vals in (
            {"other_devices": True, "epson_printer_ip": "10.6.6.6"},
            {"other_devices": True},
            {"epson_printer_ip": "10.6.6.6"},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self._call(
                    self.cashier, "write", [self.config.id], vals, model="pos.config"
                )
        vals = {"proxy_ip": "10.6.6.6", "iface_print_via_proxy": False}
        self._call(self.cashier, "write", [self.config.id], vals, model="pos.config")
        self.assertEqual(self.config.proxy_ip, self.proxy.url)
        self.assertTrue(self.config.iface_print_via_proxy)
        self._call(
            self.manager,
            "write",
            [self.config.id],
            {"other_devices": True, "epson_printer_ip": "10.6.6.6"},
            model="pos.config",
        )

    def test_cashier_still_writes_what_core_allows(self):
        self.config.retail_pos_proxy_id = self.proxy
        for vals in ({"name": "A"}, {"other_devices": False, "name": "B"}):
            self._call(
                self.cashier, "write", [self.config.id], vals, model="pos.config"
            )
        self.config.retail_pos_proxy_id = False
        vals = {"other_devices": True, "epson_printer_ip": "10.0.0.7"}
        self._call(self.cashier, "write", [self.config.id], vals, model="pos.config")

    def test_others_see_nothing(self):
        for user in (self.employee, self.portal):
            for method, args in (
                ("search_read", [[]]),
                ("read", [[self.proxy.id], ["url"]]),
                ("create", [{"name": "B"}]),
                ("action_check", [[self.proxy.id]]),
            ):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    self._call(user, method, *args)

    def test_helpers_are_private(self):
        for method in ("_prepare_outlet_vals", "_complete_url"):
            with self.assertRaises(AccessError):
                self._call(self.manager, method, [self.proxy.id])
        with self.assertRaises(AccessError):
            self._call(
                self.manager,
                "_fill_from_device_service",
                [self.config.id],
                model="pos.config",
            )

    def test_company_wall(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        foreign = self.env["retail_pos.proxy"].create(
            {"name": "Foreign", "company_id": company.id}
        )
        found = self._call(self.manager, "search", [])
        self.assertIn(self.proxy.id, found)
        self.assertNotIn(foreign.id, found)
        with self.assertRaises(AccessError):
            self._call(self.manager, "read", [foreign.id], ["url"])
