from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import IdentityMixin


@tagged("post_install", "-at_install")
class TestDuplicate(IdentityMixin, TransactionCase):
    """What cannot be told by rules is told by people, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_identities()
        cls.manager = cls._new_user("double_manager", "crm_orders_base.group_manager")
        cls.seller = cls._new_user("double_seller")
        cls.questions = cls.env["crm_orders.duplicate"].with_company(cls.company)

    def _doubtful_lead(self, **vals):
        lead = self._new_lead(
            contact_name="Somebody",
            phone="040 123 4567",
            email_from="eino@example.com",
            **vals,
        )
        match = self._match(
            self._handle("phone", lead.phone), self._handle("email", lead.email_from)
        )
        return lead, match

    def _find_own(self):
        """Ask, and return the questions about the customers of this test."""
        found = self.questions._find()
        mine = self.aino | self.eino
        return found.filtered(lambda one: (one.partner_id | one.candidate_ids) & mine)

    def test_doubtful_lead_is_asked_about(self):
        lead, match = self._doubtful_lead()
        question = self.questions._report([(lead, match)])
        self.assertEqual(question.lead_id, lead)
        self.assertEqual(question.candidate_ids, self.aino | self.eino)
        self.assertEqual(question.reason, "phone_or_email")
        self.assertFalse(question.chosen_id)
        self.assertEqual(question.contact_name, "Somebody")
        self.assertEqual(self.questions._report([(lead, match)]), question)

    def test_sure_and_unknown_ones_are_not(self):
        lead = self._new_lead()
        sure = self._match(self._handle("phone", "040 123 4567"))
        nobody = self._match(self._handle("phone", "040 999 9999"))
        self.assertFalse(self.questions._report([(lead, sure), (lead, nobody)]))
        self.assertFalse(self.questions._report([]))

    def test_seller_says_who_it_is(self):
        lead, match = self._doubtful_lead(user_id=self.seller.id)
        identity = self._claim(self._handle("telegram", 7), lead=lead)
        question = self.questions._report([(lead, match)]).with_user(self.seller)
        with self.assertRaisesRegex(UserError, "Choose first"):
            question.action_same_person()
        question.chosen_id = self.aino
        question.action_same_person()
        self.assertEqual(lead.partner_id, self.aino)
        self.assertEqual(identity.partner_id, self.aino)
        self.assertEqual(question.state, "merged")
        self.assertEqual(question.decided_by, self.seller)
        self.assertIn(("email", "eino@example.com", "channel"), self._values(self.aino))
        with self.assertRaisesRegex(UserError, "already"):
            question.action_different_persons()

    def test_an_answer_is_not_changed_afterwards(self):
        lead, match = self._doubtful_lead()
        question = self.questions._report([(lead, match)]).with_user(self.seller)
        question.action_different_persons()
        with self.assertRaises(UserError):
            question.chosen_id = self.aino

    def test_different_persons_are_not_asked_about_again(self):
        lead, match = self._doubtful_lead()
        question = self.questions._report([(lead, match)])
        question.with_user(self.seller).action_different_persons()
        self.assertEqual(question.state, "different")
        self.assertFalse(lead.partner_id)
        self.assertFalse(self.questions._report([(lead, match)]))

    def test_only_candidates_can_be_chosen(self):
        lead, match = self._doubtful_lead()
        question = self.questions._report([(lead, match)]).with_user(self.seller)
        with self.assertRaises(ValidationError):
            question.chosen_id = self.env.user.partner_id
        with self.assertRaises(ValidationError):
            question.kept_id = self.env.user.partner_id

    def test_giving_the_lead_a_customer_is_an_answer(self):
        for customer, state in (
            (self.eino, "merged"),
            (self._new_partner("Somebody else"), "different"),
        ):
            lead, match = self._doubtful_lead()
            question = self.questions._report([(lead, match)])
            lead.with_user(self.seller).partner_id = customer
            self.assertEqual(question.state, state)
            self.assertEqual(question.decided_by, self.seller)
            self.assertEqual(question.chosen_id, customer & match.candidates)
            self.assertFalse(self.questions._report([(lead, match)]))

    def test_lead_that_has_got_another_customer_is_left_alone(self):
        lead, match = self._doubtful_lead()
        question = self.questions._report([(lead, match)])
        question.chosen_id = self.aino
        self.cr.execute(
            "UPDATE crm_lead SET partner_id = %s WHERE id = %s", [self.eino.id, lead.id]
        )
        lead.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "meanwhile"):
            question.action_same_person()

    def test_known_account_with_a_strange_phone_asks_about_the_customers(self):
        lead = self._new_lead()
        telegram = self._handle("telegram", 7)
        self._claim(telegram, partner=self.eino)
        match = self._match(telegram, self._handle("phone", "040 123 4567"))
        self.assertEqual((match.partner, match.certainty), (self.eino, "sure"))
        question = self.questions._report([(lead, match)])
        self.assertEqual(question.partner_id, self.eino)
        self.assertEqual(question.chosen_id, self.aino)
        self.assertEqual(question.kept_id, self.aino)
        self.assertFalse(self.questions._report([(lead, match)]))

    def test_manager_merges_customers_and_undoes_it(self):
        self.eino.phone = self.aino.phone
        question = self._find_own().with_user(self.manager)
        self.assertEqual(len(question), 1)
        self.assertEqual(question.reason, "shared_phone")
        question.action_same_person()
        self.assertEqual(question.state, "merged")
        self.assertEqual(self.eino.crm_orders_merged_into_id, self.aino)
        self.assertFalse(self._find_own())
        question.merge_id.action_undo()
        self.assertEqual(question.state, "different")
        self.assertFalse(self._find_own())
        question.action_reopen()
        self.assertEqual(question.state, "open")

    def test_people_may_keep_the_other_card(self):
        self.eino.phone = self.aino.phone
        question = self._find_own().with_user(self.manager)
        question.kept_id = self.eino
        question.action_same_person()
        self.assertEqual(self.aino.crm_orders_merged_into_id, self.eino)

    def test_contacts_of_one_company_are_no_doubles(self):
        firm = self._new_partner("Firma", is_company=True, phone="040 123 4567")
        self.aino.parent_id = firm
        self.assertFalse(self._find_own())

    def test_customers_of_other_companies_are_not_asked_about(self):
        self.eino.phone = self.aino.phone
        self.eino.company_id = self.other_company
        self.assertFalse(self._find_own())

    def test_merge_of_chosen_customers(self):
        partners = (self.aino | self.eino).with_user(self.manager)
        action = partners.action_crm_orders_merge()
        question = self.questions.browse(action["res_id"]).with_user(self.manager)
        self.assertEqual(question.kept_id, self.aino)
        question.action_same_person()
        self.assertFalse(self.eino.active)
        with self.assertRaises(UserError):
            self.aino.with_user(self.manager).action_crm_orders_merge()

    def test_customer_who_was_merged_before_the_answer(self):
        """Answering an old question follows the customers to where they are now."""
        self.eino.phone = self.aino.phone
        question = self._find_own().with_user(self.manager)
        merges = self.env["crm_orders.merge"].with_user(self.manager)
        merges._merge(
            self.aino.with_user(self.manager), self.eino.with_user(self.manager)
        )
        question.action_same_person()
        self.assertEqual(question.state, "merged")

    def test_roles(self):
        lead, match = self._doubtful_lead(user_id=self.manager.id)
        question = self.questions._report([(lead, match)])
        self.eino.phone = self.aino.phone
        about_customers = self._find_own()
        employee = self._new_user("double_employee", "base.group_user")
        portal = self._new_user("double_portal", "base.group_portal")
        stranger = self._new_user("double_stranger", company=self.other_company)
        boss = self._new_user(
            "double_boss", "crm_orders_base.group_manager", self.other_company
        )
        for user in (employee, portal, stranger, boss, self.seller):
            own = question.with_user(user)
            with self.subTest(user.login):
                for attempt in (
                    lambda own=own: own.read(["contact_phone"]),
                    own.action_same_person,
                    own.action_different_persons,
                    own.action_reopen,
                    lambda own=own: own.write({"chosen_id": self.aino.id}),
                ):
                    with self.assertRaises(AccessError):
                        attempt()
        for user in (employee, portal, self.seller):
            with self.assertRaises(AccessError):
                about_customers.with_user(user).action_same_person()
            with self.assertRaises(AccessError):
                self.questions.with_user(user).action_find()
        lead.user_id = self.seller
        question.with_user(self.seller).read(["contact_phone"])
        for vals in ({"state": "merged"}, {"candidate_ids": []}, {"partner_id": 1}):
            with self.assertRaises(AccessError):
                question.with_user(self.seller).write(vals)
            with self.assertRaises(AccessError):
                question.with_user(self.manager).write(vals)
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                question.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.questions.with_user(user).create({"lead_id": lead.id})
