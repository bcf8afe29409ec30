import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_inbound.tools import transport
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer, SendError

from .common import OTHER, TelephonyMixin


@tagged("post_install", "-at_install")
class TestProvider(TelephonyMixin, HttpCase):
    """What is asked of the provider: calls and recordings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_line()
        cls.listener = cls._new_user(
            "phone_listener",
            "crm_orders_base.group_user,crm_orders_telephony.group_recordings",
        )

    def _answering(self, *answers):
        """Let the provider give these answers, one after the other."""
        self.asked = []
        waiting = list(answers)

        def answer(call):
            self.asked.append(call)
            given = waiting.pop(0)
            if isinstance(given, Exception):
                raise given
            return given

        return patch.object(transport, "send", answer)

    # --- calls ---

    def test_a_click_rings_the_own_telephone_and_is_logged(self):
        with self._answering(HttpAnswer(200, {}, b'{"id": "out-1"}')):
            said = self.calls.with_user(self.seller).dial("050 111 2233")
        self.assertIn("101", said["message"])
        self.assertEqual(self.asked[0].json, OTHER)
        call = self._get("out-1")
        self.assertEqual((call.direction, call.state), ("out", "ringing"))
        self.assertEqual((call.number, call.user_id), (OTHER, self.seller))
        self._report("out-1", "answered", direction="out", callee=OTHER, agent="101")
        self._report("out-1", "ended", 30, direction="out", callee=OTHER, agent="101")
        self._process()
        self.assertEqual(call.state, "answered")
        self.assertEqual(self.calls.search_count([("external_id", "=", "out-1")]), 1)

    def test_providers_words_reach_the_seller(self):
        with (
            self._answering(SendError("No money left.", final=True)),
            self.assertRaisesRegex(UserError, "No money left"),
        ):
            self.calls.with_user(self.seller).dial(OTHER)

    def test_expensive_numbers_are_not_called(self):
        with self._answering(), self.assertRaises(ValidationError):
            self.calls.with_user(self.seller).dial("0700 12345")
        self.assertFalse(self.asked)

    # --- recordings ---

    def _recorded(self, external_id="r1", **more):
        call = self._call(external_id, -600, end="answered", caller=OTHER, **more)
        self._report(external_id, "", recording="abc.mp3", caller=OTHER)
        self._process()
        return call

    def _fetch(self, *answers):
        with self._answering(*answers):
            self._run("crm_orders_telephony.ir_cron_fetch")

    def test_recording_is_fetched_later_and_kept_from_others(self):
        call = self._recorded()
        self._recorded()
        recording = call.recording_ids
        self.assertEqual((len(recording), recording.state), (1, "waiting"))
        self._fetch(SendError("Not yet."))
        self.assertEqual((recording.state, recording.attempts), ("waiting", 1))
        self.assertEqual(recording.error, "Not yet.")
        self.assertGreater(recording.next_attempt, recording.create_date)
        recording.next_attempt = fields.Datetime.now()
        self._fetch(HttpAnswer(200, {"Content-Type": "audio/mpeg"}, b"ID3 sound"))
        self.assertEqual(recording.state, "done")
        attachment = recording.attachment_id
        self.assertEqual(attachment.raw, b"ID3 sound")
        self.assertEqual(attachment.mimetype, "audio/mpeg")
        manager = self._new_user("phone_manager", "crm_orders_base.group_manager")
        for user in (self.seller, manager):
            with self.assertRaises(AccessError):
                recording.with_user(user).read(["state"])
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["raw"])
            with self.assertRaises(AccessError):
                call.with_user(user).read(["recording_ids"])
            self.assertEqual(call.with_user(user).recording_count, 1)
        self.assertEqual(attachment.with_user(self.listener).raw, b"ID3 sound")
        for login, status in (
            ("phone_listener", 200),
            ("phone_seller", 404),
            ("phone_manager", 404),
        ):
            self.authenticate(login, login)
            response = self.url_open(f"/web/content/{attachment.id}")
            self.assertEqual(response.status_code, status, login)

    def test_listeners_hear_only_calls_that_they_see(self):
        self.customer.user_id = self.colleague
        call = self._call("v1", -600, end="answered")
        self._report("v1", "", recording="abc.mp3")
        self._process()
        self._fetch(HttpAnswer(200, {"Content-Type": "audio/mpeg"}, b"x"))
        attachment = call.recording_ids.attachment_id
        with self.assertRaises(AccessError):
            attachment.with_user(self.listener).read(["raw"])

    def test_a_page_is_no_recording(self):
        call = self._recorded("h1")
        self._fetch(
            HttpAnswer(200, {"Content-Type": "text/html"}, b"<script>1</script>")
        )
        self.assertEqual(call.recording_ids.attachment_id.mimetype, "audio/wav")

    def test_what_cannot_be_fetched_says_why_and_can_be_tried_again(self):
        call = self._recorded("f1")
        self._fetch(HttpAnswer(404, {}, b""))
        recording = call.recording_ids
        self.assertEqual(recording.state, "failed")
        self.assertIn("not there", recording.error)
        with self.assertRaises(AccessError):
            recording.with_user(self.seller).action_fetch_again()
        recording.with_user(self.listener).action_fetch_again()
        self._fetch(HttpAnswer(200, {"Content-Type": "audio/wav"}, b"x"))
        self.assertEqual(recording.state, "done")

    def test_recordings_are_erased_when_their_days_are_over(self):
        call = self._recorded("e1")
        self._fetch(HttpAnswer(200, {"Content-Type": "audio/wav"}, b"x"))
        recording, model = call.recording_ids, self.env["crm_orders.recording"]
        model._gc_recordings()
        self.assertEqual(recording.state, "done")
        call.started = fields.Datetime.subtract(call.started, days=91)
        self.source.recording_days = 0
        model._gc_recordings()
        self.assertEqual(recording.state, "done", "0 keeps them")
        self.source.recording_days = 90
        attachment = recording.attachment_id
        model._gc_recordings()
        self.assertEqual(recording.state, "erased")
        self.assertFalse(attachment.exists())
        # The provider tells of it once more.
        self._report("e1", "", recording="abc.mp3", caller=OTHER)
        self._process()
        self.assertEqual(call.recording_ids.state, "erased")

    # --- the browser ---

    def test_session_says_whether_a_click_can_call(self):
        for login, expected in (("phone_seller", True), ("phone_leader", None)):
            self.authenticate(login, login)
            answer = self.url_open(
                "/web/session/get_session_info",
                data=json.dumps({"params": {}}),
                headers={"Content-Type": "application/json"},
            )
            info = answer.json()["result"]
            self.assertEqual(info.get("crm_orders_click_to_call"), expected, login)
