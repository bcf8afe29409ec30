import json
from urllib.parse import urlencode, urlsplit

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_telephony.tests.common import CUSTOMER, OTHER
from odoo.addons.crm_orders_telephony.tests.provider import ProviderMixin

FORM = "application/x-www-form-urlencoded"


@tagged("post_install", "-at_install")
class TestAsteriskSource(ProviderMixin, HttpCase):
    """An exchange reports by HTTP, and asks for calls to start."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_provider("asterisk", recordings_url="http://localhost/monitor")
        cls.token = cls.source._get_settings()["token"]
        cls.orders = cls.env["crm_orders.asterisk.order"]

    def _send(self, **call):
        body = {"token": self.token, "id": "1700000000.1", "caller": CUSTOMER, **call}
        return self._post(urlencode(body).encode(), {"Content-Type": FORM})

    def _ask(self, token=None, **body):
        path = urlsplit(self.source.hook_url).path.replace("/hook/", "/asterisk/")
        return self.url_open(
            f"{path}/orders",
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "X-Asterisk-Token": self.token if token is None else token,
            },
        )

    def test_a_dialplan_reports_a_missed_call(self):
        self._send(event="ringing", direction="in", callee="100", agent="101")
        self._send(event="missed", direction="in", callee="100", agent="101")
        self._process()
        call = self._get("1700000000.1")
        self.assertEqual((call.state, call.partner_id), ("missed", self.customer))
        self.assertEqual(call.rung_user_ids, self.seller)
        self.assertEqual(call.callback_id.user_id, self.seller)
        event = self.source.event_ids[:1]
        self.assertNotIn(self.token, event.body or "", "the token is not kept")

    def test_a_recording_is_fetched_from_the_exchange(self):
        self._send(event="ringing", direction="in")
        self._send(event="answered", direction="in", agent="101")
        self._send(event="ended", billsec="20", recording="2025/06/12/call-1.wav")
        self._process()
        with self._answering((200, {"Content-Type": "audio/x-wav"}, b"RIFF")):
            self._run("crm_orders_telephony.ir_cron_fetch")
        self.assertEqual(
            self.asked[0].url, "http://localhost/monitor/2025/06/12/call-1.wav"
        )
        call = self._get("1700000000.1")
        self.assertEqual((call.state, call.duration), ("answered", 20))
        self.assertEqual(call.recording_ids.state, "done")

    def test_forged_requests_leave_nothing_behind(self):
        self._assert_forged_is_refused(
            self._send(event="ringing", token="guessed"),
            self._post(b"id=1&event=ringing", {"Content-Type": FORM}),
        )

    def test_orders_are_for_the_exchange_alone(self):
        self.assertEqual(self._ask(token="guessed").status_code, 403)
        self.assertEqual(self._ask(token="").status_code, 401)
        path = "/crm_orders/v1/asterisk/no-such-source/orders"
        self.assertEqual(self.url_open(path, data=b"{}").status_code, 404)
        other = self.env["crm_orders.source"].create({"name": "Shop"})
        other.sudo().hook_token = "hook-of-a-shop"
        path = "/crm_orders/v1/asterisk/hook-of-a-shop/orders"
        self.assertEqual(self.url_open(path, data=b"{}").status_code, 404)
        self.assertFalse(self.source.asterisk_seen_date)

    def test_a_click_calls_when_the_service_is_there(self):
        calls = self.calls.with_user(self.seller)
        self.assertEqual(calls.dial(OTHER), {"tel": f"tel:{OTHER}"})
        self._ask(status="no connection: refused")
        self.assertEqual(calls.dial(OTHER), {"tel": f"tel:{OTHER}"})
        self._ask(status="listening")
        self.assertIn("101", calls.dial(OTHER)["message"])
        first, second = self._ask(status="listening"), self._ask(status="listening")
        order = self.orders.search([("source_id", "=", self.source.id)])
        self.assertEqual(
            first.json(),
            {"orders": [{"id": order.id, "agent": "101", "number": OTHER}]},
        )
        self.assertEqual(second.json(), {"orders": []})
        self.assertEqual((order.state, order.user_id), ("taken", self.seller))
        self._ask(status="listening", results=[{"id": order.id, "error": "No line."}])
        self.assertEqual((order.state, order.error), ("failed", "No line."))

    def test_a_late_order_is_not_carried_out(self):
        order = self.orders.create(
            {
                "source_id": self.source.id,
                "user_id": self.seller.id,
                "agent": "101",
                "number": OTHER,
            }
        )
        self.env.cr.execute(
            "UPDATE crm_orders_asterisk_order SET create_date = %s WHERE id = %s",
            [fields.Datetime.subtract(fields.Datetime.now(), seconds=60), order.id],
        )
        self.assertEqual(self._ask(status="listening").json(), {"orders": []})
        self.env.invalidate_all()
        self.assertEqual(order.state, "expired")

    def test_results_of_any_shape(self):
        for body in (
            {"results": "x"},
            {"results": [1, {"id": "7", "error": "x"}, {"id": 2**70, "error": "x"}]},
            {"results": [{"id": -1, "error": "x"}, {"id": True, "error": None}]},
            {"results": [{"id": True, "error": "x"}, {"id": 7, "error": "\ud800\0"}]},
            {"status": {"a": 1}},
            {"status": "\ud800\0"},
        ):
            self.assertEqual(self._ask(**body).status_code, 200, body)
        path = urlsplit(self.source.hook_url).path.replace("/hook/", "/asterisk/")
        for raw in (b"[]", b"{", b"\xff"):
            answer = self.url_open(
                f"{path}/orders", data=raw, headers={"X-Asterisk-Token": self.token}
            )
            self.assertEqual(answer.status_code, 400)

    def test_the_queue_is_nobodys_to_write_on(self):
        manager = self._new_user("phone_manager", "crm_orders_base.group_manager")
        vals = {
            "source_id": self.source.id,
            "user_id": manager.id,
            "agent": "101",
            "number": OTHER,
        }
        for user in (self.seller, manager):
            with self.assertRaises(AccessError):
                self.orders.with_user(user).create(vals)
        with self.assertRaises(AccessError):
            self.orders.with_user(self.seller).search([])
        self.orders.create(vals)
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "phone_stranger",
                "group_ids": [
                    (6, 0, self.env.ref("crm_orders_base.group_manager").ids)
                ],
            }
        )
        found = self.orders.with_user(stranger).search([])
        self.assertNotIn(self.source, found.source_id)

    def test_self_test(self):
        self._ask(status="listening")
        self.source.action_self_test()
        self.assertTrue(self.source.test_passed, self.source.test_report)
        self._ask(status="refused: Authentication failed")
        self.source.action_self_test()
        self.assertFalse(self.source.test_passed)
        self.assertIn("Authentication failed", self.source.test_report)

    def test_numbers_that_were_dialled_are_erased_with_their_customer(self):
        vals = {"source_id": self.source.id, "user_id": self.seller.id, "agent": "101"}
        theirs, other = self.orders.create(
            [{**vals, "number": CUSTOMER}, {**vals, "number": OTHER}]
        )
        manager = self._new_user("asterisk_eraser", "crm_orders_base.group_manager")
        wizard = self.env["crm_orders.erase"].with_user(manager)
        wizard = wizard.create({"partner_ids": self.customer.ids})
        self.assertEqual(wizard.counts, {"dialled": 1})
        wizard.action_erase()
        self.assertFalse(theirs.exists())
        self.assertTrue(other.exists())
