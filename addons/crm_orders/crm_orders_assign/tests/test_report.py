from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from .common import AssignMixin

# Monday
START = datetime(2026, 3, 2, 22, 30)


@tagged("post_install", "-at_install")
class TestReport(AssignMixin, TransactionCase):
    """Response times by person, day and hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls.company.resource_calendar_id.tz = "Europe/Helsinki"
        cls._new_policy()
        cls.report = cls.env["crm_orders.sla.report"].with_user(cls.manager)

    def _answered(self, user, *minutes):
        for number in minutes:
            with freeze_time(START):
                lead = self._new_leads(user_id=user.id)
            lead._crm_orders_note_first_response(
                START + timedelta(minutes=number), user
            )
        self.env.flush_all()

    def _read(self, *measures, groupby=("user_id",)):
        self.env.flush_all()
        domain = [("company_id", "=", self.company.id)]
        return self.report._read_group(domain, groupby, measures)

    def test_median_average_and_share(self):
        self._answered(self.aino, 10, 20, 600)
        self._answered(self.eero, 30)
        rows = {
            user: (round(median, 2), round(average, 2), round(share, 2), answered)
            for user, median, average, share, answered in self._read(
                "median_minutes:avg", "minutes:avg", "in_time_share:avg", "answered:sum"
            )
        }
        self.assertEqual(rows[self.aino], (20, 210, 66.67, 3))
        self.assertEqual(rows[self.eero], (30, 30, 100, 1))

    def test_leads_without_an_answer_do_not_count_as_fast(self):
        self._answered(self.aino, 30)
        with freeze_time(START):
            late = self._new_leads(user_id=self.aino.id)
            closed = self._new_leads(user_id=self.aino.id)
            closed.action_set_lost()
        self._run_cron("ir_cron_sla", START + timedelta(hours=2))
        self.assertEqual(late.crm_orders_sla_state, "late")
        ((_user, median, share, count),) = self._read(
            "median_minutes:avg", "in_time_share:avg", "__count"
        )
        self.assertEqual((median, share, count), (30, 50, 3))

    def test_day_and_hour_are_those_of_the_shop(self):
        self._answered(self.aino, 5)
        ((weekday, hour, count),) = self._read("__count", groupby=("weekday", "hour"))
        self.assertEqual((weekday, hour, count), ("2", "00", 1))

    def test_web_client_can_group_by_everything(self):
        self._answered(self.aino, 10, 20)
        domain = [("company_id", "=", self.company.id)]
        for field in (
            "user_id",
            "answered_by_id",
            "team_id",
            "source_id",
            "medium_id",
            "policy_id",
            "weekday",
            "hour",
            "state",
            "date:month",
        ):
            (row,) = self.report.formatted_read_group(
                domain, [field], ["median_minutes:avg", "in_time_share:avg"]
            )
            self.assertEqual(row["median_minutes:avg"], 15)
            self.assertEqual(row["in_time_share:avg"], 100)

    def test_policy_counts_working_time(self):
        self.env["crm_orders.sla.policy"].search([]).active = False
        self._new_policy(clock="working", calendar_id=self.calendar.id)
        with freeze_time(datetime(2026, 3, 2, 16, 30)):
            lead = self._new_leads(user_id=self.aino.id)
        lead._crm_orders_note_first_response(datetime(2026, 3, 3, 9, 20), self.aino)
        self.assertEqual(lead.crm_orders_response_minutes, 50)
        self.assertEqual(lead.crm_orders_sla_state, "answered")

    def test_what_sellers_write_down_for_themselves_is_left_out(self):
        self.env["crm.lead"].with_user(self.aino).create({"name": "Walked in"})
        self.assertFalse(self._read("__count"))
