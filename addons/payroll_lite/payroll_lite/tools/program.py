"""A structure's rules, checked, put in order and compiled into one function.

The source of a program is plain JSON data: rules and the parameter values of one day.
It is stored with the payslips computed by it, so that the same inputs give the same
figures for ever, whatever happens to the rules later.
"""

import decimal
import json
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from . import expression
from .errors import PayrollError
from .functions import (
    CONDITION,
    CONTEXT,
    FUNCTIONS,
    LARGEST_AMOUNT,
    NUMBER,
    ROUNDINGS,
    TABLE,
    ZERO,
    Table,
    finite,
)
from .snapshot import canonical

# What the amounts of a category do: an earning adds to the net pay, a deduction lowers
# it, an employer cost does neither, a base is only a figure to compute with.
CATEGORIES = ("earning", "deduction", "employer", "base", "net")
SUMS = {
    "earning": "earnings",
    "deduction": "deductions",
    "employer": "employer_costs",
}

_FILE_NAME = "<pay rules>"
# More terms or names than this are written in parts: one expression of thousands of terms
# is more than Python's compiler takes, and a path of thousands of names more than people.
LONGEST_SUM = 50
LONGEST_CIRCLE = 10


class Result(NamedTuple):
    """Figures of one payslip."""

    amounts: dict
    totals: dict


class Plan(NamedTuple):
    """Rules in the order they are computed, with their checked texts."""

    order: list
    amounts: dict
    conditions: dict


def make_plan(rules, input_kinds, parameter_kinds):
    """Check rules against each other; their order follows from the names they use.

    :param rules: dicts with code, category, expression, condition and rounding
    """
    codes = {rule["code"] for rule in rules}
    kinds = {
        **input_kinds,
        **parameter_kinds,
        **dict.fromkeys(SUMS.values(), NUMBER),
        **dict.fromkeys(codes, NUMBER),
    }
    amounts, conditions, needs = {}, {}, {}
    for rule in rules:
        code = rule["code"]
        if code in amounts:
            raise PayrollError("twice", rule=code)
        try:
            amounts[code] = expression.translate(
                rule["expression"], kinds, codes, NUMBER
            )
            names = amounts[code].names
            if rule["condition"]:
                conditions[code] = expression.translate(
                    rule["condition"], kinds, codes, CONDITION
                )
                names |= conditions[code].names
        except PayrollError as error:
            raise error.in_rule(code) from None
        needs[code] = names & (codes | set(SUMS.values()))
    for category, name in SUMS.items():
        needs[name] = {rule["code"] for rule in rules if rule["category"] == category}
    return Plan(_sort(needs), amounts, conditions)


def _sort(needs):
    """Names with every need before its user; a circle is told as the path around it.

    Without recursion, so that a chain of rules may be of any length.
    """
    order, done = [], set()
    for start in needs:
        # what is looked at right now, in order, with its needs still to be looked at
        path = {} if start in done else {start: iter(sorted(needs[start]))}
        while path:
            name = next(reversed(path))
            need = next((need for need in path[name] if need not in done), None)
            if need is None:
                del path[name]
                done.add(name)
                order.append(name)
            elif need in path:
                raise PayrollError("circle", path=_circle_text(list(path), need))
            else:
                path[need] = iter(sorted(needs[need]))
    return order


def _circle_text(path, name):
    """The way from ``name`` around to itself; of a long one, both ends."""
    circle = [*path[path.index(name) :], name]
    if len(circle) > LONGEST_CIRCLE:
        half = LONGEST_CIRCLE // 2
        circle = [*circle[:half], "…", *circle[-half:]]
    return " → ".join(circle)


