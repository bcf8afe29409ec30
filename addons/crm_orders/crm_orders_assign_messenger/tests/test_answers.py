from unittest.mock import patch

from odoo.exceptions import UserError
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

    # --- from the inbox ---

    def _open_reply(self, lead, user=None, **vals):
        user = user or self.seller
        action = lead.with_user(user).action_crm_orders_reply()
        return (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create({"body": "On sinistä.", **vals})
        )

    def test_reply_goes_out_where_the_customer_wrote(self):
        lead = self._write()
        self.assertTrue(lead.with_user(self.seller).crm_orders_can_reply)
        reply = self._open_reply(lead)
        self.assertIn("Talk", reply.way)
        self.assertIn("Aino", reply.way)
        self.assertEqual(reply.history.count("Hei 1"), 1)
        reply.action_send()
        self._send()
        (call,) = self.provider.calls
        self.assertEqual(call.json["text"], "On sinistä.")
        self.assertEqual(lead.crm_orders_first_response_user_id, self.seller)
        self.assertEqual(lead.crm_orders_turn, "customer")
        self.assertEqual(
            lead.with_user(self.seller).crm_orders_snippet, "You: On sinistä."
        )

    def test_mail_instead_does_not_go_to_the_messenger(self):
        lead = self._write()
        lead.email_from = "aino@talk.example"
        reply = self._open_reply(lead)
        self.assertTrue(reply.has_choice)
        reply.by_mail = True
        self.assertIn("aino@talk.example", reply.way)
        reply.action_send()
        self.assertFalse(lead.crm_orders_conversation_ids.outgoing_ids)
        self.assertEqual(lead.message_ids[0].outgoing_email_to, "aino@talk.example")
        self.assertEqual(lead.crm_orders_turn, "customer")

    def test_too_late_to_answer_there(self):
        lead = self._write()
        self.startPatcher(patch.object(self.adapter, "reply_hours", 24))
        lead.sudo().crm_orders_conversation_id.last_in_date = "2020-01-01 00:00:00"
        self.env.invalidate_all()
        self.assertFalse(lead.with_user(self.seller).crm_orders_can_reply)
        reply = self._open_reply(lead)
        self.assertFalse(reply.way)
        with self.assertRaises(UserError):
            reply.action_send()
        with self.assertRaises(UserError):
            lead._crm_orders_reply_by_messenger(body="x")
        lead.email_from = "aino@talk.example"
        reply = self._open_reply(lead)
        self.assertFalse(reply.has_choice)
        self.assertIn("aino@talk.example", reply.way)
