from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import payroll_lite_run
from .common import PayrollLiteCommon


@tagged("post_install", "-at_install")
class TestRun(PayrollLiteCommon):
    """Payslips of everybody at once, and what needs attention."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aino = cls._make_employee("Aino", user_id=cls.clerk.id)
        cls.eero = cls._make_employee("Eero", wage=2500)

    def _issues(self, run):
        return {(issue.employee_id.name, issue.kind) for issue in run.issue_ids}

    def test_from_draft_to_confirmed(self):
        run = self._make_run()
        self.assertEqual(run.name, "May 2026 · Finland, monthly salary")
        self.assertEqual(run.date_to, date(2026, 5, 31))
        with self.assertRaisesRegex(UserError, "nothing to confirm"):
            run.action_confirm()
        run.action_compute()
        self.assertEqual(run.state, "computed")
        self.assertEqual(run.payslip_ids.employee_id, self.aino | self.eero)
        self.assertEqual(set(run.payslip_ids.mapped("state")), {"computed"})
        self.assertEqual(run.earnings, 5500)
        self.assertEqual(run.net, sum(run.payslip_ids.mapped("net")))
        self.assertEqual(run.progress, 100)
        self.assertFalse(run.error_count)
        run.action_confirm()
        self.assertEqual(run.state, "done")
        self.assertEqual(
            set(run.payslip_ids.mapped("number")), {"PS/2026/00001", "PS/2026/00002"}
        )
        with self.assertRaisesRegex(UserError, "is confirmed, or being worked on"):
            run.action_compute()
        with self.assertRaisesRegex(UserError, "nothing to confirm"):
            run.action_confirm()

    def test_computing_again_makes_nothing_twice(self):
        run = self._make_run()
        run.action_compute()
        payslips = run.payslip_ids
        lines = payslips.line_ids
        run.action_compute()
        self.assertEqual(run.payslip_ids, payslips)
        self.assertEqual(
            payslips.line_ids, lines, "nothing changed, nothing is written"
        )
        self.eero.wage = 2600
        new = self._make_employee("New")
        run.action_compute()
        self.assertEqual(run.payslip_ids.employee_id, self.aino | self.eero | new)
        self.assertLess(payslips, run.payslip_ids)
        changed = payslips.filtered(lambda payslip: payslip.employee_id == self.eero)
        self.assertEqual(changed.earnings, 2600)
        kept = payslips - changed
        self.assertLessEqual(kept.line_ids, lines)

    def test_faults_concern_their_own_employee(self):
        self._make_employee("No Birthday", birthday=False)
        run = self._make_run()
        run.action_compute()
        self.assertEqual(len(run.payslip_ids), 2)
        self.assertEqual(self._issues(run), {("No Birthday", "fault")})
        self.assertEqual(run.error_count, 1)
        self.assertIn("birthday", run.issue_ids.message)
        self.assertEqual(
            run.issue_ids.with_user(self.officer).action_open()["res_model"],
            "payroll.lite.employee",
        )
        run.issue_ids.employee_id.sudo().birthday = date(1990, 1, 1)
        run.action_compute()
        self.assertEqual(len(run.payslip_ids), 3)
        self.assertFalse(run.issue_ids)

    def test_a_fault_takes_the_draft_away(self):
        run = self._make_run()
        run.action_compute()
        self.eero.birthday = False
        run.action_compute()
        self.assertEqual(run.payslip_ids.employee_id, self.aino)
        self.assertEqual(self._issues(run), {("Eero", "fault")})

    def test_a_fault_of_the_rates_is_told_for_everybody(self):
        run = self._make_run(year=2020, month=1)
        self._make_employee("Long Ago", start="2019-01-01")
        run.action_compute()
        self.assertFalse(run.payslip_ids)
        self.assertIn(("Long Ago", "fault"), self._issues(run))
        self.assertIn("has no value for", run.issue_ids.filtered("fault").message)

    def test_issues(self):
        self._make_employee("No Wage", wage=0)
        self._make_employee("No Tax", payroll_tax_percent=0)
        self._make_employee("Leaves", contract_date_end="2026-05-20")
        self.env["hr.employee"].create(
            {"name": "No Contract", "company_id": self.company.id}
        )
        run = self._make_run()
        run.action_compute()
        self.assertEqual(
            self._issues(run),
            {
                ("No Wage", "zero_wage"),
                ("No Tax", "no_tax_percent"),
                ("Leaves", "contract_end"),
                ("No Contract", "no_contract"),
            },
        )
        self.assertEqual(run.warning_count, 4)
        self.assertEqual(run.error_count, 0)
        for issue in run.issue_ids:
            self.assertTrue(issue.message)

    def test_negative_net_pay(self):
        structure = self._make_structure(
            [
                ("BASIC", "earning", "wage"),
                ("DEBT", "deduction", "wage + 1"),
                ("NET", "net", "earnings - deductions"),
            ]
        )
        run = self._make_run(structure_id=structure.id)
        run.action_compute()
        self.assertEqual(
            self._issues(run), {("Aino", "negative_net"), ("Eero", "negative_net")}
        )
        self.assertEqual(run.payslip_ids.mapped("net"), [-1, -1])

    def test_who_has_a_payslip_already_is_not_paid_twice(self):
        self._make_confirmed(self.aino)
        run = self._make_run()
        run.action_compute()
        self.assertEqual(run.payslip_ids.employee_id, self.eero)
        self.assertEqual(self._issues(run), {("Aino", "duplicate")})
        second = self._make_run(date_from=date(2026, 5, 10), date_to=date(2026, 5, 12))
        second.action_compute()
        self.assertFalse(second.payslip_ids)
        self.assertEqual(second.error_count, 2)

    def test_who_is_due(self):
        other = self._make_structure(
            [("BASIC", "earning", "wage"), ("NET", "net", "earnings")]
        )
        self._make_employee("Other Structure", payroll_structure_id=other.id)
        same = self._make_employee("Same", payroll_structure_id=self.structure.id)
        self._make_employee("Left Before", contract_date_end="2026-04-30")
        self._make_employee("Comes Later", start="2026-06-01")
        archived = self._make_employee(
            "Archived, Paid Off", contract_date_end="2026-05-05"
        )
        archived.active = False
        forgotten = self._make_employee("Archived, No End")
        forgotten.active = False
        run = self._make_run()
        run.action_compute()
        self.assertEqual(
            set(
                run.payslip_ids.with_context(active_test=False).mapped(
                    "employee_id.name"
                )
            ),
            {"Aino", "Eero", same.name, archived.name},
        )
        run = self._make_run(structure_id=other.id)
        run.action_compute()
        self.assertIn("Other Structure", run.payslip_ids.mapped("employee_id.name"))
        self.assertNotIn("Same", run.payslip_ids.mapped("employee_id.name"))

    def test_who_is_not_due_any_more_loses_the_draft(self):
        run = self._make_run()
        run.action_compute()
        self.eero.contract_date_end = "2026-03-31"
        run.action_compute()
        self.assertEqual(run.payslip_ids.employee_id, self.aino)

    def test_other_companies_are_left_alone(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        self.env["hr.employee"].create(
            {
                "name": "Stranger",
                "company_id": other.id,
                "contract_date_start": "2026-01-01",
                "date_version": "2026-01-01",
                "wage": 1000,
            }
        )
        run = self._make_run()
        run.action_compute()
        self.assertEqual(run.payslip_ids.employee_id, self.aino | self.eero)

    def test_outdated_payslips_stop_the_confirmation(self):
        run = self._make_run()
        run.action_compute()
        self.eero.wage = 9999
        with self.assertRaisesRegex(UserError, "computed: Eero"):
            run.action_confirm()
        self.assertEqual(run.state, "computed")
        self.assertFalse(any(run.payslip_ids.mapped("number")))

    def test_one_confirmed_alone_stays_as_it_is(self):
        run = self._make_run()
        run.action_compute()
        first, second = run.payslip_ids
        first.action_confirm()
        self.assertEqual(run.state, "computed")
        number = first.number
        first.employee_id.sudo().wage = 1
        run.action_compute()
        self.assertEqual((first.number, first.state), (number, "done"))
        self.assertNotEqual(first.earnings, 1)
        run.action_confirm()
        self.assertEqual(run.state, "done")
        self.assertEqual(second.state, "done")

    def test_keys_are_fixed_while_there_are_payslips(self):
        run = self._make_run()
        run.action_compute()
        with self.assertRaisesRegex(UserError, "has payslips already"):
            run.date_payment = date(2026, 6, 1)
        run.name = "A better name"

    def test_a_confirmed_run_keeps_its_name(self):
        run = self._make_confirmed_run(5)
        for record in (run, run.sudo()):
            for vals in ({"name": "Another"}, {"date_payment": "2026-06-01"}):
                with self.refused("is confirmed and cannot change"):
                    record.write(vals)
        self.assertEqual(run.name, "May 2026 · Finland, monthly salary")

    def test_a_period_that_is_no_month_is_told(self):
        last_day = date(2026, 12, 31)
        run = self._make_run(date_from=last_day, date_to=last_day)
        run.action_compute()
        self.assertEqual(run.earnings, 5500)
        self.assertEqual(self._issues(run), {(False, "odd_period")})
        self.assertEqual((run.error_count, run.warning_count), (0, 1))
        self.assertEqual(run.attention, "To check: 1.")
        self.assertIn("whole calendar month", run.issue_ids.message)
        self.assertFalse(run.issue_ids.with_user(self.officer).action_open())
        run.action_compute()
        self.assertEqual(len(run.issue_ids), 1)
        structure = self._make_structure(
            [("BONUS", "earning", "100"), ("NET", "net", "earnings")]
        )
        run = self._make_run(
            structure_id=structure.id, date_from=last_day, date_to=last_day
        )
        run.action_compute()
        self.assertFalse(run.issue_ids, "a bonus is not paid by the month")

    def test_what_was_taken_back_is_told_and_counts_no_more(self):
        run = self._make_confirmed_run(5)
        self.assertFalse(run.attention)
        wrong, kept = run.payslip_ids.sorted("earnings", reverse=True)
        wrong.action_reverse()
        self.assertEqual(run.state, "done")
        self.assertEqual((run.earnings, run.net), (kept.earnings, kept.net))
        self.assertEqual(run.total_cost, kept.total_cost)
        self.assertEqual(self._issues(run), {("Aino", "taken_back")})
        self.assertIn(wrong.number, run.issue_ids.message)
        self.assertEqual(run.attention, "To check: 1.")
        self.assertEqual(
            run.issue_ids.with_user(self.officer).action_open()["res_id"], wrong.id
        )
        again = self._make_run()
        again.action_compute()
        self.assertEqual(again.payslip_ids.employee_id, self.aino)

    def test_a_payslip_taken_back_early_stays_told(self):
        run = self._make_run()
        run.action_compute()
        payslip = run.payslip_ids[0]
        payslip.action_confirm()
        payslip.action_reverse()
        run.action_compute()
        self.assertEqual(self._issues(run), {(payslip.employee_id.name, "taken_back")})
        self.assertEqual(len(run.payslip_ids), 3)
        run.action_confirm()
        self.assertEqual(run.state, "done")

    def test_a_second_run_of_the_month_is_no_work_to_do(self):
        first = self._make_confirmed_run(5)
        second = self._make_run()
        second.action_compute()
        self.assertEqual(second.state, "draft")
        self.assertFalse(second.payslip_ids)
        self.assertIn("No payslip was made", second.error)
        self.assertEqual(second.attention, "Not paid: 2.")
        for issue in second.issue_ids:
            payslip = first.payslip_ids.filtered(
                lambda payslip, issue=issue: payslip.employee_id == issue.employee_id
            )
            self.assertIn(payslip.number, issue.message)
            self.assertIn(first.name, issue.message)
            action = issue.with_user(self.officer).action_open()
            self.assertEqual(action["res_id"], payslip.id)
        new = self._make_employee("New")
        second.action_compute()
        self.assertEqual(second.state, "computed")
        self.assertFalse(second.error)
        self.assertEqual(second.payslip_ids.employee_id, new)

    def test_a_run_for_nobody_says_so(self):
        (self.aino | self.eero).contract_date_end = "2026-03-31"
        run = self._make_run()
        run.action_compute()
        self.assertEqual(run.state, "draft")
        self.assertIn("nobody has a running contract", run.error)

    def test_banks_pay_on_working_days(self):
        self.assertEqual(self._make_run(month=10).date_payment, date(2026, 10, 30))
        payslip = self._make_payslip(self.aino, month=10)
        self.assertEqual(payslip.date_payment, date(2026, 10, 30))

    def test_payslips_of_a_run_keep_their_keys(self):
        run = self._make_run()
        run.action_compute()
        for vals in ({"employee_id": self.eero.id}, {"date_payment": "2026-07-01"}):
            with self.assertRaisesRegex(UserError, "belongs to a pay run"):
                run.payslip_ids[0].write(vals)

    def test_work_figures_are_closed(self):
        run = self._make_run()
        for vals in ({"state": "done"}, {"last_employee": 5}, {"payslip_ids": [(5,)]}):
            for record in (run, run.sudo()):
                with self.assertRaises(UserError):
                    record.write(vals)
        with self.assertRaises(UserError):
            self._make_run(state="done")
        run = self.Run.with_user(self.officer).with_context(default_state="done")
        run = run.create({"structure_id": self.structure.id})
        self.assertEqual(run.state, "draft")

    def test_deleting(self):
        run = self._make_run()
        run.action_compute()
        payslips = run.payslip_ids
        run.unlink()
        self.assertFalse(payslips.exists())
        run = self._make_run()
        run.action_compute()
        run.payslip_ids[0].action_confirm()
        with self.assertRaisesRegex(UserError, "is confirmed"):
            run.unlink()

    def test_large_runs_go_on_in_the_background(self):
        for index in range(5):
            self._make_employee(f"Worker {index}")
        run = self._make_run()
        with patch.object(payroll_lite_run, "MOST_AT_ONCE", 3):
            run.action_compute()
            self.assertEqual(run.state, "computing")
            self.assertFalse(run.payslip_ids)
            with self.assertRaisesRegex(UserError, "being worked on"):
                run.action_compute()
            # the server stops after a chunk and goes on later
            self._work_once(run, 3)
            self.assertEqual(run.state, "computing")
            self.assertEqual(len(run.payslip_ids), 3)
            self.assertAlmostEqual(run.progress, 300 / 7)
            self._work(2)
            self.assertEqual(run.state, "computed")
            self.assertEqual(len(run.payslip_ids), 7)
            self.assertEqual(run.progress, 100)
            run.action_confirm()
            self.assertEqual(run.state, "confirming")
            self._work_once(run, 4)
            self.assertEqual(run.payslip_ids.mapped("state").count("done"), 4)
            self._work(2)
        self.assertEqual(run.state, "done")
        self.assertEqual(
            sorted(run.payslip_ids.mapped("number")),
            [f"PS/2026/{number:05d}" for number in range(1, 8)],
        )

    def test_the_background_stops_where_data_changed(self):
        for index in range(3):
            self._make_employee(f"Worker {index}")
        run = self._make_run()
        run.action_compute()
        with patch.object(payroll_lite_run, "MOST_AT_ONCE", 2):
            run.action_confirm()
            run.payslip_ids.employee_id.sorted("id")[-1].sudo().wage = 1
            self._work(3)
        self.assertEqual(run.state, "computed")
        self.assertIn("changed after", run.error)
        self.assertEqual(run.payslip_ids.mapped("state").count("done"), 3)
        run.action_compute()
        self.assertFalse(run.error)
        run.action_confirm()
        self.assertEqual(run.state, "done")

    def _work(self, chunk):
        """Run the scheduled job to its end without really committing."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60
        ):
            self.Run._cron_work(chunk)
        self.env.invalidate_all()

    def _work_once(self, run, chunk):
        """Run the scheduled job, out of time after its first chunk."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 0
        ):
            self.Run._cron_work(chunk)
        run.invalidate_recordset()

    def test_queries_do_not_grow_with_the_employees(self):
        for index in range(8):
            self._make_employee(f"First {index}")
        self._make_confirmed_run(1)
        few = self._count_queries(2)
        for index in range(40):
            self._make_employee(f"Second {index}")
        many = self._count_queries(3)
        self.assertEqual(len(few["slips"]), 10)
        self.assertEqual(len(many["slips"]), 50)
        self.assertEqual(many["compute"], few["compute"])
        self.assertEqual(many["again"], few["again"])
        self.assertEqual(many["confirm"], few["confirm"])

    def _make_confirmed_run(self, month):
        run = self._make_run(month=month)
        run.action_compute()
        run.action_confirm()
        return run

    def _count_queries(self, month):
        """Queries of each step of a run, from a cold cache."""
        run = self._make_run(month=month)
        counts = {}
        for name, call in (
            ("compute", run.action_compute),
            ("again", run.action_compute),
            ("confirm", run.action_confirm),
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            call()
            self.env.flush_all()
            counts[name] = self.env.cr.sql_log_count - before
        return {**counts, "slips": run.payslip_ids}

    def test_a_program_is_shared_by_the_run(self):
        run = self._make_run()
        run.action_compute()
        program = run.payslip_ids.program_id
        self.assertEqual(len(program), 1)
        self.assertEqual(program.company_id, self.company)
        self.assertEqual(
            sorted(rule["code"] for rule in program.source["rules"]),
            sorted(self.structure.rule_ids.mapped("code")),
        )
        for vals in ({"source": {}}, {"fingerprint": "x"}):
            with self.assertRaises(UserError):
                program.sudo().write(vals)
        with self.assertRaises(UserError):
            program.sudo().unlink()

    def test_payslips_of_other_years_do_not_count(self):
        old = self._make_employee("Old Hand", start="2025-01-01")
        self._make_confirmed(old, year=2025, month=12)
        payslip = self._make_payslip(old, month=1)
        payslip.action_compute()
        self.assertEqual(payslip.line_ids[0].ytd_amount, 3000)

    def test_structures_of_another_company_are_refused(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        structure = self._make_structure(
            [("BASIC", "earning", "wage"), ("NET", "net", "earnings")],
            company_id=other.id,
        )
        with self.assertRaises(UserError):
            self._make_run(user=self.env.user, structure_id=structure.id)
