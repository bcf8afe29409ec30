"""Arithmetic of working time: plain functions on intervals, without Odoo.

Intervals are `(start, stop)` in order and without overlap, in any one time zone. None
instead of intervals means that every minute counts.
"""

from datetime import timedelta


def plan(intervals, start, minutes):
    """When so many working minutes after `start` are over, or None if the intervals
    end before that.
    """
    left = timedelta(minutes=minutes)
    if intervals is None:
        return start + left
    for begin, end in intervals:
        begin = max(begin, start)
        if begin >= end:
            continue
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return None


def elapsed(intervals, start, end):
    """Working minutes from `start` to `end`, 0 when the end comes first."""
    if intervals is None:
        intervals = [(start, end)]
    total = timedelta()
    for begin, stop in intervals:
        begin, stop = max(begin, start), min(stop, end)
        if begin < stop:
            total += stop - begin
    return total.total_seconds() / 60


def presence(intervals, now):
    """`(at work now, when next)`; the second is None when at work, or never again."""
    for begin, end in intervals:
        if begin <= now < end:
            return True, None
        if begin > now:
            return False, begin
    return False, None


def without(intervals, holes):
    """The intervals with the holes cut out."""
    result = list(intervals)
    for hole_start, hole_end in holes:
        pieces = []
        for begin, end in result:
            if hole_end <= begin or hole_start >= end:
                pieces.append((begin, end))
                continue
            if begin < hole_start:
                pieces.append((begin, hole_start))
            if hole_end < end:
                pieces.append((hole_end, end))
        result = pieces
    return result
