from datetime import datetime

from odoo.tests import TransactionCase, tagged

from .common import MessengerMixin


@tagged("post_install", "-at_install")
class TestConversation(MessengerMixin, TransactionCase):
    """The list of conversations tells what was written last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_messenger()

    def _write(self, number, text, **values):
        lead = self._receive({"id": number, "text": text, **values}).lead_id
        return lead.crm_orders_conversation_ids

    def test_last_words_of_the_customer(self):
        self._write("1", "Hei", at=1700000001)
        conversation = self._write("2", "Onko\n\nsinistä   tuolia?", at=1700000100)
        self.assertEqual(conversation.preview, "Onko sinistä tuolia?")
        self.assertEqual(conversation.last_date, datetime(2023, 11, 14, 22, 15))

    def test_late_ones_are_not_the_last(self):
        self._write("2", "Toinen", at=1700000100)
        conversation = self._write("1", "Ensimmäinen", at=1700000001)
        self.assertEqual(conversation.preview, "Toinen")

    def test_our_words_are_marked(self):
        conversation = self._write("1", "Hei")
        self._answer(conversation.lead_id, "Hei Aino")
        self.assertEqual(conversation.preview, "Us: Hei Aino")
        self.assertGreaterEqual(conversation.last_date, conversation.last_in_date)
        self.assertIn(
            conversation,
            self.env["crm_orders.conversation"].search([("preview", "ilike", "aino")]),
        )

    def test_file_without_words(self):
        conversation = self._write("1", "", files=["f1"])
        self.assertEqual(conversation.preview, "A file")

    def test_long_words_are_cut(self):
        conversation = self._write("1", "x" * 500)
        self.assertEqual(len(conversation.preview), 121)

    def test_who_said_nothing(self):
        conversation = self._receive(
            {"id": "1", "how": "subscribed"}
        ).lead_id.crm_orders_conversation_ids
        self.assertEqual(conversation.preview, "Has subscribed.")
