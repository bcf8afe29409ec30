from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import FunnelMixin


@tagged("post_install", "-at_install")
class TestCost(FunnelMixin, TransactionCase):
    """What leads cost, day by day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_funnel()

    def _cost(self, *period):
        return self._funnel(*period)["total"]["cost"]

    def test_cost_is_spread_over_its_days(self):
        self._new_cost(310, date_from="2024-01-01", date_to="2024-01-31")
        self.assertAlmostEqual(self._cost(), 310)
        self.assertAlmostEqual(self._cost("2024-01-01", "2024-01-10"), 100)
        self.assertAlmostEqual(self._cost("2023-12-01", "2024-01-01"), 10)
        self.assertAlmostEqual(self._cost("2024-02-01", "2024-02-29"), 0)

    def test_parts_add_up_to_the_whole(self):
        self._new_cost(100, date_from="2024-02-27", date_to="2024-03-04")
        days = ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]
        days += ["2024-03-03", "2024-03-04"]
        for timezone in ("Europe/Helsinki", "UTC", "Pacific/Honolulu"):
            self.env = self.env(context={"tz": timezone})
            parts = [self._cost(day, day) for day in days]
            self.assertAlmostEqual(sum(parts), 100, delta=0.05)

    def test_other_currency_is_converted_at_the_first_day(self):
        other = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [
                    (
                        0,
                        0,
                        {"name": day, "rate": rate, "company_id": self.company.id},
                    )
                    for day, rate in (("2024-01-01", 2), ("2024-06-01", 10))
                ],
            }
        )
        cost = self._new_cost(
            100, currency_id=other.id, date_from="2024-05-01", date_to="2024-07-01"
        )
        self.assertEqual(cost.amount_company, 50)
        self.assertAlmostEqual(self._cost(), 50)

    def test_bad_costs_are_refused(self):
        for vals in (
            {"date_from": "2024-02-02", "date_to": "2024-02-01"},
            {"date_from": "1900-01-01", "date_to": "2024-02-01"},
            {"source_id": False},
            {"amount": -1},
        ):
            with (
                self.subTest(**vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self._new_cost(**{"amount": 1, **vals})
        with self.assertRaises(ValidationError):
            self._new_cost(10**12)
