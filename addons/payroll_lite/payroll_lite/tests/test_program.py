import json
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools.errors import PayrollError
from ..tools.explain import explain, percent_of
from ..tools.program import compile_program, make_plan
from ..tools.snapshot import fingerprint

VECTORS = Path(__file__).parent / "vectors"


def rule(code, expression, category="base", condition="", rounding="cent"):
    return {
        "code": code,
        "category": category,
        "expression": expression,
        "condition": condition,
        "rounding": rounding,
    }


def source(rules, inputs=(), **parameters):
    return {
        "rules": rules,
        "inputs": dict.fromkeys(inputs, "number"),
        "parameters": parameters,
    }


def valid_on(values, day):
    """The latest of dated values that starts on or before ``day``."""
    return max(
        (value for value in values if value["date_from"] <= day),
        key=lambda value: value["date_from"],
    )


@tagged("post_install", "-at_install")
class TestProgram(BaseCase):
    """Rules become one function: order, figures, faults, explanations."""

    def _run(self, *rules, ytd=(), **inputs):
        program = compile_program(source(list(rules), inputs))
        values = {name: Decimal(str(value)) for name, value in inputs.items()}
        return program.run(values, dict(ytd))

    def assertFault(self, kind, call, *args, **kwargs):
        with self.assertRaises(PayrollError) as caught:
            call(*args, **kwargs)
        self.assertEqual(caught.exception.kind, kind, caught.exception)
        return caught.exception

    def test_official_vectors(self):
        for name in ("finland", "estonia", "uk_paye"):
            vector = json.loads((VECTORS / f"{name}.json").read_text())
            rules = [
                {"condition": "", "rounding": "cent", **entry}
                for entry in vector["rules"]
            ]
            for case in vector["cases"]:
                with self.subTest(vector=name, case=case["name"]):
                    parameters = {
                        code: valid_on(values, case["date"])
                        for code, values in vector["parameters"].items()
                    }
                    program = compile_program(
                        {
                            "rules": rules,
                            "inputs": vector["inputs"],
                            "parameters": parameters,
                        }
                    )
                    amounts, _totals = program.run(
                        {key: Decimal(value) for key, value in case["inputs"].items()},
                        {key: Decimal(value) for key, value in case["ytd"].items()},
                    )
                    found = {code: str(amounts.get(code)) for code in case["expected"]}
                    self.assertEqual(found, case["expected"])
                    for code in case.get("absent", ()):
                        self.assertNotIn(code, amounts)

    def test_names_give_the_order_not_the_position(self):
        amounts, totals = self._run(
            rule("NET", "earnings - deductions", "net"),
            rule("TAX", "GROSS * 10 / 100", "deduction"),
            rule("GROSS", "earnings"),
            rule("BASIC", "wage", "earning"),
            rule("BONUS", "BASIC / 10", "earning"),
            wage=2000,
        )
        self.assertEqual(amounts["NET"], Decimal("1980.00"))
        self.assertEqual(totals["earnings"], Decimal("2200.00"))
        self.assertEqual(totals["net"], amounts["NET"])

    def test_long_chains_and_long_sums(self):
        """Thousands of rules are slow work for their author, but no crash."""
        count = 3000
        chain = [rule(f"R{index}", f"R{index - 1} + 1") for index in range(1, count)]
        result = self._run(*reversed(chain), rule("R0", "1"))
        self.assertEqual(result.amounts[f"R{count - 1}"], count)
        earnings = [rule(f"E{index}", "0.01", "earning") for index in range(count)]
        net = rule("NET", "earnings", "net")
        self.assertEqual(self._run(*earnings, net).totals["net"], Decimal(count) / 100)

    def test_a_long_circle_is_cut_short(self):
        count = 2000
        fault = self.assertFault(
            "circle",
            self._run,
            *(rule(f"R{index}", f"R{(index + 1) % count}") for index in range(count)),
        )
        self.assertTrue(fault.params["path"].startswith("R0 → R1 → "))
        self.assertTrue(fault.params["path"].endswith(f" → R{count - 1} → R0"))
        self.assertLess(len(fault.params["path"]), 200)

    def test_a_table_without_bands_is_named(self):
        data = source([rule("A", "LOOKUP(1, empty)")], empty={"bands": []})
        fault = self.assertFault("table_order", compile_program, data)
        self.assertEqual(fault.params["name"], "empty")

    def test_what_is_no_number_is_a_fault(self):
        for value in ("NaN", "Infinity", "-Infinity"):
            with self.subTest(value=value):
                fault = self.assertFault(
                    "no_number", self._run, rule("A", "wage"), wage=value
                )
                self.assertEqual(fault.params["name"], "wage")
                for parameter in ({"value": value}, {"bands": [["0", value]]}):
                    data = source([rule("A", "1")], figure=parameter)
                    fault = self.assertFault("no_number", compile_program, data)
                    self.assertEqual(fault.params["name"], "figure")

    def test_a_circle_is_told_as_a_path(self):
        fault = self.assertFault(
            "circle", self._run, rule("A", "B + 1"), rule("B", "C"), rule("C", "A")
        )
        self.assertEqual(fault.params["path"], "A → B → C → A")
        self.assertFault("circle", self._run, rule("A", "A + 1"))
        self.assertFault("circle", self._run, rule("A", "earnings", "earning"))

    def test_unknown_names_are_faults_with_a_suggestion(self):
        fault = self.assertFault(
            "unknown_name_close", self._run, rule("BASIC", "wgae"), wage=1
        )
        self.assertEqual(fault.params["close"], "wage")
        self.assertEqual(fault.params["rule"], "BASIC")
        self.assertFault("unknown_name", self._run, rule("BASIC", "zzz"), wage=1)
        self.assertFault("unknown_name", self._run, rule("BASIC", "ytd(ZZZ)"))

    def test_a_missing_input_is_a_fault_not_zero(self):
        program = compile_program(source([rule("A", "age")], ["age"]))
        self.assertFault("missing_input", program.run, {}, {})
        self.assertFault("missing_input", program.run, {"age": None}, {})

    def test_inputs_nobody_uses_may_be_missing(self):
        program = compile_program(source([rule("A", "1")], ["age"]))
        self.assertEqual(program.run({}, {}).amounts, {"A": Decimal("1.00")})

    def test_faults_name_the_rule(self):
        off = rule("OFF", "1", condition="wage > 5")
        for kind, expression in (
            ("division", "1 / (wage - wage)"),
            ("division", "(wage - 1) / (wage - 1)"),
            ("too_large", "999999999999999 * 999999999999999 * 999999999999999"),
            ("too_large", "999999999999999"),
            ("round_digits", "round(wage, wage / 2)"),
        ):
            fault = self.assertFault(
                kind, self._run, off, rule("BAD", expression), wage=1
            )
            self.assertEqual(fault.params["rule"], "BAD")

    def test_if_computes_only_the_side_it_takes(self):
        for spelling in ("IF", "if", "If"):
            amounts, _totals = self._run(
                rule("A", f"{spelling}(days > 0, wage / days, 0)"), days=0, wage=100
            )
            self.assertEqual(amounts["A"], 0)

    def test_conditions_leave_the_line_out_and_count_as_zero(self):
        amounts, _totals = self._run(
            rule("BASIC", "wage", "earning", condition="wage > 100"),
            rule("DOUBLE", "BASIC * 2"),
            wage=50,
        )
        self.assertEqual(amounts, {"DOUBLE": Decimal("0.00")})

    def test_roundings(self):
        for rounding, expected in (
            ("cent", "2.35"),
            ("cent_down", "2.34"),
            ("cent_up", "2.35"),
            ("five_cents", "2.35"),
            ("unit", "2"),
            ("unit_down", "2"),
            ("unit_up", "3"),
            ("none", "2.345"),
        ):
            amounts, _totals = self._run(
                rule("A", "wage", rounding=rounding), wage=2.345
            )
            self.assertEqual(amounts["A"], Decimal(expected), rounding)
        amounts, _totals = self._run(rule("A", "-wage", rounding="cent"), wage=0.001)
        self.assertEqual(str(amounts["A"]), "0.00")

    def test_exact_decimals(self):
        amounts, _totals = self._run(rule("A", "0.1 + 0.2"), rule("B", "1 / 3 * 3"))
        self.assertEqual(str(amounts["A"]), "0.30")
        self.assertEqual(str(amounts["B"]), "1.00")

    def test_net_must_add_up(self):
        basic = rule("BASIC", "wage", "earning")
        self.assertFault(
            "not_adding_up", self._run, basic, rule("NET", "wage - 1", "net"), wage=10
        )
        _amounts, totals = self._run(
            basic,
            rule("NET", "earnings - deductions", "net", rounding="unit"),
            wage=9.7,
        )
        self.assertEqual(totals["net"], 10)
        net = rule("NET", "earnings", "net")
        self.assertFault("two_nets", self._run, net, rule("NET2", "earnings", "net"))

    def test_year_to_date(self):
        amounts, _totals = self._run(
            rule("A", "min(wage, 1000 - ytd(A))", "earning"),
            wage=300,
            ytd={"A": Decimal(800)},
        )
        self.assertEqual(amounts["A"], 200)

    def test_tables(self):
        table = {"bands": [["0", "10"], ["1000", "20"], ["2000", "0"]]}
        program = compile_program(
            source(
                [rule("B", "bracket(x, t)"), rule("L", "lookup(x, t)")], ["x"], t=table
            )
        )
        for value, bracket, rate in (
            ("-5", 0, 0),
            ("0", 0, 10),
            ("999.99", 100, 10),
            ("1000", 100, 20),
            ("1500", 200, 20),
            ("2000", 300, 0),
            ("99999", 300, 0),
        ):
            amounts, _totals = program.run({"x": Decimal(value)}, {})
            self.assertEqual((amounts["B"], amounts["L"]), (bracket, rate), value)
        table["bands"].reverse()
        self.assertFault(
            "table_order", compile_program, source([rule("A", "lookup(1, t)")], t=table)
        )

    def test_kinds_are_checked_before_anything_runs(self):
        table = {"bands": [["0", "10"]]}
        for kind, expression in (
            ("needs_number", "t + 1"),
            ("needs_table", "lookup(1, 2)"),
            ("needs_number", "(1 < 2) + 1"),
            ("needs_condition", "IF(1, 2, 3)"),
            ("needs_number", "1 < 2"),
        ):
            self.assertFault(
                kind, compile_program, source([rule("A", expression)], t=table)
            )
        self.assertFault(
            "needs_condition", compile_program, source([rule("A", "1", condition="2")])
        )

    def test_two_rules_of_one_code(self):
        self.assertFault("twice", make_plan, [rule("A", "1"), rule("A", "2")], {}, {})

    def test_the_same_source_is_compiled_once(self):
        one = source([rule("A", "wage")], ["wage"])
        other = json.loads(json.dumps(one))
        self.assertIs(compile_program(one), compile_program(other))
        self.assertEqual(fingerprint(one), fingerprint(other))
        self.assertNotEqual(fingerprint(one), fingerprint(source([rule("A", "1")])))

    def test_explain_shows_formula_and_figures(self):
        program = compile_program(
            source(
                [
                    rule("GROSS", "wage"),
                    rule("TAX", "(GROSS - 100) * rate / 100", condition="wage >= 5"),
                ],
                ["wage"],
                rate={"value": "7.3"},
            )
        )
        found = explain(
            program, "TAX", {"wage": Decimal(1100)}, {}, lambda name, value: str(value)
        )
        self.assertEqual(found["formula"], "(GROSS − 100) × rate ÷ 100")
        self.assertEqual(found["figures"], "(1100.00 − 100) × 7.3 ÷ 100")
        self.assertEqual(found["condition_figures"], "1100 ≥ 5")
        self.assertEqual(found["amount"], Decimal("73.00"))
        self.assertEqual(
            [(entry["name"], entry["sort"]) for entry in found["names"]],
            [("GROSS", "rule"), ("rate", "parameter"), ("wage", "input")],
        )

    def test_percent_of(self):
        table = {"bands": [["0", "7.15"], ["53", "8.65"]]}
        program = compile_program(
            source(
                [
                    rule("A", "wage * lookup(age, t) / 100"),
                    rule("B", "A * 2"),
                    rule("C", "wage * r / 100"),
                ],
                ["wage", "age"],
                t=table,
                r={"value": "4"},
            )
        )
        inputs = {"wage": Decimal(1000), "age": Decimal(55)}
        result = program.run(inputs, {})
        self.assertEqual(
            percent_of(program, "A", inputs, result), (1000, Decimal("8.65"))
        )
        self.assertIsNone(percent_of(program, "B", inputs, result))
        self.assertEqual(percent_of(program, "C", inputs, result), (1000, 4))
