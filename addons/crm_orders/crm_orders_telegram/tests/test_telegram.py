import json
from contextlib import nullcontext
from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.crm_orders_inbound.tools import transport
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer

# The first sample of "Testing your bot with updates", core.telegram.org/bots/webhooks.
UPDATE = {
    "update_id": 10000,
    "message": {
        "date": 1441645532,
        "chat": {
            "last_name": "Test Lastname",
            "id": 1111111,
            "type": "private",
            "first_name": "Test Firstname",
            "username": "Testusername",
        },
        "message_id": 1365,
        "from": {
            "last_name": "Test Lastname",
            "id": 1111111,
            "first_name": "Test Firstname",
            "username": "Testusername",
        },
        "text": "/start",
    },
}


@tagged("post_install", "-at_install")
class TestTelegram(HttpCase):
    """A bot's messages come in over HTTP and answers go out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.env["crm_orders.source"].create(
            {"name": "Our bot", "kind": "telegram"}
        )
        cls.settings = cls.source.setting_ids.grouped("name")
        cls.settings["bot_token"].entry = "123456:test-token-of-the-bot"
        cls.secret = cls.source._get_settings()["webhook_secret"]
        cls.seller = new_test_user(
            cls.env, "telegram_seller", groups="crm_orders_base.group_user"
        )

    def _post(self, update, secret=None):
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        return self.url_open(
            self.source.hook_url.partition("://")[2].partition("/")[2].join(["/", ""]),
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-Telegram-Bot-Api-Secret-Token": secret or self.secret,
            },
        )

    def _run(self, xml_id):
        with (
            nullcontext() if self._registry_patched else self.enter_registry_test_mode()
        ):
            self.env.ref(xml_id).method_direct_trigger()
        self.env.invalidate_all()

    def _process(self):
        self._run("crm_orders_inbound.ir_cron_process_events")

    def _update(self, number, text, **message):
        return {
            "update_id": 10000 + number,
            "message": {
                **UPDATE["message"],
                "message_id": 1365 + number,
                "text": text,
                **message,
            },
        }

    def test_message_becomes_a_lead_and_the_answer_goes_back(self):
        self.assertEqual(self._post(UPDATE).status_code, 200)
        self.assertEqual(self._post(UPDATE).status_code, 200)
        self._post(self._update(1, "Onko sinistä tuolia?"))
        self._process()
        events = self.source.event_ids
        self.assertEqual(len(events), 2, events.mapped("external_id"))
        self.assertEqual(set(events.mapped("state")), {"done"}, events.mapped("error"))
        lead = events.lead_id
        self.assertEqual(len(lead), 1)
        self.assertEqual(lead.contact_name, "Test Firstname Test Lastname")
        self.assertFalse(lead.activity_ids, "nothing about it is unreadable")
        identity = lead.crm_orders_identity_ids.filtered(
            lambda one: one.kind == "telegram"
        )
        self.assertEqual(identity.value, "1111111")
        customer_messages = lead.message_ids.filtered(
            lambda m: m.message_type == "comment"
        )
        self.assertIn("sinistä tuolia", customer_messages[0].body)
        self.assertEqual(
            customer_messages[0].author_guest_id.name, "Test Firstname Test Lastname"
        )
        self.assertEqual(lead.crm_orders_conversation_id.thread, "1111111")

        lead.user_id = self.seller
        sent = []

        def answer(call):
            sent.append(call)
            return HttpAnswer(
                200,
                {},
                b'{"ok":true,"result":{"message_id":1400,"chat":{"id":1111111}}}',
            )

        lead.with_user(self.seller).message_post(
            body="On, 49 €", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        lead.with_user(self.seller).message_post(
            body="Only for us", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        with patch.object(transport, "send", answer):
            self._run("crm_orders_messenger.ir_cron_send")
            self._run("crm_orders_messenger.ir_cron_send")
        self.assertEqual(len(sent), 1)
        self.assertIn("/sendMessage", sent[0].url)
        outgoing = lead.crm_orders_conversation_id.outgoing_ids
        self.assertEqual(outgoing.state, "sent", outgoing.error)
        notification = outgoing.message_id.notification_ids.filtered(
            lambda one: one.notification_type == "crm_orders"
        )
        self.assertEqual(notification.notification_status, "pending")

    def test_forged_requests_leave_nothing_behind(self):
        self.assertIn(self._post(UPDATE, secret="wrong").status_code, (401, 403))
        self.assertFalse(self.source.event_ids)
        self.assertTrue(self.source.refused_reason)
        self.assertEqual(self.source.health, "refusing")

    def test_garbage_that_is_verified_waits_for_people(self):
        self.assertEqual(self._post(b"{\xff").status_code, 200)
        self.assertEqual(self._post(b"{\xff").status_code, 200)
        self._process()
        event = self.source.event_ids
        self.assertEqual(len(event), 1)
        self.assertEqual(event.state, "failed")
        self.assertEqual(event.body_format, "base64")

    def test_secret_before_is_still_accepted_after_a_change(self):
        self.settings["webhook_secret"].entry = "another secret of this bot"
        self._post(UPDATE)
        self._post(self._update(2, "moi"), secret="another secret of this bot")
        self.assertEqual(len(self.source.event_ids), 2)

    def test_self_test_needs_no_network_for_the_way_in(self):
        with patch.object(
            transport,
            "send",
            lambda call: HttpAnswer(
                200, {}, b'{"ok":true,"result":{"id":1,"username":"shopbot"}}'
            ),
        ):
            self.source.action_self_test()
        self.assertTrue(self.source.test_passed, self.source.test_report)
        self.assertIn("shopbot", self.source.test_report)
        self.assertFalse(self.source.event_ids)
