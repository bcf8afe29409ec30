from urllib.parse import urlencode, urlsplit

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer
from odoo.addons.crm_orders_messenger.tests.door_case import DoorTests

from . import test_adapter

SENT = HttpAnswer(
    200,
    {},
    b'{"messages": [{"id": "wamid.OUT"}], "message_id": "m_out", "name": "Shop",'
    b' "id": "1"}',
)


class MetaDoorTests(DoorTests):
    sent = SENT

    def test_handshake(self):
        token = self.pure.values["verify_token"]
        for given, status, text in ((token, 200, "1158201444"), ("wrong", 403, None)):
            query = urlencode(
                {
                    "hub.mode": "subscribe",
                    "hub.challenge": "1158201444",
                    "hub.verify_token": given,
                }
            )
            answer = self.url_open(f"{urlsplit(self.source.hook_url).path}?{query}")
            self.assertEqual(answer.status_code, status)
            if text:
                self.assertEqual(answer.text, text)
            else:
                self.assertNotIn("1158201444", answer.text)

    def test_another_product_is_refused(self):
        answer = self._post({"body": {"object": "not_a_page", "entry": []}})
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.source.event_ids)


@tagged("post_install", "-at_install")
class TestWhatsAppDoor(MetaDoorTests, HttpCase):
    """Messages to a number come in over HTTP and answers go out."""

    kind = "whatsapp"
    pure = test_adapter.TestWhatsApp

    def test_same_person_by_number_and_by_id(self):
        """Who hides the number later on is still the same person."""
        for name in (
            "a user with a number and an id",
            "a user who hides the number",
        ):
            self._post(next(one for one in self._vectors() if one["name"] == name))
            self._run("crm_orders_inbound.ir_cron_process_events")
        self.assertEqual(len(self.source.event_ids), 2)
        self.assertEqual(len(self.source.event_ids.lead_id), 1)

    def test_state_of_an_answer_is_shown(self):
        self.test_answer_goes_out()
        outgoing = self.env["crm_orders.outgoing"].search(
            [("source_id", "=", self.source.id)]
        )
        for state, shown in (("delivered", "delivered"), ("sent", "delivered")):
            status = {
                "id": "wamid.OUT",
                "status": state,
                "timestamp": "1750263773",
                "recipient_id": "16505551234",
            }
            value = {
                "messaging_product": "whatsapp",
                "metadata": {"phone_number_id": "106540352242922"},
                "statuses": [status],
            }
            change = {"field": "messages", "value": value}
            entry = {"id": "1", "changes": [change]}
            body = {"object": "whatsapp_business_account", "entry": [entry]}
            self._post({"body": body})
            self._run("crm_orders_inbound.ir_cron_process_events")
            self.assertEqual(outgoing.state, shown)


@tagged("post_install", "-at_install")
class TestMessengerDoor(MetaDoorTests, HttpCase):
    """Messages to a page come in over HTTP and answers go out."""

    kind = "messenger"
    pure = test_adapter.TestMessenger


@tagged("post_install", "-at_install")
class TestInstagramDoor(MetaDoorTests, HttpCase):
    """Messages to an account come in over HTTP and answers go out."""

    kind = "instagram"
    pure = test_adapter.TestInstagram
