from datetime import date

from odoo.tests import BaseCase

from ..tools import months


class TestMonths(BaseCase):
    def test_months_go_over_the_new_year(self):
        self.assertEqual(
            months.first_days(date(2026, 2, 28), 4),
            [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)],
        )
