from calendar import monthrange
from datetime import timedelta

SATURDAY = 5


def last_banking_day(day):
    """``day`` itself, or the Friday before when it falls on a weekend."""
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))


def is_calendar_month(first, last):
    """Whether the days from ``first`` to ``last`` are one whole month."""
    _weekday, length = monthrange(first.year, first.month)
    return first == last.replace(day=1) and last.day == length
