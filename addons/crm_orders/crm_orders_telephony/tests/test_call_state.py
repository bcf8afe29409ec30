import json

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tools.channel import Call

from ..tools import call_state

TIMES = st.none() | st.integers(1_700_000_000, 1_700_000_090)
NUMBERS = st.sampled_from(["", "+358401234567", "+358912345678", "100", "anonymous"])
EVENTS = st.builds(
    Call,
    external_id=st.just("1"),
    direction=st.sampled_from(["", "in", "out", "sideways"]),
    state=st.sampled_from(["", *call_state.STATES, "nonsense"]),
    caller=NUMBERS,
    callee=NUMBERS,
    agent=st.sampled_from(["", "100", "101", "+358505556677"]),
    caller_name=st.sampled_from(["", "Aino", "Veikko\n\x00"]),
    started=TIMES,
    answered=TIMES,
    ended=TIMES,
    duration=st.none() | st.integers(-5, 10**9),
    recording=st.sampled_from(["", "r1", "r2"]),
    occurred=st.integers(1_700_000_000, 1_700_000_090),
)
NOW = 1_700_000_100


def put_together(events):
    facts = {}
    for event in events:
        said = call_state.facts_of(event, NOW)
        # They are stored in between.
        facts = json.loads(json.dumps(call_state.merge(facts, said)))
    return call_state.call_of(facts)


def told(*events):
    """Events of one incoming call, from `(seconds, state, more)`."""
    return [
        Call(
            "1",
            "in",
            state,
            caller="+358401234567",
            callee="+358912345678",
            occurred=1_700_000_000 + at,
            **more,
        )
        for at, state, more in events
    ]


@tagged("post_install", "-at_install")
class TestCallState(BaseCase):
    """Any order and any doubles of the same events give the same call."""

    @settings(max_examples=400, deadline=None)
    @given(st.data(), st.lists(EVENTS, min_size=1, max_size=8))
    def test_order_and_doubles_change_nothing(self, data, events):
        call = put_together(events)
        shuffled = data.draw(st.permutations(events + events[: len(events) // 2]))
        self.assertEqual(put_together(shuffled), call)

    @settings(max_examples=200, deadline=None)
    @given(st.lists(EVENTS, min_size=1, max_size=8))
    def test_what_comes_out_makes_sense(self, events):
        call = put_together(events)
        self.assertIn(call["direction"], ("in", "out"))
        self.assertGreaterEqual(call["waiting"], 0)
        self.assertGreaterEqual(call["duration"], 0)
        if call["is_over"]:
            self.assertGreaterEqual(call["ended"], call["started"])
        if call["answered"] is not None:
            self.assertGreaterEqual(call["answered"], call["started"])
        self.assertNotIn("\n", call["caller_name"])

    def test_answered_call(self):
        events = told(
            (0, "ringing", {}),
            (8, "answered", {"agent": "101"}),
            (68, "ended", {}),
            (90, "", {"recording": "r1"}),
        )
        call = put_together(events)
        self.assertEqual(call["state"], "answered")
        self.assertEqual((call["waiting"], call["duration"]), (8, 60))
        self.assertEqual(call["agent"], "101")
        self.assertEqual(call["recordings"], ["r1"])
        self.assertEqual(put_together(reversed(events)), call)
        self.assertEqual(put_together(events[:1])["state"], "ringing")
        self.assertEqual(put_together(events[:2])["state"], "ongoing")

    def test_one_telephone_of_several_answers(self):
        call = put_together(
            told(
                (0, "ringing", {"agent": "100"}),
                (0, "ringing", {"agent": "101"}),
                (9, "missed", {"agent": "100"}),
                (9, "answered", {"agent": "101"}),
                (19, "ended", {}),
            )
        )
        self.assertEqual((call["state"], call["agent"]), ("answered", "101"))
        self.assertEqual(call["rung"], ["100", "101"])

    def test_a_message_left_is_no_conversation(self):
        call = put_together(
            told(
                (0, "ringing", {}),
                (20, "missed", {}),
                (45, "missed", {"recording": "r1"}),
                (46, "ended", {"duration": 46}),
            )
        )
        self.assertEqual(call["state"], "voicemail")
        self.assertEqual(call["duration"], 0)

    def test_only_the_end_was_reported(self):
        self.assertEqual(
            put_together(told((60, "ended", {"duration": 40})))["state"], "answered"
        )
        self.assertEqual(put_together(told((60, "ended", {})))["state"], "missed")
        self.assertEqual(put_together(told((60, "busy", {})))["state"], "busy")

    def test_who_was_called_is_known_best_to_who_asked_for_it(self):
        wanted = Call("1", "out", "ringing", callee="+358501112233", agent="101")
        facts = call_state.ordered(wanted, NOW)
        # The way to our own telephone is reported with an earlier time.
        leg = Call("1", "in", "answered", callee="+358505556677", occurred=NOW - 9)
        call = call_state.call_of(
            call_state.merge(facts, call_state.facts_of(leg, NOW))
        )
        self.assertEqual((call["direction"], call["callee"]), ("out", "+358501112233"))
        self.assertEqual(call["agent"], "101")

    def test_an_abandoned_call_is_closed_and_may_still_be_answered(self):
        facts = call_state.facts_of(told((0, "ringing", {}))[0], NOW)
        facts = call_state.merge(facts, call_state.abandoned(NOW))
        self.assertEqual(call_state.call_of(facts)["state"], "missed")
        late = call_state.facts_of(told((9, "answered", {}))[0], NOW)
        self.assertEqual(
            call_state.call_of(call_state.merge(facts, late))["state"], "answered"
        )
