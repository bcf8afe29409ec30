from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools import quiet_hours


@tagged("post_install", "-at_install")
class TestQuietHours(BaseCase):
    """When customers may be written to."""

    def _next(self, moment, start=20, end=8, zone="Europe/Helsinki"):
        moment = datetime.fromisoformat(moment)
        return quiet_hours.next_allowed(moment, zone, start, end).isoformat(" ")

    def test_day_and_night(self):
        for moment, expected in (
            ("2026-01-15 10:00:00", "2026-01-15 10:00:00"),
            ("2026-01-15 17:59:59", "2026-01-15 17:59:59"),
            ("2026-01-15 18:00:00", "2026-01-16 06:00:00"),
            ("2026-01-15 23:30:00", "2026-01-16 06:00:00"),
            ("2026-01-16 05:59:00", "2026-01-16 06:00:00"),
            ("2026-01-16 06:00:00", "2026-01-16 06:00:00"),
        ):
            self.assertEqual(self._next(moment), expected, moment)

    def test_quiet_at_noon(self):
        self.assertEqual(
            self._next("2026-01-15 10:30:00", 12, 13.5), "2026-01-15 11:30:00"
        )
        self.assertEqual(
            self._next("2026-01-15 12:30:00", 12, 13.5), "2026-01-15 12:30:00"
        )

    def test_no_quiet_hours(self):
        self.assertEqual(self._next("2026-01-15 23:00:00", 0, 0), "2026-01-15 23:00:00")

    def test_clock_is_changed_in_the_night(self):
        # In Helsinki 3 o'clock is followed by 4 on 29 March 2026, and 4 by 3 on 25 October.
        for moment, end, expected in (
            ("2026-03-28 22:00:00", 8, "2026-03-29 05:00:00"),
            ("2026-03-28 22:00:00", 3.5, "2026-03-29 01:30:00"),
            ("2026-10-24 22:00:00", 8, "2026-10-25 06:00:00"),
            ("2026-10-24 22:00:00", 3.5, "2026-10-25 01:30:00"),
        ):
            self.assertEqual(self._next(moment, 20, end), expected, (moment, end))

    def test_every_minute_of_a_year_is_never_sent_back_in_time(self):
        for start, end in ((20, 8), (12, 13), (0, 23.5), (23.75, 0)):
            for day in range(1, 29):
                for month in (1, 3, 10):
                    for hour in range(24):
                        moment = datetime(2026, month, day, hour, 59, 59)
                        for zone in ("Europe/Helsinki", "America/St_Johns"):
                            found = quiet_hours.next_allowed(moment, zone, start, end)
                            self.assertGreaterEqual(found, moment)
                            self.assertEqual(
                                quiet_hours.next_allowed(found, zone, start, end), found
                            )
