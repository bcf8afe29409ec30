from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_orders_inbound.tools.channel import SendError

from .common import MessengerMixin, TalkChannel

MODEL = "odoo.addons.crm_orders_messenger.models.crm_orders_outgoing"


@tagged("post_install", "-at_install")
class TestOutgoing(MessengerMixin, TransactionCase):
    """An answer goes out once, where the customer wrote, and its fate is seen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_messenger()

    def setUp(self):
        super().setUp()
        self.provider.calls.clear()
        self.provider.answers.clear()
        self.lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        self.lead.user_id = self.seller
        self.conversation = self.lead.crm_orders_conversation_id

    def _outgoing(self):
        return self.conversation.outgoing_ids.sorted("id")

    def _mark(self):
        return self._outgoing().message_id.notification_ids.filtered(
            lambda one: one.notification_type == "crm_orders"
        )

    def test_answer_goes_out_once_and_a_note_never(self):
        self._answer(self.lead, "<p>On, <b>49 €</b></p>")
        self.lead.with_user(self.seller).message_post(body="Vain meille")
        self.lead.message_post(body="Automaattinen", message_type="notification")
        self._send()
        self._send()
        self.assertEqual(len(self.provider.calls), 1)
        self.assertEqual(self.provider.calls[0].json["to"], "4711")
        self.assertIn("49 €", self.provider.calls[0].json["text"])
        self.assertEqual(self._outgoing().mapped("state"), ["sent"])
        self.assertEqual(self._outgoing().user_id, self.seller)

    def test_customers_words_never_go_back(self):
        self._receive({"id": "2", "text": "Haloo"})
        self._send()
        self.assertFalse(self.provider.calls)

    def test_nobody_is_written_to_when_the_channel_is_emptied(self):
        self.lead.with_user(self.seller).crm_orders_conversation_id = False
        self._answer(self.lead, "Vain meille")
        self.assertFalse(self._outgoing())

    def test_long_text_goes_out_in_pieces_in_order_then_the_files(self):
        file = self.env["ir.attachment"].with_user(self.seller)
        file = file.create({"name": "a.txt", "raw": b"abc"})
        self._answer(self.lead, "sana " * 25, attachment_ids=file.ids)
        self._send()
        kinds = [call.url.rpartition("/")[2] for call in self.provider.calls]
        self.assertEqual(kinds, ["send", "send", "send", "file"])
        text = " ".join(call.json["text"] for call in self.provider.calls[:3])
        self.assertEqual(text.split(), ["sana"] * 25)
        self.assertEqual(self.provider.calls[3].files[0][2], b"abc")
        self.assertEqual(len(self._mark()), 1)

    def test_refusal_for_now_is_tried_again_and_holds_up_what_comes_after(self):
        self.provider.answers = [429]
        self._answer(self.lead, "Yksi")
        self._answer(self.lead, "Kaksi")
        with freeze_time("2030-01-01 12:00:00"):
            self.env.cr.execute(
                "UPDATE crm_orders_outgoing SET next_attempt = '2030-01-01'"
            )
            self.env.invalidate_all()
            self._send()
            first, second = self._outgoing()
            self.assertEqual((first.state, second.state), ("waiting", "waiting"))
            self.assertEqual(first.next_attempt, datetime(2030, 1, 1, 12, 2, 1))
            self.assertEqual(first.attempts, 1)
            self.assertEqual(len(self.provider.calls), 1)
        with freeze_time("2030-01-01 12:03:00"):
            self._send()
        self.assertEqual(self._outgoing().mapped("state"), ["sent", "sent"])
        self.assertEqual(
            [call.json["text"] for call in self.provider.calls],
            ["Yksi", "Yksi", "Kaksi"],
        )

    def test_one_conversation_does_not_hold_up_another(self):
        other = self._receive({"id": "5", "from": "4712", "text": "Moi"}).lead_id
        self.provider.answers = [500]
        self._answer(self.lead, "Yksi")
        self._answer(other, "Toinen", user=self.manager)
        self._send()
        self.assertEqual(self._outgoing().state, "waiting")
        self.assertEqual(other.crm_orders_conversation_id.outgoing_ids.state, "sent")

    def test_refusal_for_good_is_shown_and_can_be_sent_again(self):
        self.provider.answers = [403]
        self._answer(self.lead, "Hei")
        self._send()
        outgoing = self._outgoing()
        self.assertEqual(
            (outgoing.state, outgoing.error), ("failed", "Refused with 403.")
        )
        self.assertEqual(self._mark().notification_status, "exception")
        outgoing.with_user(self.seller).action_send_again()
        self._send()
        self.assertEqual(outgoing.state, "sent")
        self.assertEqual(self._mark().notification_status, "pending")
        with self.assertRaises(UserError):
            outgoing.with_user(self.seller).action_send_again()

    def test_broken_connection_is_not_tried_again_by_itself(self):
        self.provider.answers = [SendError("No answer", uncertain=True)]
        self._answer(self.lead, "Hei")
        self._send()
        self._send()
        self.assertEqual(len(self.provider.calls), 1)
        self.assertEqual(self._outgoing().state, "unknown")
        self.assertEqual(self._mark().notification_status, "exception")

    @mute_logger(MODEL)
    def test_fault_of_ours_does_not_stop_the_others(self):
        other = self._receive({"id": "5", "from": "4712", "text": "Moi"}).lead_id
        self._answer(self.lead, "Hei")
        self._answer(other, "Toinen", user=self.manager)

        def fail(adapter, settings, thread, text, reply_to="", key=""):
            if thread == "4711":
                raise ValueError("broken")
            yield from ()
            return "m1"

        with patch.object(TalkChannel, "send_text", fail):
            self._send()
        self.assertEqual(self._outgoing().state, "unknown")
        self.assertEqual(other.crm_orders_conversation_id.outgoing_ids.state, "sent")

    def test_process_killed_while_sending_sends_nothing_twice(self):
        self._answer(self.lead, "Hei")
        claimed = self.env["crm_orders.outgoing"]._claim()
        self.assertEqual(claimed, self._outgoing())
        # The process is gone here; the provider may have the message, or not.
        self._send()
        self.assertEqual(claimed.state, "sending", "another one may be at it")
        self.env.cr.execute(
            "UPDATE crm_orders_outgoing SET state_date = state_date - interval '1 hour'"
        )
        self.env.invalidate_all()
        self._send()
        self.assertEqual(claimed.state, "unknown")
        self.assertFalse(self.provider.calls)
        claimed.with_user(self.seller).action_cancel()
        self.assertEqual(self._mark().notification_status, "canceled")

    def test_fate_of_a_message_only_goes_forward(self):
        self._answer(self.lead, "Hei")
        self._send()
        outgoing = self._outgoing()
        self._receive({"id": "s1", "status": "read", "ids": ["m1"]})
        self._receive({"id": "s2", "status": "delivered", "ids": ["m1"]})
        self.assertEqual(outgoing.state, "read")
        self.assertEqual(self._mark().notification_status, "sent")

    def test_fate_told_before_it_is_known_what_was_sent(self):
        self._answer(self.lead, "Hei")
        told = self._receive({"id": "s1", "status": "read", "ids": ["m1"]})
        self.assertEqual(told.state, "new")
        self._send()
        self.assertLessEqual(told.next_attempt, Datetime.now())
        self._run("crm_orders_inbound.ir_cron_process_events")
        self.assertEqual((told.state, self._outgoing().state), ("done", "read"))

    def test_failure_told_later_is_shown(self):
        self._answer(self.lead, "Hei")
        self._send()
        self._receive(
            {"id": "s1", "status": "failed", "ids": ["m1"], "error": "Blocked"}
        )
        self.assertEqual(
            (self._outgoing().state, self._outgoing().error), ("failed", "Blocked")
        )

    def test_read_up_to_a_time_is_everything_before(self):
        self._answer(self.lead, "Hei")
        self._send()
        self._receive({"id": "s1", "status": "read", "until": 4102444800})
        self.assertEqual(self._outgoing().state, "read")

    def test_too_late_is_said_instead_of_tried(self):
        with patch.object(TalkChannel, "reply_hours", 24):
            self.conversation.last_in_date = datetime(2001, 1, 1)
            self.assertTrue(self.conversation.is_closed)
            self._answer(self.lead, "Hei")
            self._send()
        self.assertEqual(self._outgoing().state, "failed")
        self.assertIn("24 hours", self._outgoing().error)
        self.assertFalse(self.provider.calls)

    def test_answer_goes_where_the_customer_wrote_last(self):
        second = self.env["crm_orders.conversation"].create(
            {
                "source_id": self.source.id,
                "thread": "elsewhere",
                "lead_id": self.lead.id,
                "last_in_date": datetime(2040, 1, 1),
            }
        )
        self.assertEqual(self.lead.crm_orders_conversation_id, second)
        self._answer(self.lead, "Hei")
        self._send()
        self.assertEqual(self.provider.calls[0].json["to"], "elsewhere")

    def test_others_decide_nothing(self):
        self.provider.answers = [403]
        self._answer(self.lead, "Hei")
        self._send()
        stranger = self._outgoing().with_user(self.env.ref("base.public_user"))
        with self.assertRaises(AccessError):
            stranger.action_send_again()
