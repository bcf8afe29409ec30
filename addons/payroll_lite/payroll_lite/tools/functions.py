"""Arithmetic the pay rules may use: exact decimals, never binary floats."""

import decimal
from bisect import bisect_right
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import NamedTuple

from .errors import PayrollError

ZERO = Decimal(0)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
UNIT = Decimal(1)
# Larger than any payroll, small enough for every column and for exact cents.
LARGEST_AMOUNT = Decimal(10) ** 13

# 28 digits hold a product of two amounts with six decimals; whatever would silently
# become infinity or "not a number" raises instead.
CONTEXT = decimal.Context(
    prec=28,
    rounding=ROUND_HALF_UP,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)


def _rounder(step, mode):
    if step in (CENT, UNIT):

        def to_step(value):
            # adding zero turns "-0.00" into "0.00"
            return value.quantize(step, mode) + ZERO

    else:

        def to_step(value):
            return (value / step).quantize(UNIT, mode) * step + ZERO

    return to_step


ROUNDINGS = {
    "cent": _rounder(CENT, ROUND_HALF_UP),
    "cent_down": _rounder(CENT, ROUND_DOWN),
    "cent_up": _rounder(CENT, ROUND_UP),
    "five_cents": _rounder(Decimal("0.05"), ROUND_HALF_UP),
    "unit": _rounder(UNIT, ROUND_HALF_UP),
    "unit_down": _rounder(UNIT, ROUND_DOWN),
    "unit_up": _rounder(UNIT, ROUND_UP),
    "none": lambda value: value + ZERO,
}


def round_digits(value, digits=UNIT + UNIT):
    """``value`` with at most ``digits`` decimals, a half rounded away from zero."""
    if digits != digits.to_integral_value() or not 0 <= digits <= 6:
        raise PayrollError("round_digits")
    return value.quantize(UNIT.scaleb(-int(digits)), ROUND_HALF_UP) + ZERO


def finite(text):
    """Decimal of ``text``; "not a number" and infinity would only fail later on."""
    number = Decimal(text)
    if not number.is_finite():
        raise PayrollError("no_number")
    return number


def floor(value):
    return value.to_integral_value(ROUND_FLOOR) + ZERO


def ceil(value):
    return value.to_integral_value(ROUND_CEILING) + ZERO


class Table:
    """Bands of a dated parameter: from each lower limit up to the next one, a percent.

    The tax of all full bands below each limit is summed once, so that reading a table
    costs one binary search.
    """

    __slots__ = ("_below", "_limits", "_rates", "bands")

    def __init__(self, bands):
        self.bands = [(finite(limit), finite(rate)) for limit, rate in bands]
        self._limits = [limit for limit, _rate in self.bands]
        if not self.bands or sorted(set(self._limits)) != self._limits:
            raise PayrollError("table_order")
        self._rates = [rate for _limit, rate in self.bands]
        self._below = [ZERO]
        for index in range(1, len(self.bands)):
            width = self._limits[index] - self._limits[index - 1]
            tax = width * self._rates[index - 1] / HUNDRED
            self._below.append(self._below[-1] + tax)

    def lookup(self, value):
        """Percent of the band that holds ``value``; 0 below the first band."""
        index = bisect_right(self._limits, value) - 1
        return self._rates[index] if index >= 0 else ZERO

    def bracket(self, value):
        """Progressive sum: each part of ``value`` at the percent of its own band."""
        index = bisect_right(self._limits, value) - 1
        if index < 0:
            return ZERO
        part = (value - self._limits[index]) * self._rates[index] / HUNDRED
        return self._below[index] + part


class Function(NamedTuple):
    """How a function may be called; ``arguments`` are kinds, the last one repeats."""

    call: object
    arguments: tuple
    least: int
    most: int


NUMBER = "number"
CONDITION = "condition"
TABLE = "table"

# IF is written by the translator itself, because only the chosen side may be computed;
# YTD takes the code of a rule.
FUNCTIONS = {
    "MIN": Function(min, (NUMBER,), 2, 20),
    "MAX": Function(max, (NUMBER,), 2, 20),
    "ABS": Function(abs, (NUMBER,), 1, 1),
    "ROUND": Function(round_digits, (NUMBER,), 1, 2),
    "FLOOR": Function(floor, (NUMBER,), 1, 1),
    "CEIL": Function(ceil, (NUMBER,), 1, 1),
    "BRACKET": Function(
        lambda value, table: table.bracket(value), (NUMBER, TABLE), 2, 2
    ),
    "LOOKUP": Function(lambda value, table: table.lookup(value), (NUMBER, TABLE), 2, 2),
}
