from odoo.tests import TransactionCase, tagged

from ..models.crm_orders_lead_maker import Inquiry
from ..tools.channel import Handle
from .common import InboundMixin


@tagged("post_install", "-at_install")
class TestLeadMaker(InboundMixin, TransactionCase):
    """One person has one open lead where the source says so, and is not mixed up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_source()
        cls.maker = cls.env["crm_orders.lead.maker"]
        cls.partners = cls.env["res.partner"].with_company(cls.company)

    def _take(self, *inquiries):
        return self.maker._take_in(self.source, list(inquiries))

    def _write(self, text, number="77", **content):
        return Inquiry(
            {"message": text, **content},
            handles=[Handle("telegram", number)],
            joins=True,
        )

    def test_known_customer_is_recognised(self):
        aino = self.partners.create(
            {"name": "Aino", "phone": "+358 40 1234567", "email": "aino@example.com"}
        )
        by_phone = self._accept({"phone": "040 1234567", "external_id": "1"})
        by_mail = self._accept({"email": "AINO@example.com", "external_id": "2"})
        stranger = self._accept({"email": "other@example.com", "name": "Aino"})
        self._run_job()
        self.assertEqual(by_phone.lead_id.partner_id, aino)
        self.assertEqual(by_mail.lead_id.partner_id, aino)
        self.assertFalse(stranger.lead_id.partner_id, "names tell nothing")
        self.assertNotEqual(by_phone.lead_id, by_mail.lead_id, "each is a request")

    def test_form_never_changes_the_card_of_a_customer(self):
        aino = self.partners.create({"name": "Aino", "phone": "+358 40 1234567"})
        mikko = self.partners.create(
            {"name": "Mikko", "phone": "+358401112223", "email": "mikko@example.com"}
        )
        for phone in ("+358401234567", "+358401112223"):
            self._accept({"phone": phone, "email": "thief@example.com", "name": "X"})
        self._run_job()
        self.env.flush_all()
        self.assertFalse(aino.email)
        self.assertEqual((mikko.name, mikko.email), ("Mikko", "mikko@example.com"))
        lead = self.leads.search([("partner_id", "=", aino.id)])
        self.assertEqual(lead.email_from, "thief@example.com", "as it was typed")

    def test_doubtful_customer_is_asked_about(self):
        aino = self.partners.create({"name": "Aino", "phone": "+358401234567"})
        mikko = self.partners.create({"name": "Mikko", "email": "mikko@example.com"})
        event = self._accept({"phone": "0401234567", "email": "mikko@example.com"})
        self._run_job()
        self.assertFalse(event.lead_id.partner_id)
        question = self.env["crm_orders.duplicate"].search(
            [("lead_id", "=", event.lead_id.id)]
        )
        self.assertEqual(question.candidate_ids, aino | mikko)

    def test_requests_within_the_hours_join_the_open_lead(self):
        self.source.dedupe_hours = 24
        first = self._accept({"email": "a@example.com", "external_id": "1"})
        same = self._accept({"email": "A@example.com", "message": "And in red?"})
        other = self._accept({"email": "b@example.com"})
        self._run_job()
        self.assertEqual(same.lead_id, first.lead_id)
        self.assertNotEqual(other.lead_id, first.lead_id)
        self.assertEqual({first.state, same.state, other.state}, {"done"})
        self.assertIn("And in red?", first.lead_id.message_ids[0].body)
        later = self._accept({"email": "a@example.com", "message": "Hello?"})
        self._run_job()
        self.assertEqual(later.lead_id, first.lead_id)
        first.lead_id.action_set_lost()
        again = self._accept({"email": "a@example.com"})
        self._run_job()
        self.assertNotEqual(again.lead_id, first.lead_id, "that one is over")

    def test_old_lead_is_left_alone(self):
        self.source.dedupe_hours = 24
        first = self._accept({"email": "a@example.com"})
        self._run_job()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = create_date - interval '2 days'"
            " WHERE id = %s",
            [first.lead_id.id],
        )
        self.env.invalidate_all()
        second = self._accept({"email": "a@example.com"})
        self._run_job()
        self.assertNotEqual(second.lead_id, first.lead_id)

    def test_conversation_goes_on_on_one_lead(self):
        one, two, other = self._take(
            self._write("Hei"), self._write("Onko tuolia?"), self._write("Moi", "78")
        )
        self.assertEqual(one.lead, two.lead)
        self.assertNotEqual(one.lead, other.lead)
        self.assertEqual([one.joined, two.joined, other.joined], [False, True, False])
        self.assertEqual(one.identity, two.identity)
        (three,) = self._take(self._write("Entä pöytää?"))
        self.assertEqual(three.lead, one.lead)
        self.assertTrue(three.joined)
        self.assertEqual(one.lead.description, "<p>Hei</p>")

    def test_customer_of_a_lead_is_known_the_next_time(self):
        (one,) = self._take(self._write("Hei"))
        customer = self.partners.create({"name": "Aino"})
        one.lead.partner_id = customer
        one.lead.action_set_lost()
        (two,) = self._take(self._write("Hei taas"))
        self.assertNotEqual(two.lead, one.lead)
        self.assertEqual(two.lead.partner_id, customer)
        self.assertEqual(two.identity, one.identity)

    def test_shared_phone_does_not_join_the_lead_of_another(self):
        self.source.dedupe_hours = 24
        aino = self.partners.create({"name": "Aino", "phone": "+358401234567"})
        self.partners.create({"name": "Eero", "phone": "+358401234567"})
        lead = self.leads.create(
            {"name": "Of Aino", "partner_id": aino.id, "company_id": self.company.id}
        )
        event = self._accept({"phone": "+358401234567"})
        self._run_job()
        self.assertNotEqual(event.lead_id, lead)

    def test_html_in_names_is_text(self):
        name = "<script>alert(1)</script>=cmd|x"
        (taken,) = self._take(self._write("<img src=x>", name=name))
        self.assertEqual(taken.lead.contact_name, name)
        self.assertNotIn("<img", taken.lead.description)

    def test_first_words_are_the_title(self):
        long = "Onko teillä  sinistä\ntuolia, jossa on pehmustettu istuin ja selkänoja?"
        for content, title in (
            ({"message": "Onko teillä sinistä tuolia?"}, "Onko teillä sinistä tuolia?"),
            (
                {"message": long},
                "Onko teillä sinistä tuolia, jossa on pehmustettu istuin ja…",
            ),
            ({"message": "x" * 80 + " y"}, "x" * 60 + "…"),
            ({"message": "Hei", "name": "Aino"}, f"Aino through {self.source.name}"),
            ({"name": "Aino"}, f"Aino through {self.source.name}"),
            ({"subject": "Chairs", "message": "In blue, please"}, "Chairs"),
        ):
            event = self._accept({"email": "title@example.com", **content})
            self._run_job()
            self.assertEqual(event.lead_id.name, title)
