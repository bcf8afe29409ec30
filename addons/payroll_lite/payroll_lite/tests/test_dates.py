from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.dates import is_calendar_month, last_banking_day


@tagged("post_install", "-at_install")
class TestDates(BaseCase):
    """Days banks work on, and whole months."""

    def test_last_banking_day(self):
        for day, expected in (
            (date(2026, 10, 30), date(2026, 10, 30)),
            (date(2026, 10, 31), date(2026, 10, 30)),
            (date(2026, 5, 31), date(2026, 5, 29)),
            (date(2026, 8, 31), date(2026, 8, 31)),
        ):
            with self.subTest(day=day):
                self.assertEqual(last_banking_day(day), expected)

    def test_is_calendar_month(self):
        for first, last, expected in (
            (date(2026, 2, 1), date(2026, 2, 28), True),
            (date(2028, 2, 1), date(2028, 2, 28), False),
            (date(2028, 2, 1), date(2028, 2, 29), True),
            (date(2026, 12, 31), date(2026, 12, 31), False),
            (date(2026, 1, 1), date(2026, 2, 28), False),
            (date(2025, 1, 1), date(2026, 1, 31), False),
            (date(2026, 1, 2), date(2026, 1, 31), False),
        ):
            with self.subTest(first=first, last=last):
                self.assertEqual(is_calendar_month(first, last), expected)
