from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_messenger.tests.common import MessengerMixin


@tagged("post_install", "-at_install")
class TestAnswers(MessengerMixin, TransactionCase):
    """The clock of somebody known by a messenger only stops with the answer there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whatever else this database holds must not take our leads.
        cls.env["crm_orders.assign.rule"].search([]).active = False
        cls.env["crm_orders.sla.policy"].search([]).active = False
        cls._set_up_messenger()
        cls.env["crm_orders.sla.policy"].create(
            {"name": "Within an hour", "response_minutes": 60, "clock": "always"}
        )

    def _write(self, number=1):
        message = {"id": f"in{number}", "from": "aino", "text": f"Hei {number}"}
        return self._receive(message).lead_id

    def test_answer_in_the_messenger_stops_the_clock(self):
        lead = self._write()
        self.assertFalse(lead.partner_id or lead.email_from)
        self.assertTrue(lead.crm_orders_sla_deadline)
        self.assertFalse(lead.crm_orders_first_response_date)
        self._answer(lead, "Hei!")
        self.assertTrue(lead.crm_orders_first_response_date)
        self.assertEqual(lead.crm_orders_first_response_user_id, self.seller)
        self.assertEqual(lead.crm_orders_turn, "customer")

    def test_note_is_no_answer(self):
        lead = self._write()
        lead.with_user(self.seller).message_post(body="Soitan huomenna")
        self.assertFalse(lead.crm_orders_first_response_date)
        self.assertEqual(lead.crm_orders_turn, "us")

    def test_next_message_makes_it_our_turn_again(self):
        lead = self._write()
        self._answer(lead, "Hei!")
        self.assertEqual(self._write(2), lead)
        self.assertEqual(lead.crm_orders_turn, "us")

    def test_without_a_messenger_nobody_is_reached(self):
        lead = self._write()
        lead.crm_orders_conversation_id = False
        self._answer(lead, "Kuka osaa auttaa?")
        self.assertFalse(lead.crm_orders_first_response_date)
