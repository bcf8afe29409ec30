import json

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer
from odoo.addons.crm_orders_messenger.tests.door_case import DoorTests

from . import test_adapter


@tagged("post_install", "-at_install")
class TestVkDoor(DoorTests, HttpCase):
    """A community's messages come in over HTTP and answers go out."""

    kind = "vk"
    pure = test_adapter.TestVk
    sent = HttpAnswer(
        200, {}, b'{"response": [{"peer_id": 612444319, "conversation_message_id": 9}]}'
    )

    def test_confirmation(self):
        body = {"type": "confirmation", "group_id": 1}
        self.assertEqual(self._ask(body).text, "b1c2d3e4")
        self.assertEqual(self._ask({**body, "group_id": 2}).status_code, 403)
        self.assertFalse(self.source.event_ids)

    def _ask(self, body):
        headers = {"Content-Type": "application/json"}
        path = self.source.hook_url.partition("://")[2].partition("/")[2]
        return self.url_open(f"/{path}", json.dumps(body), headers=headers)

    def test_secret_key_is_not_stored(self):
        self._post(self._first_message())
        self.assertNotIn(test_adapter.SECRET, self.source.event_ids.body)

    def test_form_of_an_advert_is_a_lead(self):
        vector = next(one for one in self._vectors() if one["name"] == "form")
        self._post(vector)
        self._run("crm_orders_inbound.ir_cron_process_events")
        lead = self.source.event_ids.lead_id
        self.assertEqual(lead.contact_name, "Aino Virtanen")
        self.assertEqual(lead.phone_sanitized, "+358401234567")
