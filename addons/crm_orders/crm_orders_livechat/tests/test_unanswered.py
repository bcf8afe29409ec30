from datetime import timedelta

from odoo.fields import Command, Datetime
from odoo.tests import HttpCase, tagged

from .common import MINUTES, ChatMixin


@tagged("post_install", "-at_install")
class TestUnanswered(ChatMixin, HttpCase):
    """Chats that nobody answers become leads, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_chat()

    def test_setting_one_field_is_enough(self):
        self.assertEqual(self.source.kind, "livechat")
        self.assertEqual(self.source.livechat_channel_id, self.channel)
        self.assertEqual(
            self.source.utm_source_id, self.env.ref("crm_livechat.utm_source_livechat")
        )
        self.assertEqual(self.source.health, "unused")
        self.channel.crm_orders_unanswered_minutes = 0
        self.channel.crm_orders_unanswered_minutes = 7
        self.assertEqual(self.channel.crm_orders_source_id, self.source)

    def test_channels_that_are_not_set_up_are_left_alone(self):
        self.channel.crm_orders_unanswered_minutes = 0
        chat = self._start_chat("Onko ketään?")
        self._pass_minutes(600, chat)
        self.assertFalse(self._find())
        # Nor does switching it on bring back what was before.
        self.channel.crm_orders_unanswered_minutes = MINUTES
        self.channel.crm_orders_since = Datetime.now() + timedelta(seconds=5)
        self.assertFalse(self._find())

    def test_unanswered_chat_becomes_a_lead(self):
        chat = self._start_chat("Onko sinistä maljakkoa?", "olen aino@example.com")
        self.assertEqual(chat.livechat_failure, "no_answer")
        self.assertFalse(self._find())
        self._pass_minutes(MINUTES, chat)
        event = self._find()
        self.assertEqual(event.state, "done")
        self.assertEqual(event.external_id, f"chat:{chat.id}")
        lead = event.lead_id
        self.assertEqual(lead.name, "Onko sinistä maljakkoa?")
        self.assertEqual(lead.email_from, "aino@example.com")
        self.assertIn("Onko sinistä maljakkoa?", lead.description)
        self.assertEqual(lead.origin_channel_id, chat)
        self.assertEqual(lead.source_id, self.source.utm_source_id)
        self.assertFalse(lead.activity_ids)

    def test_one_lead_however_often_the_job_runs(self):
        chat = self._start_chat("Haloo, olen b@example.com")
        self._pass_minutes(MINUTES, chat)
        self._find()
        self._write(chat, "Olen yhä tässä")
        self._pass_minutes(60, chat)
        self._find()
        self._find()
        self.assertEqual(len(self.source.event_ids), 1)
        self.assertEqual(len(chat.lead_ids), 1)

    def test_answered_chat_is_no_lead(self):
        chat = self._start_chat("Onko auki?")
        self._answer(chat)
        self._pass_minutes(600, chat)
        self.assertFalse(self._find())

    def test_answer_in_the_last_moment_counts(self):
        chat = self._start_chat("Onko auki?")
        self._pass_minutes(MINUTES, chat)
        self.chats._cron_crm_orders_find_unanswered()
        self.assertEqual(self.source.event_ids.state, "new")
        self._answer(chat)
        self._run_job()
        self.assertEqual(self.source.event_ids.state, "ignored")
        self.assertIn("answered", self.source.event_ids.reason)

    def test_visitor_who_says_nothing_is_no_lead(self):
        chat = self._start_chat()
        self._pass_minutes(600, chat)
        self.assertFalse(self._find())

    def test_visitor_who_leaves_is_a_lead_at_once(self):
        chat = self._start_chat("Soita 040 123 4567")
        self.make_jsonrpc_request(
            "/im_livechat/visitor_leave_session",
            {"channel_id": chat.id},
            cookies={"dgid": self.guest_token},
        )
        lead = self._find().lead_id
        self.assertEqual(lead.phone, "+358 40 1234567")

    def test_outside_of_opening_hours_nobody_is_waited_for(self):
        self.channel.crm_orders_calendar_id = self.env["resource.calendar"].create(
            {"name": "Closed", "attendance_ids": [Command.clear()]}
        )
        chat = self._start_chat("Onko auki lauantaina?")
        self.assertFalse(self._find())
        self._pass_minutes(2, chat)
        self.assertTrue(self._find().lead_id)

    def test_customer_is_known(self):
        customer = self.env["res.partner"].create(
            {"name": "Elsa", "email": "elsa@example.com"}
        )
        self.env.flush_all()
        chat = self._start_chat("Moi, elsa@example.com")
        self._pass_minutes(MINUTES, chat)
        self.assertEqual(self._find().lead_id.partner_id, customer)

    def test_second_chat_joins_the_lead(self):
        first = self._start_chat("Onko auki? c@example.com")
        self._pass_minutes(MINUTES, first)
        lead = self._find().lead_id
        second = self._start_chat("Vielä minä, c@example.com")
        self.assertNotEqual(first, second)
        self._pass_minutes(MINUTES, second)
        events = self._find()
        self.assertEqual(
            events.mapped("state"), ["done", "done"], events.mapped("error")
        )
        self.assertEqual(events.lead_id, lead)
        self.assertIn("Vielä minä", "".join(lead.message_ids.mapped("body")))

    def test_lead_of_the_agent_is_enough(self):
        chat = self._start_chat("Hei d@example.com")
        chat._convert_visitor_to_lead(self.agent.partner_id, "/lead Maljakko")
        self._pass_minutes(600, chat)
        self.assertFalse(self._find())

    def test_deleted_chat(self):
        chat = self._start_chat("Hei")
        self._pass_minutes(MINUTES, chat)
        self.chats._cron_crm_orders_find_unanswered()
        chat.unlink()
        self._run_job()
        self.assertEqual(self.source.event_ids.state, "ignored")

    def test_bot_that_finds_nobody(self):
        script = self._add_bot(
            ("text", "Hei"), ("free_input_single", "Mitä?"), ("forward_operator", "-")
        )
        chat = self._start_chat(chatbot_script_id=script.id)
        self.assertEqual(chat.livechat_bot_partner_ids, script.operator_partner_id)
        self._write(chat, "Onko sinistä?")
        self._pass_minutes(10, chat)
        # The bot serves; nobody asked for a person and nobody can be answered.
        self.assertFalse(self._find())
        chat.livechat_failure = "no_agent"
        self.assertTrue(self._find().lead_id)

    def test_bot_that_was_given_an_address(self):
        script = self._add_bot(("question_email", "Osoite?"))
        chat = self._start_chat(chatbot_script_id=script.id)
        self._write(chat, "bot@example.com")
        self._pass_minutes(10, chat)
        self.assertEqual(self._find().lead_id.email_from, "bot@example.com")

    def test_job_is_woken(self):
        cron = self.env.ref("crm_orders_livechat.ir_cron_find_unanswered")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        chat = self._start_chat("Hei")
        times = (
            self.env["ir.cron.trigger"]
            .search([("cron_id", "=", cron.id)])
            .mapped("call_at")
        )
        due = chat.message_ids[:1].date + timedelta(minutes=MINUTES)
        self.assertTrue(
            any(due <= time <= due + timedelta(minutes=1) for time in times)
        )
        self._answer(chat)
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self._write(chat, "Kiitos")
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]),
            before,
        )

    def test_a_chat_is_erased_with_its_lead(self):
        chat = self._start_chat("Minulla on salaisuus", "olen aino@example.com")
        self._pass_minutes(MINUTES + 1, chat)
        lead = self._find().lead_id
        self.assertEqual(lead.origin_channel_id, chat)
        wizard = self.env["crm_orders.erase"].create({"lead_ids": lead.ids})
        self.assertEqual(wizard.counts["chats"], 1)
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertNotIn("salaisuus", " ".join(chat.message_ids.mapped("body")))
        self.assertFalse(lead.description)
        self.assertFalse(self.source.event_ids.filtered("body"))
        again = self.env["crm_orders.erase"].create({"lead_ids": lead.ids})
        self.assertFalse(again.counts)
