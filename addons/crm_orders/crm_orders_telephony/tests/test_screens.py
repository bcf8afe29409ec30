from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_inbound.tools import transport
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer

from .common import CUSTOMER, OWN, TelephonyMixin


@tagged("post_install", "-at_install")
class TestScreens(TelephonyMixin, HttpCase):
    """From the missed call to the call back, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_line()

    def _call_back(self):
        self._call("t1", -1500)
        task = self._call("t2", -600).callback_id
        self.assertEqual(task.missed_count, 2)
        with patch.object(
            transport, "send", lambda call: HttpAnswer(200, {}, b'{"id": "back-1"}')
        ):
            self.start_tour(
                "/odoo/call-back",
                "crm_orders_telephony_call_back",
                login="phone_seller",
            )
        self.assertEqual(task.user_id, self.seller)
        self.assertEqual(task.state, "open", "nobody has spoken yet")
        said = {"direction": "out", "caller": OWN, "callee": CUSTOMER, "agent": "101"}
        self._report("back-1", "answered", 1, **said)
        self._report("back-1", "ended", 90, **said)
        self._process()
        self.assertEqual(task.state, "done")
        self.start_tour(
            "/odoo/call-back", "crm_orders_telephony_called_back", login="phone_seller"
        )

    def test_seller_calls_back(self):
        self._call_back()

    def test_seller_calls_back_with_the_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        self._call_back()
