"""Marks of what code is doing. They come from code only: no client can send an object."""

KEY = "crm_orders_till"
# A till sends receipts that have to do with sales orders.
SYNC = object()
# The cashier's own part of it: the receipt, without what follows for sales orders.
RECEIPT = object()
# What follows for sales orders, with all rights.
ORDERS = object()


def is_sync(env):
    """Whether sales orders are dealt with because of a receipt."""
    return env.context.get(KEY) in (SYNC, ORDERS)


def is_receipt(env):
    """Whether only the receipt is stored, by whoever is allowed that and no more."""
    return env.context.get(KEY) is RECEIPT


def is_orders(env):
    """Whether the receipt is stored already, and sales orders follow."""
    return env.context.get(KEY) is ORDERS
