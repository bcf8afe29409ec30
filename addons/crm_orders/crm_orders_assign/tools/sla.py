"""States of a first-response clock and its steps: plain functions without Odoo."""

from . import schedule

RUNNING = "running"
LATE = "late"
ANSWERED = "answered"
ANSWERED_LATE = "answered_late"
CLOSED = "closed"


def state(deadline, answered, is_open, now):
    """State of a clock; None for a lead that has no deadline."""
    if not deadline:
        return None
    if answered:
        return ANSWERED if answered <= deadline else ANSWERED_LATE
    if not is_open:
        return CLOSED
    return LATE if now > deadline else RUNNING


def step_minutes(step, allowed):
    """Working minutes after the start at which a step is due.

    :param step: dict `kind` (`percent` of the time allowed, or `minutes`) and `value`
    """
    if step["kind"] == "percent":
        return allowed * step["value"] / 100
    return step["value"]


def due_steps(steps, done, allowed, intervals, start, now):
    """What to do for a lead that is not answered yet.

    :param steps: dicts `id kind value`
    :param done: ids of steps that were carried out before
    :return: `(ids of steps that are due, when the next one is or None)`, the first in the
        order in which they became due
    """
    times = []
    for order, step in enumerate(steps):
        when = schedule.plan(intervals, start, step_minutes(step, allowed))
        if step["id"] not in done and when:
            times.append((when, order, step["id"]))
    times.sort()
    due = [step for when, _order, step in times if when <= now]
    later = [when for when, _order, _step in times if when > now]
    return due, min(later, default=None)
