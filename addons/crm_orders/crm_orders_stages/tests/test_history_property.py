from datetime import datetime, time, timedelta
from itertools import pairwise

import pytz
from freezegun import freeze_time
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.crm_orders_order_way import Move
from .common import StagesMixin

HELSINKI = pytz.timezone("Europe/Helsinki")
# The nights in which clocks are changed in 2027: 28 March and 31 October.
CHANGES = (datetime(2027, 3, 26, 6), datetime(2027, 10, 29, 6))
ORDERS, STAGES = 2, 6
QUIET = settings(
    deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
# What people and events do to orders, in any order; most of it is refused now and then.
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 200_000)),
    st.tuples(st.just("next"), st.integers(0, ORDERS - 1)),
    st.tuples(st.just("all_on"), st.just(0)),
    st.tuples(st.just("move"), st.integers(0, STAGES * ORDERS - 1)),
    st.tuples(st.just("force"), st.integers(0, STAGES * ORDERS - 1)),
    st.tuples(st.just("cancel"), st.integers(0, ORDERS - 1)),
    st.tuples(st.just("draft"), st.integers(0, ORDERS - 1)),
    st.tuples(st.just("confirm"), st.integers(0, ORDERS - 1)),
    st.tuples(st.just("leave_board"), st.integers(0, ORDERS - 1)),
    st.tuples(st.just("put_on_board"), st.integers(0, ORDERS - 1)),
    st.tuples(st.just("change_type"), st.integers(0, ORDERS - 1)),
    st.tuples(st.just("event"), st.sampled_from(["paid", "deposit"])),
    st.tuples(st.just("merge"), st.integers(0, STAGES - 1)),
    st.tuples(st.just("plan"), st.integers(0, ORDERS - 1)),
)