class Program:
    """Compiled form of one source; ``run`` computes a payslip in microseconds."""

    def __init__(self, source):
        self.rules = {rule["code"]: rule for rule in source["rules"]}
        self.parameters = {
            name: _parameter_value(name, parameter)
            for name, parameter in source["parameters"].items()
        }
        self.input_kinds = source["inputs"]
        parameter_kinds = {
            name: TABLE if isinstance(value, Table) else NUMBER
            for name, value in self.parameters.items()
        }
        self.plan = make_plan(source["rules"], self.input_kinds, parameter_kinds)
        used = set().union(
            *(part.names for part in self.plan.amounts.values()),
            *(part.names for part in self.plan.conditions.values()),
        )
        self.inputs = sorted(used & set(self.input_kinds))
        self.ytd_codes = sorted(
            set().union(
                *(part.ytd_codes for part in self.plan.amounts.values()),
                *(part.ytd_codes for part in self.plan.conditions.values()),
            )
        )
        self._net_codes = [
            code for code, rule in self.rules.items() if rule["category"] == "net"
        ]
        if len(self._net_codes) > 1:
            raise PayrollError("two_nets", rules=", ".join(self._net_codes))
        self._function = self._compile()

    def _compile(self):
        scope = {"__builtins__": {}, "ZERO": ZERO}
        for name, function in FUNCTIONS.items():
            scope[f"f_{name}"] = function.call
        for name, value in self.parameters.items():
            scope[expression.variable(name)] = value
        for name, rounder in ROUNDINGS.items():
            scope[f"r_{name}"] = rounder
        lines = ["def compute(inputs, ytd, result):"]
        lines += [
            f"    {expression.variable(name)} = inputs[{name!r}]"
            for name in self.inputs
        ]
        lines += [
            f"    {expression.ytd_variable(code)} = ytd.get({code!r}, ZERO)"
            for code in self.ytd_codes
        ]
        self._rule_of_line = {}
        for name in self.plan.order:
            for line in self._write(name, scope):
                lines.append(line)
                self._rule_of_line[len(lines)] = name
        # The text is made of checked pieces only: see expression.translate.
        exec(compile("\n".join(lines), _FILE_NAME, "exec"), scope)  # noqa: S102
        return scope["compute"]

    def _write(self, name, scope):
        """Lines of Python that compute one rule or one sum of a category."""
        variable = expression.variable(name)
        if name not in self.rules:
            codes = [
                expression.variable(code)
                for code, rule in self.rules.items()
                if SUMS.get(rule["category"]) == name
            ]
            return [
                f"    {variable} = {'ZERO' if start == 0 else variable} + "
                + " + ".join(codes[start : start + LONGEST_SUM])
                for start in range(0, len(codes), LONGEST_SUM)
            ] or [f"    {variable} = ZERO"]
        amount = self.plan.amounts[name]
        scope.update(amount.constants)
        rounding = f"r_{self.rules[name]['rounding']}"
        line = f"{variable} = result[{name!r}] = {rounding}({amount.text})"
        condition = self.plan.conditions.get(name)
        if condition is None:
            return [f"    {line}"]
        scope.update(condition.constants)
        return [
            f"    if {condition.text}:",
            f"        {line}",
            "    else:",
            f"        {variable} = ZERO",
        ]

    def run(self, inputs, ytd):
        """Amounts of all rules that apply.

        :param inputs: Decimal or bool by name; a missing one is a fault, never zero
        :param ytd: amounts of the year before this payslip, by rule code
        """
        for name in self.inputs:
            value = inputs.get(name)
            if value is None:
                raise PayrollError("missing_input", name=name)
            if isinstance(value, Decimal) and not value.is_finite():
                raise PayrollError("no_number", name=name)
        amounts = {}
        with decimal.localcontext(CONTEXT):
            try:
                self._function(inputs, ytd, amounts)
            except decimal.DecimalException as error:
                kind = "division" if _divides_by_zero(error) else "too_large"
                raise PayrollError(kind, rule=self._failed_rule(error)) from None
            except PayrollError as error:
                raise error.in_rule(self._failed_rule(error)) from None
            totals = self._add_up(amounts)
        return Result(amounts, totals)

    def _failed_rule(self, error):
        """Code of the rule whose line raised ``error``."""
        trace = error.__traceback__
        while trace.tb_frame.f_code.co_filename != _FILE_NAME:
            trace = trace.tb_next
        return self._rule_of_line[trace.tb_lineno]

    def _add_up(self, amounts):
        totals = dict.fromkeys(SUMS.values(), ZERO)
        for code, amount in amounts.items():
            if not -LARGEST_AMOUNT < amount < LARGEST_AMOUNT:
                raise PayrollError("too_large", rule=code)
            name = SUMS.get(self.rules[code]["category"])
            if name:
                totals[name] += amount
        totals["net"] = totals["earnings"] - totals["deductions"]
        for code in self._net_codes:
            rounder = ROUNDINGS[self.rules[code]["rounding"]]
            if amounts.get(code) != rounder(totals["net"]):
                raise PayrollError("not_adding_up", rule=code)
            totals["net"] = amounts[code]
        return totals


def _divides_by_zero(error):
    # zero divided by zero is an "invalid operation" with its reason in the arguments
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return isinstance(error, decimal.DivisionByZero) or (
        decimal.DivisionUndefined in reasons
    )


def _parameter_value(name, parameter):
    try:
        if "bands" in parameter:
            return Table(parameter["bands"])
        return finite(parameter["value"])
    except PayrollError as error:
        error.params["name"] = name
        raise


@lru_cache(maxsize=128)
def _compiled(text):
    return Program(json.loads(text))


def compile_program(source):
    """Program of a source; equal sources share one compiled program per process."""
    return _compiled(canonical(source))
