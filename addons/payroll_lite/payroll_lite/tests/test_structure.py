from datetime import date

from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..tools.errors import PayrollError
from ..tools.fault_texts import _texts, fault_text
from .common import PayrollLiteCommon


@tagged("post_install", "-at_install")
class TestStructure(PayrollLiteCommon):
    """Rules and parameters are checked when they are saved."""

    def test_faults_are_told_when_saving(self):
        for expression, text in (
            (
                "wgae * 2",
                "Rule BASIC: There is nothing called “wgae”. Did you mean “wage”",
            ),
            ("wage.real", "Rule BASIC: The character “.” cannot be used"),
            ("__import__('os')", "“__import__” cannot be a name"),
            ("9 ** 9 ** 9", "“\\*\\*” cannot be used"),
            ("(x := 1)", "“:=” cannot be used"),
            ("lambda: 1", "The word “lambda” cannot be used"),
            ("7,3 * wage", "The comma in “7,3 \\* wage”"),
            ("age >= 17", "“age >= 17” is not an amount"),
            ("NET", "in a circle"),
            ("wage" * 400, "longer than 1000 characters"),
            ("(" * 99 + "1" + ")" * 99, "too many levels"),
            ("min(1)", "MIN takes 2 to 20 values, but 1 are given"),
        ):
            with self.subTest(expression=expression[:30]), self.refused(text):
                self._make_structure(
                    [("BASIC", "earning", expression), ("NET", "net", "earnings")]
                )

    def test_every_fault_has_a_text_that_can_be_filled(self):
        samples = dict.fromkeys(
            [
                "rule",
                "name",
                "close",
                "limit",
                "character",
                "operator",
                "word",
                "number",
                "part",
                "near",
                "least",
                "most",
                "found",
                "rules",
                "path",
                "date",
            ],
            "X",
        )
        for kind in _texts(self.env):
            text = fault_text(self.env, kind, samples)
            self.assertNotIn("%", text)
            self.assertIn("Rule X: " if "X" not in text else "X", text)

    def test_nothing_hostile_is_saved(self):
        rule = self.structure.rule_ids[0]
        kept = rule.expression
        for hostile in ("9**9**9", "lambda: 1", "f'{wage}'", "wage.__class__", "[1]"):
            with self.refused(""):
                rule.write({"expression": hostile})
        self.env.invalidate_all()
        self.assertEqual(rule.expression, kept)

    def test_one_save_may_rename_a_rule_and_its_users(self):
        structure = self._make_structure(
            [("BASIC", "earning", "wage"), ("NET", "net", "BASIC")]
        )
        basic, net = structure.rule_ids
        with self.refused("nothing called “BASIC”"):
            basic.code = "SALARY"
        structure.write(
            {
                "rule_ids": [
                    Command.update(basic.id, {"code": "SALARY"}),
                    Command.update(net.id, {"expression": "SALARY"}),
                ]
            }
        )
        self.assertEqual(structure.rule_ids.mapped("code"), ["SALARY", "NET"])
        with self.refused("nothing called “SALARY”"):
            structure.write({"rule_ids": [Command.delete(basic.id)]})

    def test_checks_cannot_be_skipped_by_a_context(self):
        rule = self.structure.rule_ids[0]
        for value in (True, "1", object()):
            with self.refused(""):
                rule.with_context(payroll_lite_deferred=value).expression = "nothing"

    def test_a_rule_in_use_cannot_go(self):
        structure = self._make_structure(
            [("BASIC", "earning", "wage"), ("NET", "net", "BASIC")]
        )
        with self.refused("nothing called “BASIC”"):
            structure.rule_ids[0].unlink()
        with self.refused("nothing called “BASIC”"):
            structure.rule_ids[0].active = False
        employee = self._make_employee("Aino")
        self._make_confirmed(employee, structure_id=structure.id)
        structure.rule_ids[1].expression = "earnings"
        with self.refused("Archive it instead"):
            structure.rule_ids[0].unlink()

    @mute_logger("odoo.sql_db")
    def test_codes(self):
        for code in ("basic", "A__B", "_A", "A_", "1A", "A B", "A" * 25, "MIN", "IF"):
            with self.subTest(code=code), self.refused(""):
                self._make_structure([(code, "earning", "wage")])
        for code in ("A", "GROSS_2", "A1"):
            self._make_structure([(code, "earning", "wage")])
        with self.refused("payroll_lite_rule_code_uniq", IntegrityError):
            self._make_structure([("A", "earning", "wage"), ("A", "base", "wage")])

    def test_one_net_pay(self):
        with self.refused("one rule for the net pay"):
            self._make_structure([("A", "net", "earnings"), ("B", "net", "earnings")])
        structure = self._make_structure([("A", "earning", "wage")])
        payslip = self._make_payslip(
            self._make_employee("Aino"), structure_id=structure.id
        )
        with self.refused("no rule of the category “Net pay”"):
            payslip.action_compute()

    @mute_logger("odoo.sql_db")
    def test_money_is_rounded(self):
        rule = self.structure.rule_ids[0]
        with self.refused("rounding_of_money", IntegrityError):
            rule.rounding = "none"

    def test_parameter_codes(self):
        parameters = self.env["payroll.lite.parameter"]
        for code in ("Upper", "a__b", "_a", "a-b", "wage", "earnings", "a" * 41):
            with self.subTest(code=code), self.refused(""):
                parameters.create({"name": "Test", "code": code})
        for code in ("and", "if", "not", "class"):
            with self.subTest(code=code), self.refused("is a word of"):
                parameters.create({"name": "Test", "code": code})
        for code in ("min", "lookup", "ytd"):
            with self.subTest(code=code), self.refused("is the name of a function"):
                parameters.create({"name": "Test", "code": code})
        parameters.create({"name": "Test", "code": "my_rate_2"})

    def test_a_parameter_in_use_stays(self):
        parameter = self.env.ref("payroll_lite.parameter_fi_tyel_employer")
        with self.refused("is used by the structure"):
            parameter.unlink()
        with self.refused("nothing called “tyel_employer”"):
            parameter.code = "something_else"
        with self.refused("is not an amount"):
            parameter.kind = "table"
        unused = parameter.create({"name": "Unused", "code": "unused"})
        unused.unlink()

    def test_dated_values(self):
        parameter = self.env["payroll.lite.parameter"].create(
            {
                "name": "Dated",
                "code": "dated",
                "value_ids": [
                    Command.create({"date_from": "2026-01-01", "value": 1.5}),
                    Command.create({"date_from": "2026-03-01", "value": 2}),
                    Command.create(
                        {
                            "date_from": "2026-02-01",
                            "value": 9,
                            "company_id": self.company.id,
                        }
                    ),
                ],
            }
        )

        def value_on(day, company):
            values = parameter._get_values(["dated"], day, company)
            return values["dated"].value if values else None

        other = self.env["res.company"].create({"name": "Other Oy"})
        self.assertIsNone(value_on("2025-12-31", self.company))
        self.assertEqual(value_on("2026-01-31", self.company), 1.5)
        self.assertEqual(value_on("2026-02-01", self.company), 9)
        self.assertEqual(value_on("2026-12-01", self.company), 9)
        self.assertEqual(value_on("2026-02-28", other), 1.5)
        self.assertEqual(value_on("2026-03-01", other), 2)

    def test_tables_need_bands(self):
        table = self.env["payroll.lite.parameter"].create(
            {"name": "Table", "code": "my_table", "kind": "table"}
        )
        values = {"parameter_id": table.id, "date_from": "2026-01-01"}
        with self.refused("at least one band"):
            self.env["payroll.lite.parameter.value"].create({**values, "band_ids": []})
        value = self.env["payroll.lite.parameter.value"].create(
            {
                **values,
                "band_ids": [
                    Command.create({"lower": 1000, "rate": 20}),
                    Command.create({"lower": 0, "rate": 10.5}),
                ],
            }
        )
        self.assertEqual(value._to_source()["bands"], [["0", "10.5"], ["1000", "20"]])
        self.assertEqual(
            value.with_context(lang="en_US").display_value, "10.5; from 1000: 20"
        )

    def test_no_table_loses_its_last_band(self):
        """However it is attempted, as an administrator would by RPC."""
        self.manager.company_ids = self.env["res.company"].search([])
        parameters = self.env["payroll.lite.parameter"].with_user(self.manager)
        bands = [Command.create({"lower": 0, "rate": 10})]
        vals = {"name": "Table", "code": "my_table", "kind": "table"}
        day = {"date_from": "2026-01-01"}
        with self.refused("at least one band"):
            parameters.create({**vals, "value_ids": [Command.create(day)]})
        table = parameters.create(
            {**vals, "value_ids": [Command.create({**day, "band_ids": bands})]}
        )
        value = table.value_ids
        with self.refused("at least one band"):
            value.create({"parameter_id": table.id, "date_from": "2026-02-01"})
        with self.refused("at least one band"):
            table.write({"value_ids": [Command.create({"date_from": "2026-02-01"})]})
        for command in (Command.clear(), Command.delete(value.band_ids.id)):
            with self.refused("at least one band"):
                value.write({"band_ids": [command]})
        with self.refused("at least one band"):
            value.band_ids.unlink()
        with self.refused("at least one band"):
            table.value_ids = [
                Command.update(
                    value.id, {"band_ids": [Command.delete(value.band_ids.id)]}
                )
            ]
        with self.refused("at least one band"):
            value.copy({"date_from": "2026-02-01", "band_ids": []})
        second = value.copy({"date_from": "2026-02-01"})
        with self.refused("at least one band"):
            second.band_ids.write({"value_id": value.id, "lower": 5})
        number = parameters.create({**vals, "code": "my_number", "kind": "number"})
        moving = value.create({"parameter_id": number.id, "date_from": "2026-03-01"})
        with self.refused("at least one band"):
            moving.parameter_id = table
        with self.refused("at least one band"):
            number.kind = "table"
        number.write(
            {
                "kind": "table",
                "value_ids": [Command.update(moving.id, {"band_ids": bands})],
            }
        )
        # one save may replace all bands, and a value goes with its bands
        second.band_ids = [
            Command.delete(second.band_ids.id),
            Command.create({"lower": 0, "rate": 11}),
        ]
        self.assertEqual(second.band_ids.rate, 11)
        second.unlink()
        table.unlink()
        self.assertFalse(value.exists())

    def test_the_value_of_another_company_needs_bands_too(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        number = self.env["payroll.lite.parameter"].create(
            {
                "name": "Number",
                "code": "my_number",
                "value_ids": [
                    Command.create({"date_from": "2026-01-01", "company_id": other.id})
                ],
            }
        )
        number.invalidate_recordset()
        with self.refused("at least one band"):
            number.write({"kind": "table"})

    @mute_logger("odoo.sql_db")
    def test_figures_are_numbers(self):
        value = self.env.ref("payroll_lite.parameter_fi_tyel_employer_2026")
        band = self.env.ref("payroll_lite.parameter_fi_tyel_employee_2026").band_ids[0]
        for figure in (float("nan"), float("inf"), 1e300):
            for record, name in ((value, "value"), (band, "rate"), (band, "lower")):
                with (
                    self.subTest(figure=figure, field=name),
                    self.refused("", (IntegrityError, OverflowError, ValueError)),
                ):
                    record[name] = figure

    def test_the_form_of_a_structure(self):
        with Form(self.env["payroll.lite.structure"]) as form:
            form.name = "By form"
            with form.rule_ids.new() as rule:
                rule.name = "Basic"
                rule.code = "BASIC"
                rule.expression = "wage"
            with form.rule_ids.new() as rule:
                rule.name = "Net"
                rule.code = "NET"
                rule.category = "net"
                rule.expression = "earnings - deductions"
        structure = form.save()
        self.assertEqual(structure.rule_count, 2)
        self.assertIn("tax_percent", structure.vocabulary)
        copied = structure.copy()
        self.assertEqual(copied.rule_ids.mapped("code"), ["BASIC", "NET"])

    def test_the_fault_of_a_program_names_what_is_missing(self):
        with self.assertRaises(PayrollError) as caught:
            self.structure._get_program(self.company, date(2000, 1, 1))
        self.assertEqual(caught.exception.kind, "missing_parameter")
