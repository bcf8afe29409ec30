from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import IdentityMixin


@tagged("post_install", "-at_install")
class TestAccess(IdentityMixin, TransactionCase):
    """Who may see and change by what people are known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_identities()
        cls.seller = cls._new_user("who_seller")
        cls.manager = cls._new_user("who_manager", "crm_orders_base.group_manager")
        cls.stranger = cls._new_user("who_stranger", company=cls.other_company)
        cls.identity = cls.identities._claim(
            [cls._handle("telegram", 77)], partner=cls.aino
        )

    def _sees(self, user, identity):
        return bool(
            self.env["crm_orders.identity"]
            .with_user(user)
            .search([("id", "=", identity.id)])
        )

    def test_outsiders_see_and_change_nothing(self):
        for group in ("base.group_user", "base.group_portal", "base.group_public"):
            user = self._new_user(f"who_{group[-6:]}", group)
            own = self.identity.with_user(user)
            for attempt in (
                lambda own=own: own.read(["value"]),
                lambda own=own: own.write({"display": "x"}),
                lambda own=own: own.unlink(),
                lambda own=own: own.create({"kind": "vk", "value": "5"}),
            ):
                with self.subTest(group), self.assertRaises(AccessError):
                    attempt()
            with self.subTest(group), self.assertRaises(AccessError):
                self.aino.with_user(user).read(["crm_orders_identity_ids"])

    def test_outsiders_change_contacts_all_the_same(self):
        user = self._new_user("who_clerk", "base.group_user,base.group_partner_manager")
        partner = (
            self.env["res.partner"]
            .with_user(user)
            .create({"name": "New", "phone": "+358 40 5556667"})
        )
        self.assertEqual(
            self._values(partner.sudo()), [("phone", "+358405556667", "card")]
        )
        partner.write({"email": "new@example.com", "phone": False})
        self.assertEqual(
            self._values(partner.sudo()), [("email", "new@example.com", "card")]
        )

    def test_each_company_sees_its_customers_and_the_shared_ones(self):
        self.assertTrue(self._sees(self.seller, self.identity))
        self.assertTrue(self._sees(self.stranger, self.identity))
        self.aino.company_id = self.company
        self.assertTrue(self._sees(self.seller, self.identity))
        self.assertFalse(self._sees(self.stranger, self.identity))
        with self.assertRaises(AccessError):
            self.identity.with_user(self.stranger).read(["value"])

    def test_identities_of_leads_are_for_those_who_see_the_lead(self):
        lead = self._new_lead(user_id=self.manager.id)
        identity = self._claim(self._handle("telegram", 78), lead=lead)
        self.assertTrue(self._sees(self.manager, identity))
        self.assertFalse(self._sees(self.seller, identity))
        self.assertFalse(self._sees(self.stranger, identity))
        lead.user_id = False
        self.assertTrue(self._sees(self.seller, identity))
        self.assertFalse(self._sees(self.stranger, identity))

    def test_nobody_takes_an_identity_into_or_out_of_another_company(self):
        theirs = self._new_partner("Theirs", company_id=self.other_company.id)
        mine = self.identity.with_user(self.seller)
        with self.assertRaises(AccessError):
            mine.partner_id = theirs
        with self.assertRaises(AccessError):
            mine.create({"kind": "vk", "value": "5", "partner_id": theirs.id})
        with self.assertRaises(AccessError):
            self.identities.with_user(self.seller).create(
                {"kind": "phone", "value": "+358405550000", "partner_id": theirs.id}
            )
        self.aino.company_id = self.other_company
        with self.assertRaises(AccessError):
            mine.partner_id = self.eino

    def test_seller_gives_an_identity_to_the_right_customer(self):
        self.identity.with_user(self.seller).partner_id = self.eino
        self.assertEqual(self.identity.partner_id, self.eino)

    def test_helpers_cannot_be_called_from_outside(self):
        """All that takes handles or journals begins with an underscore."""
        for model in (
            "crm_orders.identity",
            "crm_orders.duplicate",
            "crm_orders.merge",
        ):
            model_class = type(self.env[model])
            public = {
                name
                for name in dir(model_class)
                if not name.startswith("_")
                and str(
                    getattr(getattr(model_class, name), "__module__", "")
                ).startswith("odoo.addons.crm_orders_identity.")
            }
            self.assertLessEqual(
                public - {"create", "write", "unlink", "init"},
                {
                    "action_same_person",
                    "action_different_persons",
                    "action_reopen",
                    "action_find",
                    "action_undo",
                },
            )

    def test_nobody_writes_who_took_over_whom(self):
        """It would send a customer's calls and messages to somebody else."""
        partners = self.env["res.partner"]
        vals = {"crm_orders_merged_into_id": self.eino.id}
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                self.aino.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                partners.with_user(user).create({"name": "New", **vals})
            new = (
                partners.with_user(user)
                .with_context(default_crm_orders_merged_into_id=self.eino.id)
                .create({"name": "New"})
            )
            self.assertFalse(new.crm_orders_merged_into_id)

    def test_identities_of_others_are_not_taken_over_through_a_form(self):
        """Commands of a list are writes as any other."""
        other = self.eino.crm_orders_identity_ids[0]
        with self.assertRaises(UserError):
            self.aino.with_user(self.seller).write(
                {"crm_orders_identity_ids": [Command.link(other.id)]}
            )
        lead = self._new_lead(user_id=self.seller.id).with_user(self.seller)
        for command in (
            Command.link(self.identity.id),
            Command.create({"kind": "telegram", "value": "99"}),
        ):
            with self.assertRaises(AccessError):
                lead.write({"crm_orders_identity_ids": [command]})
