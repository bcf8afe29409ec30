from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import MessengerMixin


@tagged("post_install", "-at_install")
class TestAccess(MessengerMixin, TransactionCase):
    """Conversations are for who may see their leads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_messenger()
        cls.models = (
            "crm_orders.conversation",
            "crm_orders.outgoing",
            "crm_orders.attachment",
        )

    def setUp(self):
        super().setUp()
        self.lead = self._receive({"id": "1", "text": "Hei", "files": ["a"]}).lead_id
        self.lead.user_id = self.seller
        self._answer(self.lead, "Moi")
        self.records = {
            name: self.env[name].search([("source_id", "=", self.source.id)])
            for name in self.models
        }

    def test_everybody_else_sees_nothing(self):
        for login, groups in (
            ("talk_nobody", "base.group_user"),
            ("talk_portal", "base.group_portal"),
        ):
            user = new_test_user(self.env, login, groups=groups)
            for name in self.models:
                with self.assertRaises(AccessError):
                    self.records[name].with_user(user).read(["source_id"])

    def test_seller_sees_own_and_free_leads_only(self):
        other = new_test_user(
            self.env, "talk_other", groups="crm_orders_base.group_user"
        )
        for name in self.models[:2]:
            mine = self.env[name].with_user(self.seller)
            self.assertTrue(mine.search([("source_id", "=", self.source.id)]))
            theirs = self.env[name].with_user(other)
            self.assertFalse(theirs.search([("source_id", "=", self.source.id)]))
        self.lead.user_id = False
        self.assertTrue(
            self.env["crm_orders.conversation"]
            .with_user(other)
            .search([("source_id", "=", self.source.id)])
        )

    def test_nobody_forges_messages(self):
        for user in (self.seller, self.manager):
            for name in self.models:
                with self.assertRaises(AccessError):
                    self.env[name].with_user(user).create({})
                with self.assertRaises(AccessError):
                    self.records[name].with_user(user).write({"source_id": False})
                with self.assertRaises(AccessError):
                    self.records[name].with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.records["crm_orders.attachment"].with_user(self.manager).read(["ref"])

    def test_other_companies_see_nothing(self):
        company = self.env["res.company"].create({"name": "Toinen Oy"})
        stranger = new_test_user(
            self.env,
            "talk_stranger",
            groups="crm_orders_base.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for name in self.models:
            found = self.env[name].with_user(stranger)
            self.assertFalse(found.search([("source_id", "=", self.source.id)]))

    def test_conversation_of_another_lead_is_not_taken_over(self):
        other = self._receive({"id": "9", "from": "4799", "text": "Moi"}).lead_id
        other.user_id = self.manager
        conversation = other.crm_orders_conversation_id
        with self.assertRaises(ValidationError):
            self.lead.with_user(self.seller).write(
                {"crm_orders_conversation_id": conversation.id}
            )
