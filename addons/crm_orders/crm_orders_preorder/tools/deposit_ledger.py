"""What became of the deposits of an order. Plain Python, no Odoo.

received = applied + refunded + held, and none of them is ever below zero.
"""

from typing import NamedTuple


class Ledger(NamedTuple):
    """Where the money went that came in as deposits."""

    received: object
    applied: object
    refunded: object
    held: object


def settle(invoiced, paid, credited, deducted):
    """The ledger that follows from the sums of an order's accounting documents.

    An invoice of a deposit that nobody paid brings nothing in, so crediting it pays
    nothing back, and deducting it from the final invoice applies nothing.

    :param invoiced: on posted invoices of deposits
    :param paid: how much money came in for these invoices
    :param credited: on credit notes of deposits
    :param deducted: on final invoices, less what was credited of those
    """
    received = max(0, min(paid, invoiced))
    still_owed = max(0, invoiced - max(0, credited))
    refunded = max(0, received - still_owed)
    applied = max(0, min(deducted, received - refunded))
    return Ledger(received, applied, refunded, received - refunded - applied)
