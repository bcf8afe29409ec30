from odoo.tests import TransactionCase, tagged

from .common import IdentityMixin


@tagged("post_install", "-at_install")
class TestMatch(IdentityMixin, TransactionCase):
    """Customers are found by what is stored of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_identities()

    def test_by_phone_and_mail_of_the_card_however_they_are_written(self):
        for handle in (
            self._handle("phone", "+358 40 123 4567"),
            self._handle("phone", "0401234567"),
            self._handle("phone", "00358401234567", country="SE"),
            self._handle("email", "Aino Lähde <AINO@example.com>"),
        ):
            match = self._match(handle)
            self.assertEqual(match.partner, self.aino)
            self.assertEqual(match.certainty, "sure")
            self.assertEqual(match.candidates, self.aino)
            self.assertEqual(match.identity.partner_id, self.aino)
            self.assertTrue(match.reason)

    def test_unreadable_handles_are_nobody(self):
        match = self._match(
            self._handle("phone", "anonymous"),
            self._handle("messenger", "5"),
            self._handle("carrier pigeon", "5"),
            {},
        )
        self.assertEqual(match.certainty, "none")
        self.assertFalse(match.partner | match.candidates)
        self.assertFalse(match.identity)
        self.assertEqual(self.identities._match([], self.company), [])
        [match] = self.identities._match([[]], self.company)
        self.assertEqual(match.certainty, "none")

    def test_phone_of_one_and_mail_of_another_is_doubtful(self):
        match = self._match(
            self._handle("phone", "040 123 4567"),
            self._handle("email", "eino@example.com"),
        )
        self.assertEqual(match.certainty, "doubtful")
        self.assertFalse(match.partner)
        self.assertEqual(match.candidates, self.aino | self.eino)

    def test_contacts_of_one_company(self):
        firm = self._new_partner("Firma", is_company=True, phone="09 123 4567")
        contact = self._new_partner("Pirjo", parent_id=firm.id, email="pirjo@firma.fi")
        match = self._match(
            self._handle("phone", "09 123 4567"),
            self._handle("email", "pirjo@firma.fi"),
        )
        self.assertEqual((match.partner, match.certainty), (contact, "sure"))

    def test_whatsapp_number_finds_the_phone_and_the_phone_finds_whatsapp(self):
        match = self._match(self._handle("whatsapp", "358401234567"))
        self.assertEqual((match.partner, match.certainty), (self.aino, "sure"))
        reader = self._new_partner("No phone")
        self._claim(self._handle("whatsapp", "358501112233"), partner=reader)
        match = self._match(self._handle("phone", "050 111 2233"))
        self.assertEqual((match.partner, match.certainty), (reader, "sure"))

    def test_archived_customers_are_nobody(self):
        self.aino.active = False
        match = self._match(self._handle("phone", "040 123 4567"))
        self.assertEqual((match.certainty, match.partner.ids), ("none", []))

    def test_merged_customers_are_those_who_took_over(self):
        self.aino.write({"active": False, "crm_orders_merged_into_id": self.eino.id})
        match = self._match(
            self._handle("phone", "040 123 4567"),
            self._handle("email", "eino@example.com"),
        )
        self.assertEqual((match.partner, match.certainty), (self.eino, "sure"))

    def test_customers_of_other_companies_never_match(self):
        self.aino.company_id = self.other_company
        handle = self._handle("phone", "040 123 4567")
        self.assertEqual(self._match(handle).certainty, "none")
        match = self._match(handle, company=self.other_company)
        self.assertEqual(match.partner, self.aino)

    def test_branches_know_the_customers_of_their_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.aino.company_id = self.company
        match = self._match(self._handle("email", "aino@example.com"), company=branch)
        self.assertEqual(match.partner, self.aino)

    def test_lead_of_another_company_is_not_told(self):
        lead = self._new_lead(company_id=self.other_company.id)
        handle = self._handle("telegram", 1111111)
        identity = self._claim(handle, lead=lead)
        self.assertEqual(
            self._match(handle, company=self.other_company).identity, identity
        )
        self.assertFalse(self._match(handle).identity)

    def test_many_people_with_as_many_queries_as_one(self):
        people = [
            [self._handle("phone", f"040 {n:07}")] for n in range(2000000, 2000060)
        ]
        people.append([self._handle("email", "aino@example.com")])
        self.identities._match(people[:1], self.company)
        with self.assertQueryCount(1):
            matches = self.identities._match(people, self.company)
        self.assertEqual(
            [match.partner.id for match in matches[-2:]], [False, self.aino.id]
        )

    def test_one_number_of_very_many_contacts_is_not_slow_and_tells_nothing(self):
        self.env["res.partner"].create(
            [{"name": f"Walk-in {n}", "phone": "+358 40 0000001"} for n in range(150)]
        )
        match = self._match(self._handle("phone", "+358400000001"))
        self.assertEqual(match.certainty, "none")
