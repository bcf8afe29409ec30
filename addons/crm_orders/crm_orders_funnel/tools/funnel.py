"""The numbers of a funnel, worked out of sums. Plain data in and out."""

STEPS = ("leads", "contacted", "qualified", "quotation", "won")


def summarise(sums):
    """Shares, conversions and costs of one funnel.

    :param sums: dict of the steps, `cost` and `revenue`
    :return: dict of `steps`, a list of dicts with key, count, `share` of all leads and
        `conversion` from the step before, both 0 to 1 or None where there is nothing to
        compare with; and cost, revenue, `cost_per_lead`, `cost_per_won` and `return`,
        what came back for each unit of money spent: 0.5 is half of the cost on top
    """
    leads = sums["leads"]
    steps, before = [], None
    for key in STEPS:
        count = sums[key]
        steps.append(
            {
                "key": key,
                "count": count,
                "share": _ratio(count, leads),
                "conversion": None if before is None else _ratio(count, before),
            }
        )
        before = count
    cost, revenue = sums["cost"], sums["revenue"]
    return {
        "steps": steps,
        "cost": cost,
        "revenue": revenue,
        "cost_per_lead": _ratio(cost, leads) if cost else None,
        "cost_per_won": _ratio(cost, sums["won"]) if cost else None,
        "return": (revenue - cost) / cost if cost else None,
    }


def add(sums, more):
    """The sums of two funnels together."""
    return {key: sums[key] + more[key] for key in (*STEPS, "cost", "revenue")}


def empty():
    return dict.fromkeys((*STEPS, "cost", "revenue"), 0)


def _ratio(part, whole):
    return part / whole if whole else None
