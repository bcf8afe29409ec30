from odoo.tests import TransactionCase, tagged

from .common import MessengerMixin

WORDS = "Salaisuus"


@tagged("post_install", "-at_install")
class TestErasure(MessengerMixin, TransactionCase):
    """Nothing is left of what was written both ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_messenger()

    def _erase(self, **chosen):
        wizard = self.env["crm_orders.erase"].with_user(self.manager).create(chosen)
        counts = wizard.counts
        wizard.action_erase()
        self.env.invalidate_all()
        return counts

    def _stored(self, lead):
        """All texts of the lead's thread, and what hangs on it."""
        texts = [str(message.body) for message in lead.message_ids]
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
        return " ".join([*texts, *files.mapped("name"), lead.description or ""])

    def test_a_customer(self):
        event = self._receive({"id": "1", "text": WORDS, "files": ["kuva", "muu"]})
        self._run("crm_orders_messenger.ir_cron_fetch")
        late = self._receive({"id": "2", "text": WORDS, "files": ["odottaa"]})
        lead = event.lead_id
        lead.partner_id = self.env["res.partner"].create({"name": "Aino"})
        self._answer(lead, f"Vastaus: {WORDS}", user=self.manager)
        self.assertEqual(len(lead.message_ids.attachment_ids), 2)
        counts = self._erase(partner_ids=lead.partner_id.ids)
        self.assertEqual(
            {name: counts[name] for name in counts if name != "notes"},
            {
                "conversations": 1,
                "outgoing": 1,
                "attachments": 3,
                "events": 2,
                "messages": 3,
                "identities": 1,
            },
        )
        self.assertNotIn(WORDS, self._stored(lead))
        self.assertNotIn("kuva", self._stored(lead))
        self.assertFalse(event.body or late.body)
        self.assertFalse(lead.crm_orders_conversation_ids)
        self.assertFalse(
            self.env["crm_orders.attachment"].search(
                [("source_id", "=", self.source.id)]
            )
        )
        self.assertFalse(
            self.env["crm_orders.identity"].search([("value", "=", "4711")])
        )
        calls = len(self.provider.calls)
        self._run("crm_orders_messenger.ir_cron_fetch")
        self._send()
        self.assertEqual(len(self.provider.calls), calls, "nothing is fetched or sent")

    def test_a_lead_without_a_customer_and_its_files(self):
        self.provider.answers = [404]
        event = self._receive({"id": "1", "text": WORDS, "files": ["kuva"]})
        self._run("crm_orders_messenger.ir_cron_fetch")
        lead = event.lead_id
        self.assertIn("kuva.txt", self._stored(lead))
        other = self._receive({"id": "2", "from": "4712", "text": WORDS})
        counts = self._erase(lead_ids=lead.ids)
        self.assertEqual(counts["conversations"], 1)
        self.assertNotIn("kuva.txt", self._stored(lead))
        self.assertNotIn(WORDS, self._stored(lead))
        self.assertTrue(other.body)
        self.assertIn(WORDS, self._stored(other.lead_id))

    def test_what_made_no_lead_is_theirs_by_the_account(self):
        lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        lead.partner_id = self.env["res.partner"].create({"name": "Aino"})
        failed = self._receive({"id": "2", "from": "4711", "text": WORDS})
        failed.lead_id = False
        failed._give_up("It broke")
        other = self._receive({"id": "3", "from": "4712", "text": WORDS})
        other.lead_id = False
        other._give_up("It broke")
        self.assertEqual(self._erase(partner_ids=lead.partner_id.ids)["events"], 2)
        self.assertFalse(failed.body)
        self.assertTrue(other.body)

    def test_a_conversation_whose_lead_was_deleted(self):
        number = "+358401234567"
        customer = self.env["res.partner"].create({"name": "Aino", "phone": number})
        lead = self._receive(
            {"id": "1", "from": number, "strange": True, "text": WORDS}
        ).lead_id
        self._answer(lead, WORDS, user=self.manager)
        conversation = lead.crm_orders_conversation_ids
        self.assertEqual(
            (conversation.thread, len(conversation.identity_id)), (number, 0)
        )
        lead.unlink()
        self.assertEqual(conversation.outgoing_ids.text, WORDS)
        counts = self._erase(partner_ids=customer.ids)
        self.assertEqual((counts["conversations"], counts["outgoing"]), (1, 1))
        self.assertFalse(conversation.exists())
