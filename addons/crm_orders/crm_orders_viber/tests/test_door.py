from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer
from odoo.addons.crm_orders_messenger.tests.door_case import DoorTests

from . import test_adapter


@tagged("post_install", "-at_install")
class TestViberDoor(DoorTests, HttpCase):
    """A bot's messages come in over HTTP and answers go out."""

    kind = "viber"
    pure = test_adapter.TestViber
    sent = HttpAnswer(
        200, {}, b'{"status": 0, "message_token": 5741311803571721087, "name": "Shop"}'
    )

    def test_state_of_an_answer_is_shown(self):
        self.test_answer_goes_out()
        seen = {
            "event": "seen",
            "timestamp": 1457764197627,
            "message_token": 5741311803571721087,
            "user_id": "01234567890A=",
        }
        self._post({"body": seen})
        self._run("crm_orders_inbound.ir_cron_process_events")
        outgoing = self.env["crm_orders.outgoing"].search(
            [("source_id", "=", self.source.id)]
        )
        self.assertEqual(outgoing.state, "read")
