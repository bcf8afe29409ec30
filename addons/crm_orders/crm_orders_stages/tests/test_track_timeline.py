from odoo.tests import BaseCase, tagged

from ..tools import track_timeline

WAY = [
    {"id": 1, "name": "Received", "kind": "new", "public": True},
    {"id": 2, "name": "Check", "kind": "in_work", "public": False},
    {"id": 3, "name": "In work", "kind": "in_work", "public": True},
    {"id": 4, "name": "Ready", "kind": "ready", "public": True},
    {"id": 5, "name": "Handed over", "kind": "handed_over", "public": True},
    {"id": 6, "name": "Cancelled", "kind": "cancelled", "public": True},
]


@tagged("post_install", "-at_install")
class TestTrackTimeline(BaseCase):
    """What customers are shown, without a database."""

    def _states(self, *visits):
        timeline = track_timeline.build(WAY, list(visits))
        return [step["state"] for step in timeline["steps"]]

    def test_way_is_shown_before_it_begins(self):
        self.assertEqual(self._states(), ["upcoming"] * 4)

    def test_steps_before_the_present_one_are_done(self):
        self.assertEqual(
            self._states((1, "mon"), (3, "tue")),
            ["done", "current", "upcoming", "upcoming"],
        )

    def test_skipped_steps_count_as_done_but_have_no_date(self):
        timeline = track_timeline.build(WAY, [(1, "mon"), (4, "wed")])
        self.assertEqual(
            timeline["steps"],
            [
                {"name": "Received", "state": "done", "date": "mon"},
                {"name": "In work", "state": "done", "date": None},
                {"name": "Ready", "state": "current", "date": "wed"},
                {"name": "Handed over", "state": "upcoming", "date": None},
            ],
        )

    def test_hidden_stage_leaves_the_order_where_it_was(self):
        self.assertEqual(
            self._states((1, "mon"), (2, "tue")),
            ["current", "upcoming", "upcoming", "upcoming"],
        )
        names = [step["name"] for step in track_timeline.build(WAY, [])["steps"]]
        self.assertNotIn("Check", names)

    def test_way_back_is_shown_as_it_is(self):
        timeline = track_timeline.build(WAY, [(1, "mon"), (4, "tue"), (3, "wed")])
        states = [step["state"] for step in timeline["steps"]]
        self.assertEqual(states, ["done", "current", "upcoming", "upcoming"])
        self.assertEqual(timeline["steps"][1]["date"], "wed")
        self.assertIsNone(timeline["steps"][2]["date"], "it is not ready any more")

    def test_way_ends_when_the_order_is_handed_over(self):
        timeline = track_timeline.build(WAY, [(1, "mon"), (5, "tue")])
        self.assertTrue(timeline["complete"])
        self.assertEqual([s["state"] for s in timeline["steps"]], ["done"] * 4)

    def test_cancelled_order_is_told_to_be_so(self):
        timeline = track_timeline.build(WAY, [(1, "mon"), (6, "tue")])
        self.assertTrue(timeline["cancelled"])
        self.assertFalse(timeline["complete"])
        self.assertNotIn("Cancelled", [step["name"] for step in timeline["steps"]])

    def test_order_taken_up_again_is_not_cancelled(self):
        timeline = track_timeline.build(WAY, [(1, "mon"), (6, "tue"), (1, "wed")])
        self.assertFalse(timeline["cancelled"])

    def test_archived_stages_of_the_past_are_left_out(self):
        self.assertEqual(
            self._states((99, "mon"), (1, "tue")),
            ["current", "upcoming", "upcoming", "upcoming"],
        )
