from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import AINO_NUMBER, QuickMixin


@tagged("post_install", "-at_install")
class TestAccess(QuickMixin, TransactionCase):
    """Sellers take orders with their own rights, others do not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()

    def test_only_sellers_take_orders(self):
        values = {"phone": AINO_NUMBER, "description": "Chair"}
        for login, group in (
            ("quick_internal", "base.group_user"),
            ("quick_portal", "base.group_portal"),
        ):
            user = new_test_user(self.env, login, groups=group)
            with self.subTest(group), self.assertRaises(AccessError):
                self.env["crm_orders.quick.order"].with_user(user).create(values)

    def test_forms_are_ones_own(self):
        quick = self._quick()
        colleague = self._new_user("quick_colleague", "crm_orders_base.group_manager")
        with self.assertRaises(AccessError):
            quick.with_user(colleague).action_create()
        with self.assertRaises(AccessError):
            quick.with_user(colleague).read(["phone"])

    def test_company_is_one_of_the_sellers(self):
        other = self._new_company("Toinen Oy")
        values = {
            "phone": AINO_NUMBER,
            "description": "Chair",
            "company_id": other.id,
        }
        with self.assertRaises(AccessError):
            self._quick_model().create(values)

    def test_customers_of_other_companies_are_nobody(self):
        other = self._new_company("Toinen Oy")
        self.customer.company_id = other
        form = self._form(phone=AINO_NUMBER)
        self.assertEqual(form.certainty, "none")
        self.assertEqual(form.customer_facts["candidates"], [])

    def test_orders_of_colleagues_are_not_shown(self):
        colleague = self._new_user("quick_colleague", "crm_orders_base.group_user")
        self._confirmed_orders(1, user_id=colleague.id)
        form = self._form(phone=AINO_NUMBER)
        self.assertEqual(form.customer_facts["orders"], [])

    def test_customer_of_a_colleague_is_served(self):
        colleague = self._new_user("quick_colleague", "crm_orders_base.group_user")
        self.customer.user_id = colleague
        quick = self._quick()
        quick.action_create()
        self.assertEqual(quick.order_id.user_id, self.seller)
        self.assertTrue(quick.action_open())

    def test_form_tells_nothing_of_orders_of_others(self):
        colleague = self._new_user("quick_colleague", "crm_orders_base.group_user")
        secret = self._confirmed_orders(1, user_id=colleague.id)
        quick = self._quick()
        quick.order_id = secret.id
        self.env.flush_all()
        for name in ("order_name", "order_state", "order_partner_id", "track_url"):
            self.env.invalidate_all()
            with self.subTest(name), self.assertRaises(AccessError):
                quick.read([name])

    def test_number_of_the_form_is_out_of_reach(self):
        quick = self._quick()
        quick.action_create()
        orders = self.env["sale.order"].with_user(self.seller)
        with self.assertRaises(AccessError):
            orders.search([("crm_orders_quick_token", "=", quick.token)])
        with self.assertRaises(AccessError):
            quick.order_id.read(["crm_orders_quick_token"])

    def test_seller_without_orders_of_a_second_company(self):
        """A seller of two companies takes an order for the one that is active."""
        other = self._new_company("Toinen Oy")
        self.seller.company_ids = [Command.link(other.id)]
        quick = self._quick()
        quick.action_create()
        self.assertEqual(quick.order_id.company_id, self.company)
