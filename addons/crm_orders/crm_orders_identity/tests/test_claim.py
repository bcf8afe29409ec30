from odoo.tests import TransactionCase, tagged

from .common import IdentityMixin


@tagged("post_install", "-at_install")
class TestClaim(IdentityMixin, TransactionCase):
    """Accounts get their owners, once and for good."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_identities()
        cls.telegram = cls._handle("telegram", 1111111, name="Test\nLastname")

    def test_account_waits_for_the_customer_of_its_lead(self):
        lead = self._new_lead()
        identity = self._claim(self.telegram, lead=lead)
        self.assertEqual(identity.lead_id, lead)
        self.assertFalse(identity.partner_id)
        self.assertEqual(identity.display, "Test Lastname")
        self.assertEqual(identity.company_id, self.company)
        self.assertEqual(self._match(self.telegram).identity, identity)
        lead.partner_id = self.aino
        self.assertEqual(identity.partner_id, self.aino)
        self.assertEqual(self._match(self.telegram).partner, self.aino)

    def test_account_follows_its_lead_into_another_one(self):
        old, new = self._new_lead(), self._new_lead(partner_id=self.eino.id)
        identity = self._claim(self.telegram, lead=old)
        (old | new).merge_opportunity()
        self.assertEqual(identity.partner_id, self.eino)
        self.assertTrue(identity.lead_id.exists())

    def test_claiming_again_finds_the_same(self):
        lead = self._new_lead()
        identity = self._claim(self.telegram, lead=lead)
        self.assertEqual(self._claim(self.telegram, lead=lead), identity)
        later = self._new_lead()
        self.assertEqual(self._claim(self.telegram, lead=later), identity)
        self.assertEqual(identity.lead_id, later)
        self.assertEqual(self._claim(self.telegram, partner=self.aino), identity)
        self.assertEqual(identity.partner_id, self.aino)

    def test_account_of_a_customer_stays_with_the_customer(self):
        identity = self._claim(self.telegram, partner=self.aino)
        self.assertEqual(self._claim(self.telegram, partner=self.eino), identity)
        self._claim(self.telegram, lead=self._new_lead(partner_id=self.eino.id))
        self.assertEqual(identity.partner_id, self.aino)

    def test_phone_and_mail_are_of_customers_only(self):
        handles = [
            self._handle("phone", "050 111 2233"),
            self._handle("email", "x@example.com"),
        ]
        self.assertFalse(self._claim(*handles, lead=self._new_lead()))
        both = self._claim(*handles, partner=self.aino)
        self.assertEqual(both.mapped("value"), ["+358501112233", "x@example.com"])
        self.assertEqual(set(both.mapped("origin")), {"channel"})
        others = self._claim(*handles, partner=self.eino)
        self.assertFalse(both & others)
        self.assertEqual(self._claim(*handles, partner=self.eino), others)

    def test_what_is_on_the_card_is_not_claimed_twice(self):
        identity = self._claim(self._handle("phone", "0401234567"), partner=self.aino)
        self.assertEqual(identity.origin, "card")

    def test_each_page_has_ids_of_its_own(self):
        one = self._claim(self._handle("messenger", "77", "page1"), partner=self.aino)
        two = self._claim(self._handle("messenger", "77", "page2"), partner=self.eino)
        self.assertNotEqual(one, two)
        self.assertFalse(self._claim(self._handle("messenger", "77")))

    def test_each_company_gets_to_know_people_itself(self):
        lead = self._new_lead(company_id=self.other_company.id)
        self.aino.company_id = self.company
        mine = self._claim(self.telegram, partner=self.aino)
        theirs = self._claim(self.telegram, lead=lead)
        self.assertNotEqual(mine, theirs)
        self.assertEqual(theirs.company_id, self.other_company)
        self.assertEqual(self._match(self.telegram).partner, self.aino)
        self.assertEqual(
            self._match(self.telegram, company=self.other_company).identity, theirs
        )

    def test_account_of_an_archived_customer_is_free(self):
        identity = self._claim(self.telegram, partner=self.aino)
        self.aino.active = False
        self.assertEqual(self._claim(self.telegram, partner=self.eino), identity)
        self.assertEqual(identity.partner_id, self.eino)

    def test_claim_for_a_merged_customer_is_for_the_one_who_took_over(self):
        self.aino.write({"active": False, "crm_orders_merged_into_id": self.eino.id})
        self.assertEqual(
            self._claim(self.telegram, partner=self.aino).partner_id, self.eino
        )

    def test_name_changes_with_the_account(self):
        identity = self._claim(self.telegram, partner=self.aino)
        self._claim({**self.telegram, "name": "New Name"})
        self.assertEqual(identity.display, "New Name")
        self._claim({**self.telegram, "name": None})
        self.assertEqual(identity.display, "New Name")

    def test_order_of_the_handles_is_kept_and_doubles_are_one(self):
        found = self._claim(
            self._handle("vk", 9),
            self.telegram,
            self._handle("phone", "anonymous"),
            self._handle("vk", "id9"),
            partner=self.aino,
        )
        self.assertEqual(found.mapped("kind"), ["vk", "telegram"])

    def test_a_known_account_costs_one_query(self):
        lead = self._new_lead()
        self._claim(self.telegram, lead=lead)
        self.env.flush_all()
        with self.assertQueryCount(1):
            self._claim(self.telegram, lead=lead)
