"""The language of pay rules: arithmetic over names, and nothing else.

A source text passes two gates. The first reads its tokens and knows only numbers, names,
brackets, arithmetic and comparison; the second walks Python's own syntax tree and knows
only the nodes these tokens can form. What passes is written out again as Python text
made of checked pieces, so nothing of the author's text is ever executed as it stands.
"""

import ast
import difflib
import keyword
import re
from decimal import Decimal
from typing import NamedTuple

from .errors import PayrollError
from .functions import CONDITION, FUNCTIONS, NUMBER

MAX_LENGTH = 1000
MAX_DEPTH = 60

_TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|//|==|!=|<=|>=|<>|:=|[-+*/(),<>=])"
    r"|(?P<space> +)"
)
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?")
_REFUSED_OPERATORS = {"**", "//", ":=", "<>"}
_WORDS = {"and", "or", "not"}
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


class Translation(NamedTuple):
    """Python text of an expression and what it needs to run."""

    text: str
    kind: str
    names: frozenset
    ytd_codes: frozenset
    constants: dict


def parse(source):
    """Syntax tree of ``source``, or a PayrollError that says what is wrong with it."""
    text = re.sub(r"\s", " ", source or "").strip()
    if not text:
        raise PayrollError("empty")
    if len(text) > MAX_LENGTH:
        raise PayrollError("too_long", limit=MAX_LENGTH)
    text = _check_tokens(text)
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        near = text[max((error.offset or 1) - 1, 0) :][:20]
        raise PayrollError("syntax", near=near or text[-20:]) from None
    except (MemoryError, RecursionError, ValueError):
        raise PayrollError("too_deep") from None
    _check_depth(tree)
    return text, tree


def _check_tokens(text):
    """Refuse every token outside the language; spell ``if(`` so that Python reads it."""
    position = depth = 0
    pieces = []
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise PayrollError("character", character=text[position])
        piece = match.group()
        position = match.end()
        if match.lastgroup == "number":
            if not _NUMBER.fullmatch(piece) or _continues(text, position):
                raise PayrollError("number", number=piece[:20])
        elif match.lastgroup == "name":
            if piece == "if" and text[position:].lstrip().startswith("("):
                piece = "IF"
            elif keyword.iskeyword(piece) and piece not in _WORDS:
                raise PayrollError("word", word=piece)
            elif piece.startswith("_") or "__" in piece:
                raise PayrollError("name_underscore", name=piece[:40])
        elif piece in _REFUSED_OPERATORS:
            raise PayrollError("operator", operator=piece)
        elif piece == "=":
            raise PayrollError("single_equals")
        elif piece in "()":
            depth += 1 if piece == "(" else -1
            if depth > MAX_DEPTH:
                raise PayrollError("too_deep")
        pieces.append(piece)
    return "".join(pieces)


def _continues(text, position):
    """Whether a letter, digit or underscore follows without a space."""
    following = text[position : position + 1]
    return following.isalnum() or following == "_"


def _check_depth(tree):
    """Refuse deep trees without recursion, before anything recursive sees them."""
    level = [tree]
    for _depth in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise PayrollError("too_deep")


def translate(source, kinds, codes, expected):
    """Check ``source`` against the names it may use and write it as Python.

    :param kinds: kind (number, condition, table) of each name in reach
    :param codes: rule codes that ``ytd(...)`` may ask for
    :param expected: kind the whole expression must have
    """
    text, tree = parse(source)
    translator = _Translator(text, kinds, codes)
    python = translator.visit(tree, expected)
    return Translation(
        python,
        expected,
        frozenset(translator.names),
        frozenset(translator.ytd_codes),
        translator.constants,
    )


def variable(name):
    """Python name of a value; the prefix keeps it apart from everything else."""
    return f"v_{name}"


def ytd_variable(code):
    return f"y_{code}"


def constant_name(number):
    """Name of a literal, the same for the same number."""
    return "k_" + number.replace(".", "_")


