"""Why a payslip line has its amount: the formula in words and in figures."""

import ast

from . import expression
from .functions import Table

_SIGNS = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mult: "×",
    ast.Div: "÷",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.And: "and",
    ast.Or: "or",
}
_RANK = {
    ast.Or: 1,
    ast.And: 2,
    ast.Not: 3,
    ast.Compare: 4,
    ast.Add: 5,
    ast.Sub: 5,
    ast.Mult: 6,
    ast.Div: 6,
    ast.USub: 7,
    ast.UAdd: 7,
}


def explain(program, code, inputs, ytd, spell):
    """Everything needed to follow one line of a payslip by hand.

    :param spell: function (name, value) -> text of a value in the reader's language;
        ``name`` is None for a literal
    """
    result = program.run(inputs, ytd)
    rule = program.rules[code]
    values = {**program.parameters, **inputs, **result.totals}
    values.update({name: result.amounts.get(name, 0) for name in program.rules})
    used = program.plan.amounts[code].names
    condition = program.plan.conditions.get(code)
    if condition:
        used |= condition.names
    explanation = {
        "formula": _render(rule["expression"]),
        "figures": _render(rule["expression"], values, ytd, spell),
        "condition": _render(rule["condition"]) if condition else "",
        "condition_figures": (
            _render(rule["condition"], values, ytd, spell) if condition else ""
        ),
        "amount": result.amounts.get(code),
        "rounding": rule["rounding"],
        "names": [
            {"name": name, "value": values[name], "sort": _sort_of(program, name)}
            for name in sorted(used)
        ],
    }
    return explanation


def percent_of(program, code, inputs, result):
    """(basis, percent) of a rule that is plainly a percent of something, else None.

    Payslips traditionally print both beside the amount.
    """
    _text, tree = expression.parse(program.rules[code]["expression"])
    if not (_is_binop(tree, ast.Div) and _is_hundred(tree.right)):
        return None
    product = tree.left
    if not _is_binop(product, ast.Mult):
        return None
    values = {**program.parameters, **inputs, **result.totals, **result.amounts}
    basis, percent = (
        _simple_value(side, values) for side in (product.left, product.right)
    )
    return None if basis is None or percent is None else (basis, percent)


def _is_binop(node, operator):
    return isinstance(node, ast.BinOp) and isinstance(node.op, operator)


def _is_hundred(node):
    return isinstance(node, ast.Constant) and node.value == 100


def _simple_value(node, values):
    """Value of a bare name, or of a table read at a bare name."""
    if isinstance(node, ast.Name):
        value = values.get(node.id)
        return None if isinstance(value, Table) else value
    if isinstance(node, ast.Call) and node.func.id.upper() == "LOOKUP":
        key, table = (values.get(getattr(part, "id", None)) for part in node.args)
        if key is not None and isinstance(table, Table):
            return table.lookup(key)
    return None


def _sort_of(program, name):
    if name in program.rules:
        return "rule"
    if name in program.parameters:
        return "parameter"
    return "input" if name in program.input_kinds else "sum"


def _render(source, values=None, ytd=None, spell=None):
    """Expression in the signs of a school book; with ``values``, in figures."""
    text, tree = expression.parse(source)

    def literal(node):
        number = text[node.col_offset : node.end_col_offset]
        return number if spell is None else spell(None, number)

    def name_or_value(node):
        value = None if values is None else values[node.id]
        if value is None or isinstance(value, Table):
            return node.id
        return spell(node.id, value)

    def call(node):
        name = node.func.id.upper()
        if name == "YTD":
            code = node.args[0].id
            if values is None:
                return f"YTD({code})"
            return spell(code, ytd.get(code, 0))
        arguments = "; ".join(show(argument, 0) for argument in node.args)
        return f"{name}({arguments})"

    def show(node, rank):
        if isinstance(node, ast.Constant):
            return literal(node)
        if isinstance(node, ast.Name):
            return name_or_value(node)
        if isinstance(node, ast.Call):
            return call(node)
        own = _RANK[type(getattr(node, "op", node))]
        if isinstance(node, ast.BinOp):
            left, right = show(node.left, own), show(node.right, own + 1)
            shown = f"{left} {_SIGNS[type(node.op)]} {right}"
        elif isinstance(node, ast.BoolOp):
            word = f" {_SIGNS[type(node.op)]} "
            shown = word.join(show(value, own + 1) for value in node.values)
        elif isinstance(node, ast.Compare):
            shown = show(node.left, own + 1)
            for operator, value in zip(node.ops, node.comparators, strict=True):
                shown += f" {_SIGNS[type(operator)]} {show(value, own + 1)}"
        else:
            sign = {ast.Not: "not ", ast.USub: "−", ast.UAdd: "+"}[type(node.op)]
            shown = sign + show(node.operand, own)
        return f"({shown})" if own < rank else shown

    return show(tree, 0)
