from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestGroups(TransactionCase):
    """Who sees the app, and what its groups bring along from core."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "orders_seller", groups="crm_orders_base.group_user"
        )
        cls.manager = new_test_user(
            cls.env, "orders_manager", groups="crm_orders_base.group_manager"
        )
        cls.employee = new_test_user(
            cls.env, "orders_employee", groups="base.group_user"
        )
        cls.root_menu = cls.env.ref("crm_orders_base.menu_root")

    def _visible_menus(self, user):
        return self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()

    def test_app_is_shown_to_sellers_and_managers_only(self):
        self.assertIn(self.root_menu.id, self._visible_menus(self.seller))
        self.assertIn(self.root_menu.id, self._visible_menus(self.manager))
        self.assertNotIn(self.root_menu.id, self._visible_menus(self.employee))

    def test_set_up_is_shown_to_managers_only(self):
        for name in ("menu_reporting", "menu_configuration"):
            menu = self.env.ref(f"crm_orders_base.{name}")
            self.assertIn(menu.id, self._visible_menus(self.manager))
            self.assertNotIn(menu.id, self._visible_menus(self.seller))

    def test_seller_works_on_own_orders_and_manager_on_all(self):
        partner = self.env["res.partner"].create({"name": "Aino"})
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "user_id": self.manager.id}
        )
        own = self.env["sale.order"].create(
            {"partner_id": partner.id, "user_id": self.seller.id}
        )
        domain = [("id", "in", (order | own).ids)]
        orders = self.env["sale.order"]
        self.assertEqual(orders.with_user(self.seller).search(domain), own)
        self.assertEqual(orders.with_user(self.manager).search(domain), order | own)
