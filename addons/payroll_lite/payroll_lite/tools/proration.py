"""How much of a pay period each version of an employee's contract covers."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple


class Segment(NamedTuple):
    """Part of a pay period during which one version of the contract was in force."""

    version_id: int
    date_from: date
    date_to: date
    wage: Decimal


def calendar_days(date_from, date_to):
    return max((date_to - date_from).days + 1, 0)


def weekdays(date_from, date_to):
    """Days from Monday to Friday, both ends included."""
    days = calendar_days(date_from, date_to)
    weeks, rest = divmod(days, 7)
    start = date_from.weekday()
    return weeks * 5 + sum((start + offset) % 7 < 5 for offset in range(rest))


COUNTERS = {"calendar": calendar_days, "weekday": weekdays}


def prorate(segments, date_from, date_to, method):
    """Wage of the period and the days behind it.

    Each segment earns its own wage for its share of the days of the whole period. One
    segment over the whole period earns exactly its wage, and a period without any day of
    the counted sort (a weekend) falls back to calendar days.
    """
    count = COUNTERS[method]
    if not count(date_from, date_to):
        count = calendar_days
    period = count(date_from, date_to)
    # one fraction per period: thirds of the same wage add up to the whole again
    earned = sum(
        (segment.wage * count(segment.date_from, segment.date_to))
        for segment in segments
    )
    return {
        "wage": Decimal(earned) / period,
        "days": sum(calendar_days(part.date_from, part.date_to) for part in segments),
        "period_days": calendar_days(date_from, date_to),
        "work_days": sum(weekdays(part.date_from, part.date_to) for part in segments),
        "period_work_days": weekdays(date_from, date_to),
    }


def age_before(birthday, day):
    """Full years on the day before ``day``.

    Insurance duties begin with the month after a birthday, also for one on the first.
    """
    last = day - timedelta(days=1)
    before_birthday = (last.month, last.day) < (birthday.month, birthday.day)
    return last.year - birthday.year - before_birthday
