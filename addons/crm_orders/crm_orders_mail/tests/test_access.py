from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import MailMixin


@tagged("post_install", "-at_install")
class TestAccess(MailMixin, TransactionCase):
    """Whoever may change a team may switch it on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_mail()

    def test_manager_of_sales_switches_it_on(self):
        user = new_test_user(
            self.env, "orders_mail_sales", groups="sales_team.group_sale_manager"
        )
        team = self.team.with_user(user)
        team.crm_orders_join_mails = True
        self.assertTrue(team.crm_orders_join_mails)

    def test_others_do_not(self):
        for login, groups in (
            ("orders_mail_seller", "crm_orders_base.group_user"),
            ("orders_mail_employee", "base.group_user"),
            ("orders_mail_portal", "base.group_portal"),
        ):
            user = new_test_user(self.env, login, groups=groups)
            with self.assertRaises(AccessError):
                self.team.with_user(user).crm_orders_join_mails = True
        self.assertFalse(self.source)

    def test_source_needs_a_team(self):
        with self.assertRaises(ValidationError):
            self.env["crm_orders.source"].create(
                {"name": "Mail", "kind": "mail", "team_id": False}
            )