class _Translator:
    """Writes one checked tree as Python text; knows each node by name or refuses it."""

    def __init__(self, text, kinds, codes):
        self.text = text
        self.kinds = kinds
        self.codes = codes
        self.names = set()
        self.ytd_codes = set()
        self.constants = {}

    def visit(self, node, expected):
        method = getattr(self, f"_visit_{type(node).__name__.lower()}", None)
        if method is None:
            raise PayrollError("syntax", near=self._source(node)[:20])
        text, kind = method(node)
        if kind != expected:
            raise PayrollError(f"needs_{expected}", part=self._source(node)[:60])
        return text

    def _source(self, node):
        return self.text[node.col_offset : node.end_col_offset]

    def _visit_constant(self, node):
        number = self._source(node)
        self.constants[constant_name(number)] = Decimal(number)
        return constant_name(number), NUMBER

    def _visit_name(self, node):
        if node.id not in self.kinds:
            raise unknown_name(node.id, self.kinds)
        self.names.add(node.id)
        return variable(node.id), self.kinds[node.id]

    def _visit_binop(self, node):
        operator = _BINARY.get(type(node.op))
        if operator is None:
            raise PayrollError("syntax", near=self._source(node)[:20])
        left = self.visit(node.left, NUMBER)
        return f"({left} {operator} {self.visit(node.right, NUMBER)})", NUMBER

    def _visit_unaryop(self, node):
        if isinstance(node.op, ast.Not):
            return f"(not {self.visit(node.operand, CONDITION)})", CONDITION
        sign = "-" if isinstance(node.op, ast.USub) else "+"
        return f"({sign}{self.visit(node.operand, NUMBER)})", NUMBER

    def _visit_boolop(self, node):
        word = " and " if isinstance(node.op, ast.And) else " or "
        parts = [self.visit(value, CONDITION) for value in node.values]
        return f"({word.join(parts)})", CONDITION

    def _visit_compare(self, node):
        text = self.visit(node.left, NUMBER)
        for operator, value in zip(node.ops, node.comparators, strict=True):
            sign = _COMPARE.get(type(operator))
            if sign is None:
                raise PayrollError("syntax", near=self._source(node)[:20])
            text += f" {sign} {self.visit(value, NUMBER)}"
        return f"({text})", CONDITION

    def _visit_tuple(self, node):
        raise PayrollError("comma", part=self._source(node)[:60])

    def _visit_call(self, node):
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise PayrollError("syntax", near=self._source(node)[:20])
        name = node.func.id.upper()
        if name == "IF":
            return self._write_if(node), NUMBER
        if name == "YTD":
            return self._write_ytd(node), NUMBER
        function = FUNCTIONS.get(name)
        if function is None:
            raise PayrollError("unknown_function", name=node.func.id[:40])
        if not function.least <= len(node.args) <= function.most:
            raise PayrollError(
                "arguments",
                name=name,
                least=function.least,
                most=function.most,
                found=len(node.args),
            )
        kinds = function.arguments + function.arguments[-1:] * len(node.args)
        arguments = [
            self.visit(argument, kind)
            for argument, kind in zip(node.args, kinds, strict=False)
        ]
        return f"f_{name}({', '.join(arguments)})", NUMBER

    def _write_if(self, node):
        if len(node.args) != 3:
            raise PayrollError(
                "arguments", name="IF", least=3, most=3, found=len(node.args)
            )
        condition = self.visit(node.args[0], CONDITION)
        then, otherwise = (self.visit(argument, NUMBER) for argument in node.args[1:])
        return f"({then} if {condition} else {otherwise})"

    def _write_ytd(self, node):
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name):
            raise PayrollError("ytd_argument")
        code = node.args[0].id
        if code not in self.codes:
            raise unknown_name(code, dict.fromkeys(self.codes))
        self.ytd_codes.add(code)
        return ytd_variable(code)


def unknown_name(name, kinds):
    """The fault of a name nobody defines, with the likely spelling when there is one."""
    folded = {known.lower(): known for known in kinds}
    close = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    if close:
        return PayrollError(
            "unknown_name_close", name=name[:40], close=folded[close[0]]
        )
    return PayrollError("unknown_name", name=name[:40])
