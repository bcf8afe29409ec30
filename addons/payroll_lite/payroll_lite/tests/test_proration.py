import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools.proration import Segment, age_before, prorate, weekdays

VECTORS = Path(__file__).parent / "vectors" / "proration.json"
day = date.fromisoformat


@tagged("post_install", "-at_install")
class TestProration(BaseCase):
    """Wages of several contract versions within one period."""

    def test_vectors(self):
        for case in json.loads(VECTORS.read_text())["cases"]:
            with self.subTest(case["name"]):
                segments = [
                    Segment(index, day(start), day(end), Decimal(wage))
                    for index, (start, end, wage) in enumerate(case["segments"])
                ]
                found = prorate(segments, *map(day, case["period"]), case["method"])
                self.assertEqual(
                    {
                        "wage": str(found["wage"].quantize(Decimal("0.01"))),
                        "days": found["days"],
                        "work_days": found["work_days"],
                    },
                    case["expected"],
                )

    def test_ages(self):
        for case in json.loads(VECTORS.read_text())["ages"]:
            found = age_before(day(case["birthday"]), day(case["day"]))
            self.assertEqual(found, case["expected"], case)

    def test_weekdays_of_every_start_and_length(self):
        for start in range(1, 8):
            for end in range(start, 29):
                first, last = date(2026, 6, start), date(2026, 6, end)
                slow = sum(
                    date(2026, 6, number).weekday() < 5
                    for number in range(start, end + 1)
                )
                self.assertEqual(weekdays(first, last), slow)
        self.assertEqual(weekdays(date(2026, 6, 2), date(2026, 6, 1)), 0)
