"""Months of a chart; plain Python."""

from datetime import date


def first_days(today, count):
    """First days of the last months, oldest first, the present one included.

    >>> first_days(date(2026, 2, 11), 3)
    [datetime.date(2025, 12, 1), datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)]
    """
    last = today.year * 12 + today.month - 1
    return [
        date(month // 12, month % 12 + 1, 1)
        for month in range(last - count + 1, last + 1)
    ]
