from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..hooks import _get_signs_of_use, pre_init_hook
from .common import DemoShopCase


@tagged("post_install", "-at_install")
class TestDatabaseGuard(DemoShopCase):
    """The demo, with its known passwords, stays out of a database in use."""

    def _signs(self):
        return "\n".join(_get_signs_of_use(self.env))

    def test_other_users_are_a_sign_of_use(self):
        people = self.env["res.users"].search([("share", "=", False)])
        people -= self.env.ref("base.user_admin") | self.env.ref("base.user_root")
        people.action_archive()
        self.assertNotIn("other users", self._signs())
        new_test_user(self.env, login="owner")
        self.assertIn("other users: owner", self._signs())

    def test_customers_of_the_portal_are_no_sign_of_use(self):
        new_test_user(self.env, login="somebody", groups="base.group_portal")
        self.assertNotIn("somebody", self._signs())

    def test_users_who_left_are_a_sign_of_use(self):
        gone = new_test_user(self.env, login="former")
        self.env["res.users.log"].with_user(gone).sudo().create({})
        gone.action_archive()
        self.assertIn("former", self._signs())

    def test_posted_entries_are_a_sign_of_use(self):
        before = self.env["account.move"].search_count([("state", "=", "posted")])
        account = self.company.income_account_id
        line = {"account_id": account.id, "name": "Opening"}
        entry = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({**line, "debit": 10}),
                    Command.create({**line, "credit": 10}),
                ]
            }
        )
        self.assertNotIn(f"posted journal entries: {before + 1}.", self._signs())
        entry.action_post()
        self.assertIn(f"posted journal entries: {before + 1}.", self._signs())

    def test_documents_are_a_sign_of_use(self):
        leads = self.env["crm.lead"].with_context(active_test=False)
        before = leads.search_count([])
        leads.create({"name": "Shelves for the new shop", "active": False})
        self.assertIn(f"kind “Lead”: {before + 1}.", self._signs())

    def test_a_database_in_use_is_refused_untouched(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("retail_pos_demo.database_uuid", "")
        self.company.country_id = self.env.ref("base.ee")
        with self.assertRaisesRegex(UserError, "(?s)is in use.*passwords"):
            pre_init_hook(self.env)
        self.assertEqual(self.company.country_id.code, "EE")
        self.assertFalse(parameters.get_param("retail_pos_demo.database_uuid"))
