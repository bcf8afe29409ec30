from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import ADDRESS, MailMixin


@tagged("post_install", "-at_install")
class TestMail(MailMixin, TransactionCase):
    """New mails of the same sender go on with the open lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_mail()
        cls.team.crm_orders_join_mails = True

    def _bodies(self, lead):
        return "".join(lead.message_ids.mapped("body"))

    def test_switch_makes_the_source(self):
        self.assertEqual(self.source.company_id, self.team.company_id)
        self.assertEqual(self.source.mail_address, ADDRESS)
        self.assertEqual(
            self.source.utm_medium_id, self.env.ref("utm.utm_medium_email")
        )
        source = self.source
        self.team.crm_orders_join_mails = False
        self.assertFalse(source.active)
        self.assertFalse(self.team.crm_orders_join_mails)
        self.team.crm_orders_join_mails = True
        self.assertEqual(self.source, source)

    def test_without_the_switch_each_mail_is_a_lead(self):
        self.team.crm_orders_join_mails = False
        first, second = self._receive(), self._receive()
        self.assertNotEqual(first, second)
        self.assertFalse(self.events.search([("lead_id", "in", (first + second).ids)]))

    def test_mail_becomes_a_lead(self):
        self.source.utm_source_id = self.env["utm.source"].create({"name": "Mainos"})
        lead = self._receive("Onko sinistä?", message_id="<one@example.com>")
        self.assertEqual(lead.name, "Maljakko")
        self.assertEqual(lead.team_id, self.team)
        self.assertEqual(lead.contact_name, "Aino")
        self.assertEqual(lead.source_id, self.source.utm_source_id)
        self.assertEqual(lead.medium_id, self.source.utm_medium_id)
        event = self.source.event_ids
        self.assertEqual(event.lead_id, lead)
        self.assertEqual(event.state, "done")
        self.assertEqual(event.external_id, "<one@example.com>")
        self.assertIn("Onko sinistä?", self._bodies(lead))

    def test_next_mail_joins(self):
        lead = self._receive()
        self.assertEqual(self._receive("Tai vihreää?", sender="AINO@example.com"), lead)
        self.assertIn("Tai vihreää?", self._bodies(lead))
        self.assertEqual(self.source.event_ids.lead_id, lead)
        self.assertEqual(len(self.source.event_ids), 2)

    def test_customer_who_writes_from_the_card_address(self):
        customer = self.env["res.partner"].create(
            {"name": "Elsa", "email": "elsa@example.com"}
        )
        lead = self.leads.create({"name": "Tilaus", "partner_id": customer.id})
        self.assertEqual(self._receive(sender="elsa@example.com"), lead)
        lead.action_set_won()
        other = self._receive(sender="elsa@example.com")
        self.assertNotEqual(other, lead)
        self.assertEqual(other.partner_id, customer)

    def test_lost_and_foreign_leads_are_not_joined(self):
        lead = self._receive()
        lead.action_set_lost()
        second = self._receive()
        self.assertNotEqual(second, lead)
        company = self.env["res.company"].create({"name": "Toinen"})
        second.write({"team_id": False, "user_id": False})
        second.company_id = company
        self.assertNotIn(self._receive(), lead + second)

    def test_joining_can_be_switched_off(self):
        self.source.mail_joins = False
        self.assertNotEqual(self._receive(), self._receive())
        self.assertEqual(len(self.source.event_ids), 2)

    def test_answer_goes_to_its_own_lead(self):
        old = self._receive(subject="Vanha", message_id="<old@example.com>")
        old.write({"email_from": "someone@example.com"})
        new = self._receive(subject="Uusi")
        self.assertNotEqual(new, old)
        answered = self._receive("Kiitos", In_Reply_To="<old@example.com>")
        self.assertEqual(answered, old)

    def test_mail_that_is_fetched_twice(self):
        lead = self._receive(message_id="<twice@example.com>")
        self.assertFalse(self._receive(message_id="<twice@example.com>"))
        self.assertEqual(len(self.source.event_ids), 1)
        lead.message_ids.filtered(
            lambda message: message.message_id == "<twice@example.com>"
        ).unlink()
        self.assertEqual(self._receive(message_id="<twice@example.com>"), lead)
        self.assertEqual(len(self.source.event_ids), 1)

    def test_machines_make_no_leads(self):
        self.assertFalse(
            self._receive("Olen lomalla 31.7. asti.", Auto_Submitted="auto-replied")
        )
        event = self.source.event_ids
        self.assertEqual(event.state, "ignored")
        self.assertIn("machine", event.reason)
        self.assertIn("Olen lomalla", event.body)
        self.assertTrue(self._receive("Uusi tilaus", Auto_Submitted="auto-generated"))

    def test_loop_is_cut(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 5)
        lead = self._receive()
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            for _number in range(10):
                self._receive()
        mails = lead.message_ids.filtered(
            lambda message: message.message_type == "email"
        )
        self.assertEqual(len(mails), 5)

    def test_everybody_who_was_written_to_is_kept(self):
        lead = self._receive(
            to=f"{ADDRESS}, Elsa <elsa@example.com>", Cc="Otto <otto@example.com>"
        )
        for address in ("elsa@example.com", "otto@example.com"):
            self.assertIn(address, lead.email_cc)
        self.assertNotIn(ADDRESS, lead.email_cc)
        self._receive(to=f"{ADDRESS}, ida@example.com")
        for address in ("elsa@example.com", "otto@example.com", "ida@example.com"):
            self.assertIn(address, lead.email_cc)

    def test_what_colleagues_forward_is_not_joined(self):
        self.env["res.users"].create(
            {"name": "Sami", "login": "sami_mail", "email": "sami@kauppa.example"}
        )
        first = self._receive(sender="sami@kauppa.example")
        self.assertNotEqual(self._receive(sender="sami@kauppa.example"), first)

    def test_doubtful_sender_is_asked_about(self):
        for name in ("Aino", "Otto"):
            self.env["res.partner"].create({"name": name, "email": "koti@example.com"})
        lead = self._receive(sender="koti@example.com")
        if not lead.partner_id:
            self.assertTrue(
                self.env["crm_orders.duplicate"].search([("lead_id", "=", lead.id)])
            )

    def test_strange_mails_are_taken(self):
        self.assertTrue(
            self._receive(sender="=?utf-8?q?=C3=84iti?= <aiti@example.com>")
        )
        self.assertTrue(self._receive("", subject=""))
        self.assertTrue(self._receive(message_id=f"<{'x' * 900}@example.com>"))
        lead = self._receive("<script>alert(1)</script>", sender="x <x@example.com>")
        self.assertNotIn("<script", self._bodies(lead))

    def test_mails_are_erased_with_their_customer(self):
        customer = self.env["res.partner"].create(
            {"name": "Aino", "email": "aino@example.com"}
        )
        lead = self._receive("Oma salaisuus")
        self.assertEqual(lead.partner_id, customer)
        self._receive("Olen lomalla, salaisuus", Auto_Submitted="auto-replied")
        ignored = self.source.event_ids.filtered(lambda one: one.state == "ignored")
        self.assertIn("salaisuus", ignored.body)
        other = self._receive("Toinen", sender="Eino <eino@example.com>")
        wizard = self.env["crm_orders.erase"].create({"partner_ids": customer.ids})
        self.assertEqual(wizard.counts["events"], 2)
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertNotIn("salaisuus", " ".join(lead.message_ids.mapped("body")))
        self.assertFalse(
            lead.message_ids.filtered(lambda one: one.subject == "Maljakko")
        )
        self.assertFalse(ignored.body)
        self.assertIn("Toinen", " ".join(other.message_ids.mapped("body")))
