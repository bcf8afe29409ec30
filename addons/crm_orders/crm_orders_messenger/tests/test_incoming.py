from datetime import datetime

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_inbound.models.crm_orders_download import MAX_ATTEMPTS

from .common import MessengerMixin


@tagged("post_install", "-at_install")
class TestIncoming(MessengerMixin, TransactionCase):
    """What customers write is on their lead, in order, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_messenger()

    def _texts(self, lead):
        messages = lead.message_ids.filtered(lambda m: m.message_type == "comment")
        return [str(body) for body in messages.sorted("id").mapped("body")]

    def test_messages_of_one_person_are_on_one_lead_in_their_order(self):
        events = self._receive(
            {"id": "2", "text": "Onko tuolia?", "at": 1700000002},
            {"id": "1", "text": "Hei", "at": 1700000001},
        )
        self.assertEqual(set(events.mapped("state")), {"done"}, events.mapped("error"))
        lead = events.lead_id
        self.assertEqual(len(lead), 1)
        self.assertEqual(self._texts(lead), ["<p>Hei</p>", "<p>Onko tuolia?</p>"])
        self._receive({"id": "1", "text": "Hei"}, {"id": "3", "text": "Vielä"})
        self.assertEqual(len(self._texts(lead)), 3)
        conversation = lead.crm_orders_conversation_id
        self.assertEqual((conversation.thread, conversation.person), ("4711", "Aino"))
        self.assertEqual(conversation.identity_id.value, "4711")

    def test_number_that_is_shared_later_is_on_the_lead(self):
        lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        self.assertFalse(lead.phone)
        later = self._receive({"id": "2", "phone": "+358401239876"})
        self.assertEqual(later.lead_id, lead)
        self.assertEqual(lead.phone_sanitized, "+358401239876")
        self._receive({"id": "3", "phone": "+358405550199"})
        self.assertEqual(lead.phone_sanitized, "+358401239876")

    def test_answer_is_no_mail_to_the_shop_itself(self):
        self.source.company_id.email = "info@shop.example.com"
        lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        suggested = lead._message_get_suggested_recipients(reply_discussion=True)
        self.assertNotIn("info@shop.example.com", [one["email"] for one in suggested])

    def test_conversation_is_enough_to_go_on_with(self):
        events = self._receive(
            {"id": "1", "text": "Hei", "strange": True},
            {"id": "2", "text": "Onko tuolia?", "strange": True},
        )
        self.assertEqual(len(events.lead_id), 1)
        later = self._receive({"id": "3", "text": "Vielä", "strange": True})
        self.assertEqual(later.lead_id, events.lead_id)
        self.assertFalse(later.lead_id.crm_orders_identity_ids)

    def test_message_after_the_end_of_a_lead_begins_another(self):
        lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        lead.action_set_lost()
        again = self._receive({"id": "2", "text": "Hei taas"}).lead_id
        self.assertNotEqual(again, lead)
        self.assertEqual(again.crm_orders_conversation_id.lead_id, again)
        self.assertFalse(lead.crm_orders_conversation_ids)

    def test_text_is_never_markup(self):
        lead = self._receive(
            {"id": "1", "text": "<b>=1+1</b>", "name": "<script>x</script>"}
        ).lead_id
        self.assertIn("&lt;b&gt;=1+1&lt;/b&gt;", self._texts(lead)[0])
        self.assertEqual(lead.contact_name, "<script>x</script>")
        self.assertNotIn("<script>", lead.message_ids[0].body)

    def test_changed_message_is_shown_as_such(self):
        lead = self._receive({"id": "1", "text": "Kaksi"}).lead_id
        self._receive({"id": "1:edit", "text": "Kolme", "edited": True})
        self.assertIn("Kolme", self._texts(lead)[1])
        self.assertIn("changed", self._texts(lead)[1])

    def test_new_contact_is_a_lead_without_a_word(self):
        event = self._receive({"id": "1", "how": "joined"})
        self.assertEqual(event.state, "done", event.error)
        self.assertIn("joined", event.lead_id.description)
        later = self._receive({"id": "2", "text": "Hei"})
        self.assertEqual(later.lead_id, event.lead_id)

    def test_files_are_fetched_afterwards(self):
        event = self._receive({"id": "1", "text": "Kuva", "files": ["a", "b"]})
        self.assertFalse(event.message_id.attachment_ids)
        self._run("crm_orders_messenger.ir_cron_fetch")
        files = event.message_id.attachment_ids
        self.assertEqual(sorted(files.mapped("name")), ["a.txt", "b.txt"])
        self.assertEqual(files[0].raw, b"the file")
        self.assertEqual(files.mapped("res_id"), [event.lead_id.id] * 2)

    def test_pages_of_strangers_are_text(self):
        event = self._receive({"id": "1", "text": "Kuva", "files": ["a", "b", "c"]})
        waiting = self.env["crm_orders.attachment"].search(
            [("message_id", "=", event.message_id.id)]
        )
        kinds = ("text/html", "image/svg+xml", "image/png")
        for one, mimetype in zip(waiting, kinds, strict=True):
            one.mimetype = mimetype
        self._run("crm_orders_messenger.ir_cron_fetch")
        files = event.message_id.attachment_ids.sorted("id")
        self.assertEqual(
            files.mapped("mimetype"), ["text/plain", "text/plain", "image/png"]
        )

    def test_file_that_is_gone_is_told_of(self):
        event = self._receive({"id": "1", "text": "Kuva", "files": ["a"]})
        self.provider.answers = [404]
        self._run("crm_orders_messenger.ir_cron_fetch")
        waiting = self.env["crm_orders.attachment"].search(
            [("message_id", "=", event.message_id.id)]
        )
        self.assertEqual(waiting.state, "failed")
        self.assertIn("a.txt", event.lead_id.message_ids[0].body)

    def test_file_is_tried_again(self):
        event = self._receive({"id": "1", "text": "Kuva", "files": ["a"]})
        self.provider.answers = [500]
        self._run("crm_orders_messenger.ir_cron_fetch")
        waiting = self.env["crm_orders.attachment"].search(
            [("message_id", "=", event.message_id.id)]
        )
        self.assertEqual((waiting.state, waiting.attempts), ("waiting", 1))
        self.assertGreater(waiting.next_attempt, waiting.create_date)
        self.assertTrue(waiting.error)
        waiting.next_attempt = datetime(2020, 1, 1)
        self._run("crm_orders_messenger.ir_cron_fetch")
        self.assertEqual(waiting.state, "done")

    def test_file_that_never_comes_is_given_up(self):
        event = self._receive({"id": "1", "text": "Kuva", "files": ["a"]})
        waiting = self.env["crm_orders.attachment"].search(
            [("message_id", "=", event.message_id.id)]
        )
        for _attempt in range(MAX_ATTEMPTS):
            self.assertEqual(waiting.state, "waiting")
            self.provider.answers = [500]
            waiting.next_attempt = datetime(2020, 1, 1)
            self._run("crm_orders_messenger.ir_cron_fetch")
        self.assertEqual((waiting.state, waiting.attempts), ("failed", MAX_ATTEMPTS))

    def test_file_of_a_killed_process_is_met_when_it_is_due(self):
        self._receive({"id": "1", "text": "Kuva", "files": ["a"]})
        cron = self.env.ref("crm_orders_messenger.ir_cron_fetch")
        triggers = self.env["ir.cron.trigger"]
        (waiting,) = self.env["crm_orders.attachment"]._claim()
        # The process is gone here, and with it whoever would have woken the job.
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self._run("crm_orders_messenger.ir_cron_fetch")
        self.assertEqual((waiting.state, waiting.attempts), ("waiting", 1))
        due = triggers.search([("cron_id", "=", cron.id)]).mapped("call_at")
        self.assertEqual(len(due), 1)
        self.assertGreaterEqual(due[0], waiting.next_attempt)

    def test_states_of_strange_messages_are_ignored_after_a_while(self):
        event = self._receive({"id": "1", "status": "read", "ids": ["none of ours"]})
        self.assertEqual(event.state, "new", "ours may not be noted yet")
        for _attempt in range(5):
            event.next_attempt = datetime(2020, 1, 1)
            self._run("crm_orders_inbound.ir_cron_process_events")
        self.assertEqual(event.state, "ignored")
        self.assertTrue(event.reason)

    def test_known_customer_is_the_author(self):
        lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        customer = self.env["res.partner"].create({"name": "Aino Lähde"})
        lead.partner_id = customer
        event = self._receive({"id": "2", "text": "Tilaan sen"})
        self.assertEqual(event.message_id.author_id, customer)
        self.assertEqual(lead.crm_orders_conversation_id.partner_id, customer)

    def test_merged_leads_keep_the_conversation(self):
        lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        kept = self.env["crm.lead"].create({"name": "Kept", "type": lead.type})
        (kept | lead)._merge_opportunity(auto_unlink=True)
        kept = (kept | lead).exists()
        self.assertEqual(kept.crm_orders_conversation_ids.thread, "4711")
        event = self._receive({"id": "2", "text": "Vielä"})
        self.assertEqual(event.lead_id, kept)
        self._answer(kept, "Kiitos", user=self.manager)
        self._send()
        self.assertEqual(self.provider.calls[-1].json["to"], "4711")