@tagged("post_install", "-at_install")
class TestHistoryProperty(StagesMixin, TransactionCase):
    """Whatever happens to orders: their history covers their lives, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.company.resource_calendar_id.tz = HELSINKI.zone
        cls.company.resource_calendar_id.two_weeks_calendar = False
        cls.stage_work.enter_on = "deposit"
        cls.stage_done.enter_on = "paid"
        cls.stage_ready.back_rule = "free"
        # Orders of the short type do not come through the workshop.
        types = cls.env["crm_orders.order.type"].with_company(cls.company)
        cls.long, cls.short = types.create(
            [{"name": name, "company_id": cls.company.id} for name in ("Long", "Short")]
        )
        cls.stage_pause = cls._new_stage("Pause", "waiting", 2)
        (cls.stage_work | cls.stage_pause).type_ids = [Command.set(cls.long.ids)]
        cls.ways = cls.stage_new | cls.stage_work | cls.stage_pause
        cls.ways |= cls.stage_ready | cls.stage_done | cls.stage_cancelled

    # --- the history ---

    @mute_logger("odoo.sql_db")
    @settings(QUIET, max_examples=40)
    @given(
        st.sampled_from(CHANGES),
        st.lists(STEPS, min_size=4, max_size=25),
    )
    @example(
        CHANGES[0],
        [("wait", 7), ("next", 0), ("wait", 7), ("draft", 0), ("confirm", 0)],
    )
    @example(
        CHANGES[1],
        [
            ("wait", 11),
            ("cancel", 0),
            ("wait", 90_001),
            ("draft", 0),
            ("wait", 13),
            ("confirm", 0),
            ("change_type", 0),
            ("merge", 1),
            ("event", "paid"),
        ],
    )
    def test_history_covers_the_life_of_orders(self, start, steps):
        with freeze_time(start) as clock, self._put_back():
            self.clock = clock
            self.orders = self._confirmed_orders(ORDERS)
            self.lived = dict.fromkeys(self.orders, 0)
            for name, value in steps:
                before = {order: order.crm_orders_stage_id for order in self.orders}
                try:
                    with self.env.cr.savepoint():
                        getattr(self, f"_do_{name}")(value)
                except (UserError, RedirectWarning):
                    after = {order: order.crm_orders_stage_id for order in self.orders}
                    self.assertEqual(before, after, name)
                for order in self.orders:
                    self._check_history(order)

    def _put_back(self):
        """One example leaves nothing to the next one."""
        case = self

        class Savepoint:
            def __enter__(self):
                case.env.flush_all()
                self.savepoint = case.env.cr.savepoint(flush=False)
                self.savepoint.__enter__()

            def __exit__(self, *_error):
                self.savepoint.rollback()
                self.savepoint.close(rollback=False)
                case.env.invalidate_all(flush=False)
                case.registry.clear_cache()

        return Savepoint()

    def _check_history(self, order):
        rows = order.crm_orders_log_ids.sorted("id")
        stage = order.crm_orders_stage_id
        running = rows.filtered(lambda row: not row.left_date)
        self.assertEqual(running.stage_id, stage)
        self.assertEqual(len(running), 1 if stage else 0)
        if running:
            self.assertEqual(running, rows[-1])
            self.assertEqual(running.entered_date, order.date_last_stage_update)
        for row, following in pairwise(rows):
            self.assertLessEqual(row.entered_date, row.left_date)
            self.assertLessEqual(row.left_date, following.entered_date)
            if following.from_stage_id:
                self.assertEqual(following.from_stage_id, row.stage_id)
                self.assertEqual(following.entered_date, row.left_date)
        seconds = {}
        now = datetime.now()
        for row in rows:
            stay = ((row.left_date or now) - row.entered_date).total_seconds()
            if row.left_date:
                self.assertAlmostEqual(row.duration * 3600, stay, 3)
            key = str(row.stage_id.id)
            seconds[key] = seconds.get(key, 0) + stay
        self.assertEqual(sum(seconds.values()), self.lived[order])
        order.invalidate_recordset(["duration_tracking"])
        rows.invalidate_recordset(["hours_so_far"])
        self.assertEqual(order.duration_tracking, seconds)

    def _do_wait(self, seconds):
        for order in self.orders:
            if order.crm_orders_stage_id:
                self.lived[order] += seconds
        self.clock.tick(timedelta(seconds=seconds))

    def _do_next(self, number):
        self.orders[number].action_crm_orders_next_stage()

    def _do_all_on(self, _number):
        self.orders.action_crm_orders_next_stage()

    def _do_move(self, number):
        order, stage = self.orders[number % ORDERS], self.ways[number // ORDERS]
        order.crm_orders_stage_id = stage

    def _do_force(self, number):
        """Where a manager gives a reason, forth or back."""
        order, stage = self.orders[number % ORDERS], self.ways[number // ORDERS]
        order._crm_orders_move(stage, Move("person", "Because", is_checked=True))

    def _do_cancel(self, number):
        self.orders[number]._action_cancel()

    def _do_draft(self, number):
        self.orders[number].action_draft()

    def _do_confirm(self, number):
        self.orders[number].action_confirm()

    def _do_leave_board(self, number):
        self.orders[number].crm_orders_stage_id = False

    def _do_put_on_board(self, number):
        self.orders[number].action_crm_orders_put_on_board()

    def _do_change_type(self, number):
        order = self.orders[number]
        is_long = order.crm_orders_type_id == self.long
        order.crm_orders_type_id = self.short if is_long else self.long

    def _do_event(self, cause):
        self.orders._crm_orders_happened(cause)

    def _do_merge(self, number):
        """One stage takes over the orders of another, which is not used any more."""
        stage = self.ways[number]
        inside = self.orders.filtered(lambda one: one.crm_orders_stage_id == stage)
        other = self.ways[(number + 1) % STAGES]
        inside._crm_orders_move(other, Move("person", "Merged", is_checked=True))
        stage.active = False

    def _do_plan(self, number):
        planned = datetime.now() + timedelta(days=1)
        self.orders[number].crm_orders_planned_date = planned

    # --- the planned date, where clocks are changed ---

    MOMENTS = st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CHANGES),
        st.integers(-3 * 24 * 60, 8 * 24 * 60),
    )

    def _plan(self, start, number, unit, working):
        stage = self.stage_work.new(
            {
                "name": "Planned",
                "kind": "in_work",
                "sla_number": number,
                "sla_unit": unit,
                "sla_working_time": working,
            }
        )
        return stage._get_planned_date(self.company, start)

    def _local(self, moment):
        return pytz.utc.localize(moment).astimezone(HELSINKI)

    @settings(QUIET, max_examples=80)
    @given(MOMENTS, st.integers(1, 60))
    def test_working_hours_are_counted_right(self, start, hours):
        planned = self._plan(start, hours, "hours", True)
        worked = self.company.resource_calendar_id.get_work_duration_data(
            pytz.utc.localize(start), pytz.utc.localize(planned), compute_leaves=True
        )
        self.assertAlmostEqual(worked["hours"], hours, 2)
        self.assertLess(self._local(planned).weekday(), 5)

    @settings(QUIET, max_examples=80)
    @given(MOMENTS, st.integers(1, 12))
    def test_working_days_end_when_the_shop_closes(self, start, days):
        planned = self._local(self._plan(start, days, "days", True))
        hours = self.company.resource_calendar_id.attendance_ids.mapped("hour_to")
        closing = max(hours)
        self.assertEqual(planned.time(), time(int(closing), round(closing % 1 * 60)))
        day, counted = self._local(start).date(), 0
        while day < planned.date():
            day += timedelta(days=1)
            counted += day.weekday() < 5
        self.assertEqual(counted, days)

    @settings(QUIET, max_examples=80)
    @given(MOMENTS, st.integers(1, 30))
    def test_plain_days_end_at_the_same_time_of_day(self, start, days):
        begun, planned = (
            self._local(moment)
            for moment in (start, self._plan(start, days, "days", False))
        )
        self.assertEqual(planned.date() - begun.date(), timedelta(days=days))
        if planned.hour != 4:  # an hour that the night of the change does not have
            self.assertEqual(planned.time(), begun.time())

    @settings(QUIET, max_examples=40)
    @given(MOMENTS, st.integers(1, 200))
    def test_plain_hours_are_hours(self, start, hours):
        planned = self._plan(start, hours, "hours", False)
        self.assertEqual(planned - start, timedelta(hours=hours))
