from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import schedule, sla

DAY = datetime(2026, 3, 2)


def at(hour, minute=0, day=0):
    return DAY + timedelta(days=day, hours=hour, minutes=minute)


WEEK = [(at(9, day=day), at(17, day=day)) for day in range(5)]
MOMENTS = st.integers(0, 5 * 24 * 60).map(
    lambda minute: DAY + timedelta(minutes=minute)
)


@tagged("post_install", "-at_install")
class TestSchedule(BaseCase):
    """Working time and clocks, without a database."""

    def test_time_runs_only_while_the_shop_is_open(self):
        for start, minutes, end in (
            (at(10), 60, at(11)),
            (at(16, 30), 60, at(9, 30, day=1)),
            (at(7), 60, at(10)),
            (at(20), 8 * 60, at(17, day=1)),
            (at(9), 8 * 60, at(17)),
            (at(9), 8 * 60 + 1, at(9, 1, day=1)),
        ):
            with self.subTest(start=start, minutes=minutes):
                self.assertEqual(schedule.plan(WEEK, start, minutes), end)

    def test_hours_that_end_before_say_so(self):
        self.assertIsNone(schedule.plan(WEEK, at(9), 5 * 8 * 60 + 1))
        self.assertIsNone(schedule.plan([], at(9), 1))

    def test_no_hours_mean_day_and_night(self):
        self.assertEqual(schedule.plan(None, at(23), 120), at(1, day=1))
        self.assertEqual(schedule.elapsed(None, at(23), at(1, day=1)), 120)

    @settings(max_examples=300, deadline=None)
    @given(MOMENTS, st.integers(1, 1000))
    def test_what_is_planned_has_elapsed_by_then(self, start, minutes):
        end = schedule.plan(WEEK, start, minutes)
        if end:
            self.assertAlmostEqual(schedule.elapsed(WEEK, start, end), minutes)
            before = schedule.elapsed(WEEK, start, end - timedelta(minutes=1))
            self.assertLess(before, minutes)

    @settings(max_examples=200, deadline=None)
    @given(MOMENTS, MOMENTS, MOMENTS)
    def test_time_adds_up(self, one, two, three):
        first, middle, last = sorted((one, two, three))
        self.assertAlmostEqual(
            schedule.elapsed(WEEK, first, middle)
            + schedule.elapsed(WEEK, middle, last),
            schedule.elapsed(WEEK, first, last),
        )
        self.assertEqual(schedule.elapsed(WEEK, last, first) if first < last else 0, 0)

    def test_presence(self):
        self.assertEqual(schedule.presence(WEEK, at(9)), (True, None))
        self.assertEqual(schedule.presence(WEEK, at(17)), (False, at(9, day=1)))
        self.assertEqual(schedule.presence(WEEK, at(18, day=4)), (False, None))

    def test_holes_are_cut_out(self):
        holes = [(at(8), at(10)), (at(12), at(13)), (at(16), at(20))]
        self.assertEqual(
            schedule.without([(at(9), at(17))], holes),
            [(at(10), at(12)), (at(13), at(16))],
        )

    def test_states_of_a_clock(self):
        deadline = at(10)
        for answered, is_open, now, expected in (
            (None, True, at(9), "running"),
            (None, True, at(10), "running"),
            (None, True, at(10, 1), "late"),
            (at(10), True, at(12), "answered"),
            (at(10, 1), True, at(12), "answered_late"),
            (at(9), False, at(12), "answered"),
            (None, False, at(12), "closed"),
        ):
            with self.subTest(expected):
                self.assertEqual(sla.state(deadline, answered, is_open, now), expected)
        self.assertIsNone(sla.state(None, at(9), True, at(9)))

    def test_steps_are_due_in_order_and_once(self):
        steps = [
            {"id": 1, "kind": "percent", "value": 100},
            {"id": 2, "kind": "minutes", "value": 10},
            {"id": 3, "kind": "percent", "value": 200},
        ]

        def due(done, now):
            return sla.due_steps(steps, done, 60, WEEK, at(9), now)

        self.assertEqual(due(set(), at(9, 5)), ([], at(9, 10)))
        self.assertEqual(due(set(), at(10)), ([2, 1], at(11)))
        self.assertEqual(due({2}, at(10)), ([1], at(11)))
        self.assertEqual(due({1, 2, 3}, at(12)), ([], None))
