from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import StagesMixin

# A Friday in winter, when Helsinki is two hours ahead of UTC.
FRIDAY_NOON = datetime(2026, 1, 16, 10, 0)


@tagged("post_install", "-at_install")
class TestStage(StagesMixin, TransactionCase):
    """Planned dates, and which stages a company uses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Shop", "company_id": cls.company.id, "tz": "Europe/Helsinki"}
        )
        cls.company.resource_calendar_id = cls.calendar

    def _planned(self, number, unit, working_time, start=FRIDAY_NOON):
        self.stage_work.write(
            {
                "sla_number": number,
                "sla_unit": unit,
                "sla_working_time": working_time,
            }
        )
        return self.stage_work._get_planned_date(self.company, start)

    def test_plain_time_runs_day_and_night(self):
        self.assertEqual(self._planned(3, "hours", False), datetime(2026, 1, 16, 13))
        self.assertEqual(self._planned(2, "days", False), datetime(2026, 1, 18, 10))

    def test_working_hours_skip_nights_and_weekends(self):
        # Noon to 5 p.m. with an hour of lunch leaves 4 hours; the fifth is on Monday.
        self.assertEqual(self._planned(5, "hours", True), datetime(2026, 1, 19, 7))

    def test_working_days_end_with_the_working_day(self):
        # Monday 5 p.m. in Helsinki.
        self.assertEqual(self._planned(1, "days", True), datetime(2026, 1, 19, 15))
        sunday = datetime(2026, 1, 18, 10)
        self.assertEqual(
            self._planned(1, "days", True, sunday), datetime(2026, 1, 19, 15)
        )

    def test_working_days_follow_summer_time(self):
        friday = datetime(2026, 3, 27, 10)
        self.assertEqual(
            self._planned(1, "days", True, friday), datetime(2026, 3, 30, 14)
        )

    def test_holidays_are_skipped(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed on Monday",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 1, 18, 22),
                "date_to": datetime(2026, 1, 19, 21),
            }
        )
        self.assertEqual(self._planned(1, "days", True), datetime(2026, 1, 20, 15))

    def test_company_without_working_hours_counts_plain_time(self):
        self.calendar.attendance_ids.unlink()
        self.assertEqual(self._planned(1, "days", True), datetime(2026, 1, 17, 10))
        self.company.resource_calendar_id = False
        self.assertEqual(self._planned(1, "days", True), datetime(2026, 1, 17, 10))

    def test_no_limit_and_final_stages_have_no_planned_date(self):
        self.assertFalse(self._planned(0, "days", True))
        self.assertTrue(self.stage_done.sla_number)
        self.assertFalse(self.stage_done._get_planned_date(self.company, FRIDAY_NOON))

    def test_time_allowed_is_bounded(self):
        for number in (-1, 1000, 4000000, 2**31 - 1):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.stage_new.sla_number = number
                self.env.flush_all()
        self.stage_new.write({"sla_number": 999, "sla_working_time": True})
        for unit in ("hours", "days"):
            self.stage_new.sla_unit = unit
            order = self._confirmed_orders(1)
            self.assertGreater(
                order.crm_orders_planned_date, order.date_last_stage_update
            )

    def test_companies_use_their_own_and_shared_stages(self):
        other = self._new_company("Other Oy")
        self.assertEqual(
            self.stages._companies_with_stages(self.company | other), self.company
        )
        shared = self._new_stage("Shared", "in_work", 9, company_id=False)
        self.assertEqual(
            self.stages._companies_with_stages(self.company | other),
            self.company | other,
        )
        no_type = self.env["crm_orders.order.type"]
        self.assertEqual(self.stages._get_way(other, no_type), shared)
        self.assertEqual(self.stages._get_way(self.company, no_type)[-1:], shared)
        shared.active = False
        self.assertFalse(self.stages._companies_with_stages(other))
        shared.unlink()
        self.assertFalse(self.stages._get_way(other, no_type))

    def test_stage_of_past_orders_is_archived_not_deleted(self):
        order = self._confirmed_orders(1)
        order.crm_orders_stage_id = self.stage_work
        with self.assertRaisesRegex(UserError, "archive it"):
            self.stage_new.unlink()
        self.stage_new.active = False
        self.stage_ready.unlink()
        self.assertEqual(order.crm_orders_log_ids[-1:].stage_id, self.stage_new)

    def test_stage_that_holds_orders_is_not_archived(self):
        orders = self._confirmed_orders(3)
        orders[2].crm_orders_stage_id = self.stage_work
        manager = self._new_user("archiver", "crm_orders_base.group_manager")
        stages = (self.stage_new | self.stage_work | self.stage_ready).with_user(
            manager
        )
        with (
            self.assertRaisesRegex(UserError, r"New \(2\), Work \(1\)"),
            self.env.cr.savepoint(),
        ):
            stages.action_archive()
        self.assertTrue(all((self.stage_new | self.stage_ready).mapped("active")))
        orders.crm_orders_stage_id = self.stage_ready
        (self.stage_new | self.stage_work).with_user(manager).action_archive()
        self.assertFalse(self.stage_new.active)
        self.stage_new.name = "An archived stage can still be changed"
        with self.assertRaisesRegex(UserError, "archived"):
            orders[0].crm_orders_stage_id = self.stage_work

    def test_archiving_counts_orders_once_for_all_stages(self):
        stages = self.stage_new | self.stage_work | self.stage_ready
        self.env.flush_all()
        with self.assertQueryCount(2):  # the orders, then the stages themselves
            stages.active = False
            self.env.flush_all()
