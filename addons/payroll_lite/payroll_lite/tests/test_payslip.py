import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.snapshot import fingerprint
from .common import PayrollLiteCommon

VECTOR = Path(__file__).parent / "vectors" / "finland.json"


@tagged("post_install", "-at_install")
class TestPayslip(PayrollLiteCommon):
    """Figures, confirmation and the fact that nothing changes afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aino = cls._make_employee("Aino Testi", user_id=cls.clerk.id)

    def test_finland(self):
        payslip = self._make_payslip(self.aino)
        self.assertEqual(payslip.date_to, date(2026, 5, 31))
        self.assertEqual(payslip.date_payment, date(2026, 5, 29), "not a Sunday")
        self.assertEqual(payslip.state, "draft")
        payslip.action_compute()
        self.assertEqual(
            self._amounts(payslip),
            {
                "BASIC": 3000,
                "GROSS": 3000,
                "WITHIN_LIMIT": 3000,
                "TAX": 615,
                "ABOVE_LIMIT": 0,
                "TYEL": 219,
                "UNEMP": 26.7,
                "NET": 2139.3,
                "TYEL_ER": 513,
                "UNEMP_ER": 9.3,
                "HEALTH_ER": 57.3,
                "ACCIDENT_ER": 21,
            },
        )
        self.assertEqual(payslip.earnings, 3000)
        self.assertEqual(payslip.deductions, 860.7)
        self.assertEqual(payslip.net, 2139.3)
        self.assertEqual(payslip.employer_costs, 600.6)
        self.assertEqual(payslip.total_cost, 3600.6)
        self.assertEqual(payslip.state, "computed")
        self.assertEqual(payslip.computed_uid, self.officer)
        self.assertFalse(payslip.number)

    def test_the_shipped_structure_is_the_one_of_the_vectors(self):
        vector = json.loads(VECTOR.read_text())
        self.assertEqual(
            [
                (rule.code, rule.category, rule.expression, rule.condition or "")
                for rule in self.structure.rule_ids
            ],
            [
                (
                    rule["code"],
                    rule["category"],
                    rule["expression"],
                    rule.get("condition", ""),
                )
                for rule in vector["rules"]
            ],
        )
        parameters = self.env["payroll.lite.parameter"]
        for year in (2024, 2025, 2026):
            day = date(year, 7, 1)
            found = parameters._get_sources(
                vector["parameters"], day, self.company, ["en_US"]
            )
            for code, values in vector["parameters"].items():
                expected = [
                    value for value in values if value["date_from"] <= str(day)
                ][-1]
                for key in ("value", "bands"):
                    self.assertEqual(
                        self._decimals(found[code].get(key)),
                        self._decimals(expected.get(key)),
                        (code, year),
                    )

    def _decimals(self, value):
        """Texts of decimals as decimals, whatever zeros they are written with."""
        if isinstance(value, list):
            return [self._decimals(part) for part in value]
        return value and Decimal(value)

    def test_versions_of_one_period_are_prorated(self):
        self.aino.create_version({"date_version": "2026-04-20", "wage": 3300})
        payslip = self._make_payslip(self.aino, month=4)
        payslip.action_compute()
        # 13 of 22 weekdays at 3000 and 9 at 3300
        self.assertEqual(self._amounts(payslip)["BASIC"], 3122.73)
        self.assertEqual(
            [
                (part["date_from"], part["date_to"], part["wage"])
                for part in payslip.snapshot["segments"]
            ],
            [
                ("2026-04-01", "2026-04-19", "3000.00"),
                ("2026-04-20", "2026-04-30", "3300.00"),
            ],
        )
        self.assertIn("3,300.00", payslip.with_context(lang="en_US").basis)

    def test_a_contract_within_the_period(self):
        eero = self._make_employee("Eero", start="2026-04-16", wage=2200)
        payslip = self._make_payslip(eero, month=4)
        payslip.action_compute()
        self.assertEqual(self._amounts(payslip)["BASIC"], 1100)

    def test_a_version_recorded_after_the_contract_started(self):
        late = self._make_employee("Late", start="2026-01-01", wage=2000)
        late.version_id.with_context(sync_contract_dates=True).write(
            {"date_version": "2026-06-10"}
        )
        payslip = self._make_payslip(late, month=5)
        payslip.action_compute()
        self.assertEqual(self._amounts(payslip)["BASIC"], 2000)

    def test_rates_are_those_of_the_payment_date(self):
        employee = self._make_employee("Old rates", start="2024-01-01")
        payslip = self._make_payslip(employee, month=12, year=2025)
        payslip.action_compute()
        self.assertEqual(self._amounts(payslip)["UNEMP"], 17.7)
        payslip.date_payment = date(2026, 1, 5)
        self.assertEqual(payslip.state, "draft")
        self.assertFalse(payslip.line_ids)
        payslip.action_compute()
        self.assertEqual(self._amounts(payslip)["UNEMP"], 26.7)

    def test_a_company_has_its_own_rate(self):
        self.env["payroll.lite.parameter.value"].create(
            {
                "parameter_id": self.env.ref(
                    "payroll_lite.parameter_fi_tyel_employer"
                ).id,
                "company_id": self.company.id,
                "date_from": "2025-01-01",
                "value": 18.123456,
            }
        )
        payslip = self._make_payslip(self.aino)
        payslip.action_compute()
        self.assertEqual(self._amounts(payslip)["TYEL_ER"], 543.7)

    def test_year_to_date_and_the_income_limit(self):
        self.aino.write({"payroll_tax_limit": 7000, "payroll_tax_percent_above": 40})
        for month in (1, 2):
            self._make_confirmed(self.aino, month=month)
        payslip = self._make_payslip(self.aino, month=3)
        payslip.action_compute()
        amounts = self._amounts(payslip)
        self.assertEqual(amounts["WITHIN_LIMIT"], 1000)
        self.assertEqual(amounts["TAX"], 205)
        self.assertEqual(amounts["TAX_ABOVE"], 800)
        basic = payslip.line_ids.filtered(lambda line: line.code == "BASIC")
        self.assertEqual(basic.ytd_amount, 9000)

    def test_faults_are_told_with_the_employee(self):
        unknown = self._make_employee("No Birthday", birthday=False)
        payslip = self._make_payslip(unknown)
        with self.assertRaisesRegex(UserError, "No Birthday: The birthday"):
            payslip.action_compute()
        nobody = self.env["hr.employee"].create(
            {"name": "No Contract", "company_id": self.company.id}
        )
        with self.assertRaisesRegex(UserError, "no running contract"):
            self._make_payslip(nobody).action_compute()
        early = self._make_payslip(self.aino, month=6, date_payment=date(2019, 6, 30))
        with self.assertRaisesRegex(UserError, "has no value for"):
            early.action_compute()

    def test_confirm(self):
        payslip = self._make_payslip(self.aino)
        with self.assertRaisesRegex(UserError, "Compute these payslips first: Aino"):
            payslip.action_confirm()
        payslip.action_compute()
        payslip.action_confirm()
        self.assertEqual(payslip.state, "done")
        self.assertEqual(payslip.number, "PS/2026/00001")
        self.assertEqual(payslip.user_id, self.clerk)
        self.assertEqual(payslip.confirmed_uid, self.officer)
        self.assertEqual(payslip.snapshot_mark, fingerprint(payslip.snapshot))
        with self.assertRaisesRegex(UserError, "PS/2026/00001 is confirmed"):
            payslip.action_confirm()

    def test_numbers_have_no_gaps(self):
        employees = [self._make_employee(f"Number {index}") for index in range(3)]
        payslips = self.Payslip.union(*(self._make_payslip(who) for who in employees))
        payslips.action_compute()
        payslips.action_confirm()
        self.assertEqual(
            payslips.sorted("id").mapped("number"),
            ["PS/2026/00001", "PS/2026/00002", "PS/2026/00003"],
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            failing = self._make_payslip(self.aino)
            failing.action_compute()
            failing.action_confirm()
            failing.action_confirm()
        self.assertEqual(self._make_confirmed(self.aino).number, "PS/2026/00004")

    def test_each_year_counts_for_itself(self):
        employee = self._make_employee("Two Years", start="2025-01-01")
        self.assertEqual(
            self._make_confirmed(employee, year=2025).number, "PS/2025/00001"
        )
        self.assertEqual(
            self._make_confirmed(employee, year=2026).number, "PS/2026/00001"
        )

    def test_what_changed_since_must_be_computed_again(self):
        payslip = self._make_payslip(self.aino)
        payslip.action_compute()
        self.aino.wage = 3100
        with self.assertRaisesRegex(
            UserError, "changed after they were computed: Aino"
        ):
            payslip.action_confirm()
        payslip.action_compute()
        payslip.action_confirm()
        self.assertEqual(payslip.earnings, 3100)

    def test_a_changed_rule_makes_drafts_outdated_but_not_confirmed_ones(self):
        confirmed = self._make_confirmed(self.aino, month=4)
        draft = self._make_payslip(self.aino)
        draft.action_compute()
        rule = self.structure.rule_ids.filtered(lambda rule: rule.code == "BASIC")
        rule.write({"expression": "wage + 100", "name": "Salary with extra"})
        with self.assertRaisesRegex(UserError, "changed after"):
            draft.action_confirm()
        draft.action_compute()
        draft.action_confirm()
        self.assertEqual(draft.earnings, 3100)
        self.assertEqual(draft.line_ids[0].name, "Salary with extra")
        self.assertEqual(confirmed.earnings, 3000)
        self.assertEqual(confirmed.line_ids[0].name, "Monthly salary")
        self.assertNotEqual(confirmed.program_id, draft.program_id)

    def test_tampered_figures_are_never_confirmed(self):
        payslip = self._make_payslip(self.aino)
        payslip.action_compute()
        line = payslip.line_ids.filtered(lambda line: line.code == "TAX")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payroll_lite_payslip_line SET amount = 1 WHERE id = %s", [line.id]
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "changed after"):
            payslip.action_confirm()

    def test_nothing_of_a_confirmed_payslip_changes(self):
        payslip = self._make_confirmed(self.aino)
        everybody = (
            payslip,
            payslip.with_user(self.manager),
            payslip.sudo(),
            payslip.sudo().with_context(
                payroll_lite_engine=True, payroll_lite_deferred="1", force=1
            ),
        )
        for record in everybody:
            for vals in (
                {"net": 1},
                {"date_payment": "2026-06-01"},
                {"employee_id": self.aino.id},
                {"state": "draft"},
                {"run_id": False},
                {"line_ids": [(5,)]},
                {"user_id": self.colleague.id},
                {"is_reversed": True},
            ):
                with (
                    self.subTest(uid=record.env.uid, vals=vals),
                    self.assertRaises(UserError),
                ):
                    record.write(vals)
            with self.assertRaisesRegex(UserError, "is confirmed"):
                record.unlink()
            with self.assertRaisesRegex(UserError, "is confirmed"):
                record.action_compute()
        for line in (
            payslip.line_ids.sudo(),
            payslip.line_ids.with_user(self.env.user),
        ):
            with self.assertRaises(UserError):
                line[0].write({"amount": 1})
            with self.assertRaises(UserError):
                line[0].unlink()
            with self.assertRaises(UserError):
                line.create(line[0].copy_data()[0])

    def test_lines_of_drafts_are_written_by_the_engine_only(self):
        payslip = self._make_payslip(self.aino)
        payslip.action_compute()
        for record in (payslip, payslip.sudo()):
            with self.assertRaises(UserError):
                record.write({"net": 9999})
            with self.assertRaises(UserError):
                record.write({"line_ids": [(5,)]})
        with self.assertRaises(UserError):
            payslip.line_ids.sudo().write({"amount": 9999})

    def test_closed_fields_cannot_come_in_by_creating(self):
        base = {
            "employee_id": self.aino.id,
            "structure_id": self.structure.id,
            "date_from": "2026-05-01",
        }
        payslips = self.Payslip.with_user(self.officer)
        for vals in (
            {"state": "done"},
            {"number": "X"},
            {"net": 5},
            {"user_id": 1},
            {"company_id": 1},
            {"run_id": 1},
        ):
            with self.assertRaises(UserError):
                payslips.create({**base, **vals})
        payslip = payslips.with_context(
            default_state="done",
            default_number="X",
            default_net=5,
            default_user_id=self.colleague.id,
        ).create(base)
        self.assertEqual(
            (payslip.state, payslip.number, payslip.net, payslip.user_id.id),
            ("draft", False, 0, False),
        )
        copied = payslip.with_context(default_state="done").copy(
            {"date_from": "2026-06-01", "date_to": "2026-06-30"}
        )
        self.assertEqual(copied.state, "draft")

    def test_context_does_not_change_figures(self):
        hidden = self.structure.rule_ids.filtered(
            lambda rule: rule.code == "ACCIDENT_ER"
        )
        hidden.active = False
        payslip = self._make_payslip(self.aino)
        payslip.with_context(active_test=False, default_state="done").action_compute()
        self.assertNotIn("ACCIDENT_ER", self._amounts(payslip))
        self.assertEqual(payslip.state, "computed")

    @mute_logger("odoo.sql_db")
    def test_one_payslip_per_period(self):
        self._make_payslip(self.aino)
        with self.refused("payroll_lite_payslip_period_uniq", IntegrityError):
            self._make_payslip(self.aino)

    @mute_logger("odoo.sql_db")
    def test_periods_make_sense(self):
        with self.refused("longer than a year"):
            self._make_payslip(self.aino, date_to=date(2027, 12, 31))
        with self.refused("dates_order", IntegrityError):
            self._make_payslip(self.aino, date_to=date(2026, 4, 30))

    def test_taking_back(self):
        payslip = self._make_confirmed(self.aino)
        action = payslip.action_reverse()
        reversal = self.Payslip.browse(action["res_id"])
        self.assertEqual(reversal.state, "done")
        self.assertEqual(reversal.number, "PS/2026/00002")
        self.assertEqual(reversal.user_id, self.clerk)
        self.assertEqual(
            self._amounts(reversal),
            {code: -amount for code, amount in self._amounts(payslip).items()},
        )
        self.assertEqual(reversal.net, -payslip.net)
        self.assertEqual(reversal.total_cost, -payslip.total_cost)
        self.assertEqual(set(reversal.line_ids.mapped("ytd_amount")), {0})
        self.assertTrue(payslip.is_reversed)
        for again in (payslip, reversal):
            with self.assertRaisesRegex(UserError, "not taken back yet"):
                again.action_reverse()
        self.assertIn(payslip.number, reversal.line_ids[0].explanation)
        correct = self._make_confirmed(self.aino)
        self.assertEqual(correct.number, "PS/2026/00003")
        self.assertEqual(correct.line_ids[0].ytd_amount, 3000)

    def test_explanation(self):
        payslip = self._make_confirmed(self.aino).with_context(lang="en_US")
        line = payslip.line_ids.filtered(lambda line: line.code == "TYEL")
        for text in (
            "GROSS × LOOKUP(age; tyel_employee) ÷ 100",
            "3,000.00 × LOOKUP(39; tyel_employee) ÷ 100",
            "219.00",
            "Pension insurance (TyEL), employee",
            "01/01/2026",
            "Ministry of Social Affairs",
            "39 ≥ 17",
            "Full years on the day before the period",
            "To the nearest cent",
        ):
            self.assertIn(text, line.explanation.replace("\n", " "), text)

    def test_drafts_may_go(self):
        payslip = self._make_payslip(self.aino)
        payslip.action_compute()
        payslip.unlink()
        self.assertFalse(payslip.exists())

    def test_sharing_later(self):
        employee = self._make_employee("Later User")
        payslip = self._make_confirmed(employee)
        self.assertFalse(payslip.user_id)
        employee.user_id = self.colleague
        self.assertFalse(payslip.with_user(self.colleague).has_access("read"))
        payslip.action_share()
        self.assertEqual(payslip.with_user(self.colleague).net, payslip.net)
