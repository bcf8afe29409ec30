from datetime import datetime

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from .common import AssignMixin

# Monday
MORNING = "2026-03-02 10:00:00"
NIGHT = "2026-03-02 22:00:00"


@tagged("post_install", "-at_install")
class TestPresence(AssignMixin, TransactionCase):
    """Leave and working hours come from the resource of a person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()

    def _new_leave(self, start, end, **vals):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "date_from": start,
                "date_to": end,
                "calendar_id": self.calendar.id,
                **vals,
            }
        )

    def test_own_working_hours(self):
        self._new_resource(self.aino)
        self._new_rule(self.aino | self.eero)
        with freeze_time(MORNING):
            self._assert_spread(self._new_leads(2), {self.aino: 1, self.eero: 1})
        with freeze_time(NIGHT):
            self._assert_spread(self._new_leads(2), {self.aino: 0, self.eero: 2})

    def test_hours_follow_the_time_zone_of_the_person(self):
        self._new_resource(self.aino, tz="Europe/Helsinki")
        self._new_rule(self.aino | self.eero, way="least_open")
        with freeze_time("2026-03-02 07:30:00"):
            self.assertEqual(self._new_leads(2).user_id, self.aino | self.eero)
        with freeze_time("2026-03-02 15:30:00"):
            self.assertEqual(self._new_leads(2).user_id, self.eero)

    def test_leave_of_a_person(self):
        resource = self._new_resource(self.aino)
        self._new_leave(
            "2026-03-02 08:00:00", "2026-03-02 12:00:00", resource_id=resource.id
        )
        self._new_rule(self.aino | self.eero)
        with freeze_time(MORNING):
            self.assertEqual(self._new_leads(2).user_id, self.eero)
        with freeze_time("2026-03-02 13:00:00"):
            self.assertIn(self.aino, self._new_leads(2).user_id)

    def test_leave_of_a_person_without_fixed_hours(self):
        resource = self._new_resource(self.aino, calendar_id=False)
        self._new_leave(
            "2026-03-02 08:00:00",
            "2026-03-02 12:00:00",
            resource_id=resource.id,
            calendar_id=False,
        )
        self._new_rule(self.aino | self.eero)
        with freeze_time(MORNING):
            self.assertEqual(self._new_leads(2).user_id, self.eero)
        with freeze_time("2026-03-03 23:00:00"):
            self.assertIn(self.aino, self._new_leads(2).user_id)

    def test_public_holiday_is_for_all_with_these_hours(self):
        for seller in self.sellers:
            self._new_resource(seller)
        self._new_leave("2026-03-02 00:00:00", "2026-03-02 23:59:00")
        self._new_rule()
        with freeze_time(MORNING):
            lead = self._new_leads()
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.crm_orders_assign_next_date, datetime(2026, 3, 3, 9))

    def test_hours_of_the_rule_are_for_people_without_own(self):
        self._new_rule(calendar_id=self.calendar.id)
        with freeze_time(NIGHT):
            lead = self._new_leads()
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.crm_orders_assign_next_date, datetime(2026, 3, 3, 9))
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("crm_orders_assign.ir_cron_assign").id)],
            order="id desc",
            limit=1,
        )
        self.assertEqual(trigger.call_at, datetime(2026, 3, 3, 9, 0, 1))
        self._run_cron("ir_cron_assign", "2026-03-03 09:00:30")
        self.assertEqual(lead.user_id, self.aino)

    def test_hours_of_the_team(self):
        self.team.crm_orders_calendar_id = self.calendar
        self._new_rule(team_ids=self.team.ids)
        with freeze_time(NIGHT):
            self.assertFalse(self._new_leads().user_id)

    def test_given_all_the_same(self):
        self._new_rule(calendar_id=self.calendar.id, if_nobody="anyway")
        with freeze_time(NIGHT):
            self._assert_spread(self._new_leads(3), dict.fromkeys(self.sellers, 1))

    def test_a_rule_for_the_evening(self):
        self._new_rule(
            self.liisa, calendar_id=self.calendar.id, moment="closed", sequence=1
        )
        self._new_rule(
            self.aino, calendar_id=self.calendar.id, moment="open", sequence=2
        )
        with freeze_time(NIGHT):
            self.assertEqual(self._new_leads().user_id, self.liisa)
        with freeze_time(MORNING):
            self.assertEqual(self._new_leads().user_id, self.aino)

    def test_next_rule_takes_over(self):
        self._new_rule(
            self.aino, calendar_id=self.calendar.id, if_nobody="next", sequence=1
        )
        self._new_rule(self.eero, sequence=2)
        with freeze_time(NIGHT):
            self.assertEqual(self._new_leads().user_id, self.eero)

    def test_hours_that_change_with_summer_time(self):
        self._new_resource(self.aino, tz="Europe/Helsinki")
        self._new_rule(self.aino)
        with freeze_time("2026-03-27 06:59:00"):
            self.assertFalse(self._new_leads().user_id)
        # The night to 29 March brings summer time: the shop opens an hour earlier in UTC.
        with freeze_time("2026-03-30 06:01:00"):
            self.assertEqual(self._new_leads().user_id, self.aino)
