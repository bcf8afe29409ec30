from odoo.tests import BaseCase, tagged

from ..tools import expression
from ..tools.errors import PayrollError

NAMES = {"wage": "number", "GROSS": "number", "table": "table"}


@tagged("post_install", "-at_install")
class TestExpression(BaseCase):
    """What the language of pay rules lets in, and what it refuses before it runs."""

    def _translate(self, source, expected="number"):
        return expression.translate(source, NAMES, {"GROSS"}, expected)

    def test_what_is_allowed(self):
        for source in (
            "wage",
            "  wage * 7.3 / 100 ",
            "wage\n+ 1\t- 2",
            "-wage + +3",
            "min(wage, 5, 6)",
            "Round(wage / 3, 1)",
            "IF(wage > 1 and not (wage < 5 or wage == 3), 1, 0)",
            "IF(0 < wage <= 5, 1, 0)",
            "if (wage != 0, 1, 0)",
            "lookup(wage, table) + bracket(wage, table)",
            "ytd(GROSS)",
            "((((((((((wage))))))))))",
            " + ".join(["wage"] * 50),
        ):
            with self.subTest(source=source):
                self._translate(source)

    def test_what_is_refused(self):
        for kind, source in (
            ("empty", ""),
            ("empty", "  \n "),
            ("character", "wage.real"),
            ("character", "().__class__"),
            ("character", "'text'"),
            ("character", 'f"{wage}"'),
            ("character", "wage[0]"),
            ("character", "{wage}"),
            ("character", "wage % 2"),
            ("character", "wage @ 2"),
            ("character", "wage; wage"),
            ("character", "wage # comment"),
            ("character", "wage\\\n+1"),
            ("character", "wage & 1"),
            ("character", "~wage"),
            ("character", "1 € + 2"),
            ("character", "ｗage"),
            ("character", "wage\x00"),
            ("operator", "9**9**9"),
            ("operator", "wage // 2"),
            ("operator", "(x := wage)"),
            ("single_equals", "wage = 1"),
            ("single_equals", "min(wage, key=1)"),
            ("word", "lambda wage"),
            ("word", "wage for wage in wage"),
            ("word", "await wage"),
            ("word", "import os"),
            ("word", "wage if wage else 1"),
            ("word", "if wage"),
            ("word", "True"),
            ("word", "None"),
            ("word", "1 in table"),
            ("word", "1 is 1"),
            ("name_underscore", "__import__"),
            ("name_underscore", "_wage"),
            ("name_underscore", "wa__ge"),
            ("number", "1e9"),
            ("number", "0x10"),
            ("number", "1_000"),
            ("number", "1j"),
            ("number", "007"),
            ("number", "9" * 16),
            ("number", "1." + "0" * 11),
            ("comma", "7,3 * wage"),
            ("syntax", "wage wage"),
            ("syntax", "wage +"),
            ("syntax", "(wage"),
            ("syntax", "wage)"),
            ("syntax", "min(*wage, 1)"),
            ("syntax", "*wage"),
            ("syntax", "wage(1)(2)"),
            ("comma", "()"),
            ("unknown_function", "eval(wage)"),
            ("unknown_function", "wage(1)"),
            ("arguments", "min(wage)"),
            ("arguments", "IF(wage > 1, 2)"),
            ("arguments", "abs()"),
            ("ytd_argument", "ytd(1)"),
            ("ytd_argument", "ytd(GROSS + 1)"),
            ("too_long", "wage + " * 500),
            ("too_deep", "(" * 90 + "wage" + ")" * 90),
            ("too_deep", "-" * 400 + "1"),
            ("too_deep", "wage" + " + 1" * 200),
            ("too_deep", "IF(wage > " + "abs(" * 70 + "1" + ")" * 70 + ", 1, 0)"),
        ):
            with self.subTest(source=source[:40]):
                with self.assertRaises(PayrollError) as caught:
                    self._translate(source)
                self.assertEqual(caught.exception.kind, kind, caught.exception)

    def test_nothing_of_the_source_is_executed_as_it_stands(self):
        text = self._translate("min(wage, 5) * ytd(GROSS)").text
        self.assertEqual(text, "(f_MIN(v_wage, k_5) * y_GROSS)")
