"""Rules of the loyalty tiers as pure functions: dates, numbers and dicts in and out.

``static/src/engine.js`` is the twin of this file for the till. Both run the vectors
in ``static/tests/vectors``: change both or neither. ``leaves_window_on`` and ``next_review``
are needed by the server alone and have no twin.

Tiers are dicts with ``id``, ``threshold`` and ``discount``. Entries of the ledger are
pairs of a date and an amount.
"""

import calendar
import math
from datetime import date, timedelta

WINDOW_MONTHS = 12


def round_half_up(value, digits=2):
    """Round away from zero at the half, with room for the error of binary floats."""
    factor = 10**digits
    return math.copysign(math.floor(abs(value) * factor + 0.5 + 1e-7) / factor, value)


def add_months(day, months):
    """Move a day by months; a day that the month lacks becomes its last one."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def window_start(day, months=WINDOW_MONTHS):
    """First day that counts on ``day``: the one after the same day a year before."""
    return add_months(day, -months) + timedelta(days=1)


def leaves_window_on(day, months=WINDOW_MONTHS):
    """First day on which a purchase of ``day`` does not count any more."""
    leaving = add_months(day, months)
    # 29 February has no anniversary: it still counts on 28 February
    return leaving if add_months(leaving, -months) >= day else leaving + timedelta(1)


def window_sum(entries, day, months=WINDOW_MONTHS, digits=2):
    """Net purchases that count on ``day``."""
    start = window_start(day, months)
    return round_half_up(
        math.fsum(amount for date, amount in entries if start <= date <= day), digits
    )


def tier_for(amount, tiers, digits=2):
    """Highest tier whose threshold the amount reaches, or None.

    Returns can exceed the purchases of the window; that counts as nothing bought.
    """
    reached = max(round_half_up(amount, digits), 0.0)
    best = None
    for tier in tiers:
        threshold = round_half_up(tier["threshold"], digits)
        if threshold <= reached and (best is None or threshold > best["threshold"]):
            best = tier
    return best


def progress(amount, tiers, digits=2):
    """How far the customer is on the way to the next tier.

    ``percent`` runs from 0 at the tier that was reached to 100 at the next one.
    """
    reached = max(round_half_up(amount, digits), 0.0)
    tier = tier_for(amount, tiers, digits)
    floor = tier["threshold"] if tier else 0.0
    higher = [
        candidate
        for candidate in tiers
        if round_half_up(candidate["threshold"], digits) > reached
    ]
    if not higher:
        return {"next_tier": None, "missing": 0.0, "percent": 100.0}
    following = min(higher, key=lambda candidate: candidate["threshold"])
    span = following["threshold"] - floor
    return {
        "next_tier": following,
        "missing": round_half_up(following["threshold"] - reached, digits),
        "percent": round_half_up((reached - floor) / span * 100.0, 1),
    }


def next_review(entries, day, tiers, tier, months=WINDOW_MONTHS, digits=2):
    """First day from ``day`` on at which the purchases stand for another tier.

    None when that cannot happen without a new entry. The work of the nightly job is
    thereby proportional to the customers that really change.
    """
    current = tier["id"] if tier else None
    days = {day}
    for entry_day, _amount in entries:
        days.update({entry_day, leaves_window_on(entry_day, months)})
    for candidate in sorted(moment for moment in days if moment >= day):
        due = tier_for(window_sum(entries, candidate, months, digits), tiers, digits)
        if (due["id"] if due else None) != current:
            return candidate
    return None


def line_discount(line, percent):
    """Discount of an order line when the tier of the customer grants ``percent``.

    The customer gets the better of the discount given by hand and that of the tier;
    they never add up. ``line`` has ``discount`` (in force), ``tier_discount`` (what an
    earlier call granted, else 0), ``manual_discount`` (what that call replaced) and
    ``excluded`` (the tier gives nothing on it). The first three are returned.
    """
    in_force = round_half_up(line["discount"])
    granted = round_half_up(line["tier_discount"])
    # somebody who changed the discount after the tier set it meant the change
    from_tier = granted > 0 and in_force == granted
    manual = line["manual_discount"] if from_tier else line["discount"]
    percent = round_half_up(min(max(percent, 0.0), 100.0))
    if line["excluded"] or percent <= 0 or percent <= round_half_up(manual):
        return {"discount": manual, "tier_discount": 0.0, "manual_discount": 0.0}
    return {"discount": percent, "tier_discount": percent, "manual_discount": manual}


def order_discounts(lines, percent):
    """New values of only those lines that change, by their position in ``lines``."""
    changes = {}
    for index, line in enumerate(lines):
        values = line_discount(line, percent)
        if any(values[key] != line[key] for key in values):
            changes[index] = values
    return changes
