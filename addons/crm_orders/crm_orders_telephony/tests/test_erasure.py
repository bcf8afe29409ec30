from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_inbound.tools import transport
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer

from .common import CUSTOMER, OTHER, TelephonyMixin


@tagged("post_install", "-at_install")
class TestErasure(TelephonyMixin, TransactionCase):
    """That somebody called stays in the statistics; who it was does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_line()
        cls.manager = cls._new_user("phone_eraser", "crm_orders_base.group_manager")

    def _erase(self, **chosen):
        wizard = self.env["crm_orders.erase"].with_user(self.manager).create(chosen)
        counts = wizard.counts
        wizard.action_erase()
        self.env.invalidate_all()
        return counts

    def _stored(self, call):
        """All that the database holds of a call, as one text."""
        self.env.cr.execute(
            "SELECT row_to_json(c)::text FROM crm_orders_call c WHERE id = %s",
            [call.id],
        )
        return self.env.cr.fetchone()[0]

    def test_calls_of_a_customer(self):
        call = self._call("c1", end="answered", talk=60, caller_name="Aino A")
        call.note = "She is ill"
        missed = self._call("c2", at=200)
        task = missed.callback_id
        other = self._call("c3", caller=OTHER)
        line = call.message_id
        before = (call.state, call.duration, call.started, call.weekday)
        self.assertEqual(
            self._erase(partner_ids=self.customer.ids),
            {"events": 5, "calls": 2, "callbacks": 1},
        )
        for one in (call, missed):
            stored = self._stored(one)
            self.assertNotIn(CUSTOMER, stored)
            self.assertNotIn("Aino", stored)
            self.assertNotIn("She is ill", stored)
            self.assertFalse(one.partner_id or one.lead_id or one.identity_id)
            self.assertEqual(one.shown_number, "Erased")
        self.assertEqual(
            (call.state, call.duration, call.started, call.weekday), before
        )
        self.assertFalse(line.exists())
        self.assertEqual((task.state, task.partner_id.id), ("cancelled", False))
        self.assertNotIn(CUSTOMER, task.display_name)
        self.assertEqual(other.number, OTHER)
        self.assertFalse(
            self.source.event_ids.filtered(lambda one: one.call_id == call).mapped(
                "body"
            )[0]
        )
        self.assertFalse(self._erase(partner_ids=self.customer.ids))

    def test_what_is_reported_late_says_nothing_again(self):
        call = self._call("c1", end="answered")
        self._erase(partner_ids=self.customer.ids)
        self._report("c1", "", recording="abc.mp3")
        self._process()
        late = self.source.event_ids.sorted("id")[-1:]
        self.assertEqual((late.state, late.call_id), ("ignored", call))
        self.assertFalse(late.body)
        self.assertNotIn(CUSTOMER, self._stored(call))
        self.assertFalse(call.recording_ids)
        self._call("c4", at=300)
        self.assertEqual(self._get("c4").number, CUSTOMER, "a new call is a new one")

    def test_calls_that_hang_on_a_lead_only(self):
        call = self._call("c1", caller=OTHER)
        lead = call.lead_id
        loose = self._call("c2", at=100, caller=OTHER)
        loose.write({"lead_id": False, "partner_id": False})
        self.assertTrue(lead)
        counts = self._erase(lead_ids=lead.ids)
        self.assertEqual(counts["calls"], 2)
        self.assertNotIn(OTHER, self._stored(call))
        self.assertNotIn(OTHER, self._stored(loose), "only this lead has the number")
        self.assertTrue(lead.phone, "the contact details of the lead stay")

    def test_a_number_of_several_tells_nobody(self):
        self.env["res.partner"].create({"name": "Family", "phone": CUSTOMER})
        call = self._call("c1")
        call.write({"lead_id": False, "partner_id": False})
        self.assertFalse(self._erase(partner_ids=self.customer.ids))
        self.assertEqual(call.number, CUSTOMER)

    def test_recordings_go_with_their_files(self):
        call = self._call("c1", end="answered")
        self._report("c1", "", recording="abc.mp3")
        self._process()
        answer = HttpAnswer(200, {"Content-Type": "audio/mpeg"}, b"ID3 sound")
        with patch.object(transport, "send", lambda _call: answer):
            self._run("crm_orders_telephony.ir_cron_fetch")
        recording = call.recording_ids
        file = recording.attachment_id
        self.assertEqual(file.raw, b"ID3 sound")
        counts = self._erase(partner_ids=self.customer.ids)
        self.assertEqual(counts["recordings"], 1)
        self.assertFalse(recording.exists() or file.exists())
        self.assertEqual(call.recording_count, 1, "that there was one stays known")
