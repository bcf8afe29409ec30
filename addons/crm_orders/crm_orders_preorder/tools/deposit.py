"""How much a customer pays in advance for preordered goods. Plain Python, no Odoo.

Amounts are `Decimal`; `step` is the smallest amount of the currency, say 0.01 or 0.05.
"""

from decimal import ROUND_HALF_UP, Decimal

NONE, FIXED, PERCENT = "none", "fixed", "percent"
HUNDRED = Decimal(100)


def round_to(amount, step):
    """`amount` as a multiple of `step`; halves go away from zero, as in Odoo."""
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def line_deposit(kind, value, quantity, total, step):
    """Deposit of one line: never below zero, never more than the line costs.

    :param kind: "none", "fixed" (`value` for each unit) or "percent" (of `total`)
    :param total: what the line costs, taxes included
    """
    if kind == FIXED:
        wanted = value * quantity
    elif kind == PERCENT:
        wanted = total * value / HUNDRED
    elif kind == NONE:
        wanted = Decimal(0)
    else:
        raise ValueError(f"There is no deposit of kind {kind!r}.")
    return max(Decimal(0), min(round_to(wanted, step), total))


def order_deposit(lines, order_total, step):
    """Deposit of an order: that of its lines, but not more than the order costs.

    An order can cost less than its lines, when a discount is a line of its own.

    :param lines: iterable of dicts with the arguments of `line_deposit`, without `step`
    """
    wanted = sum((line_deposit(**line, step=step) for line in lines), Decimal(0))
    return max(Decimal(0), min(wanted, order_total))
