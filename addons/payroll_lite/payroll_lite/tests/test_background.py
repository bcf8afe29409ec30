import logging
from unittest.mock import patch

from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import payroll_lite_run
from ..models.payroll_lite_engine import PayrollLiteEngine
from ..models.payroll_lite_payslip import PayrollLitePayslip
from .common import PayrollLiteCommon

LOGGER = "odoo.addons.payroll_lite.models.payroll_lite_run"


@tagged("post_install", "-at_install")
class TestBackground(PayrollLiteCommon):
    """Whatever is wrong with one large pay run, it says so and the others go on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(payroll_lite_run, "MOST_AT_ONCE", 0))
        for index in range(3):
            cls._make_employee(f"Worker {index}")
        cls.second = cls._make_structure(
            [("BASIC", "earning", "wage"), ("NET", "net", "earnings")]
        )

    def setUp(self):
        super().setUp()
        self.bad = self._make_run()
        self.good = self._make_run(structure_id=self.second.id)

    def _work(self, chunk=2, seconds=60):
        """Run the scheduled job without really committing.

        :param seconds: what is left of its time after each step
        """
        steps = []

        def commit_progress(_crons, done=0, *, remaining=None):
            self.env.flush_all()
            steps.append((done, remaining))
            return seconds

        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", commit_progress
        ):
            self.Run._cron_work(chunk)
        self.env.invalidate_all()
        return steps

    def _start_both(self):
        self.bad.action_compute()
        self.good.action_compute()

    def _make_empty_table(self):
        """A table as older versions of the module let it be saved."""
        parameter = self.env["payroll.lite.parameter"].create(
            {
                "name": "Empty",
                "code": "empty_table",
                "kind": "table",
                "value_ids": [
                    Command.create(
                        {
                            "date_from": "2026-01-01",
                            "band_ids": [Command.create({"lower": 0, "rate": 1})],
                        }
                    )
                ],
            }
        )
        self.structure.rule_ids = [
            Command.create(
                {
                    "code": "TTT",
                    "name": "Test",
                    "category": "base",
                    "expression": "BRACKET(wage, empty_table)",
                }
            )
        ]
        self.env.cr.execute(
            "DELETE FROM payroll_lite_parameter_band WHERE value_id = %s",
            [parameter.value_ids.id],
        )
        self.env.invalidate_all()

    def test_an_empty_table_is_told_for_everybody(self):
        self._make_empty_table()
        self._start_both()
        self._work()
        self.assertEqual(self.bad.state, "draft")
        self.assertEqual(self.bad.error_count, 3)
        self.assertIn("empty_table", self.bad.issue_ids[0].message)
        self.assertFalse(self.bad.payslip_ids)
        self.assertEqual(self.good.state, "computed")
        self.assertEqual(len(self.good.payslip_ids), 3)
        self.assertFalse(
            self.env["payroll.lite.program"].search(
                [("structure_id", "=", self.structure.id)]
            ),
            "what cannot be computed with is not kept",
        )
        payslip = self._make_payslip(self.good.payslip_ids.employee_id[0])
        with self.assertRaisesRegex(UserError, "empty_table"):
            payslip.action_compute()

    @mute_logger(LOGGER)
    def test_a_failing_computation_says_why_and_blocks_nobody(self):
        extend = PayrollLiteEngine._extend_inputs
        calls = []

        def fail_later(engine, inputs, period):
            calls.append(period.structure)
            if period.structure == self.structure and len(calls) > 2:
                raise ZeroDivisionError("secret figures of a module")
            return extend(engine, inputs, period)

        self._start_both()
        with patch.object(PayrollLiteEngine, "_extend_inputs", fail_later):
            self._work()
        self.assertEqual(self.good.state, "computed")
        self.assertEqual(len(self.good.payslip_ids), 3)
        # a part of the payslips is made: it must not pass for the whole
        self.assertEqual(self.bad.state, "draft")
        self.assertEqual(len(self.bad.payslip_ids), 2)
        self.assertIn("ZeroDivisionError", self.bad.error)
        self.assertNotIn("secret", self.bad.error)
        with self.assertRaisesRegex(UserError, "nothing to confirm"):
            self.bad.action_confirm()
        self.bad.action_compute()
        self.assertFalse(self.bad.error)
        self._work()
        self.assertEqual(self.bad.state, "computed")
        self.assertEqual(len(self.bad.payslip_ids), 3)
        self.bad.payslip_ids.invalidate_recordset()
        self.bad.action_confirm()
        self._work()
        self.assertEqual(self.bad.state, "done")

    def test_a_failure_with_a_sentence_is_told_as_it_is(self):
        reason = "The hours of May are missing."

        def refuse(engine, inputs, period):
            raise UserError(reason)

        self._start_both()
        with patch.object(PayrollLiteEngine, "_extend_inputs", refuse):
            self._work()
        for run in (self.bad, self.good):
            self.assertEqual(run.state, "draft")
            self.assertEqual(run.error, reason)

    @mute_logger(LOGGER)
    def test_a_failing_confirmation_says_why_and_blocks_nobody(self):
        self._start_both()
        self._work()
        self.bad.action_confirm()
        self.good.action_confirm()
        confirm = PayrollLitePayslip._after_confirm

        def fail(payslips):
            if payslips.run_id == self.bad:
                raise ZeroDivisionError
            return confirm(payslips)

        with patch.object(PayrollLitePayslip, "_after_confirm", fail):
            self._work()
        self.assertEqual(self.good.state, "done")
        self.assertEqual(self.bad.state, "computed")
        self.assertIn("ZeroDivisionError", self.bad.error)
        self.assertEqual(set(self.bad.payslip_ids.mapped("state")), {"computed"})
        # the other run has changed the amounts of the year meanwhile
        self.bad.action_compute()
        self._work()
        self.bad.action_confirm()
        self.assertFalse(self.bad.error)
        self._work()
        self.assertEqual(self.bad.state, "done")

    def test_conflicts_with_others_are_tried_again(self):
        def conflict(engine, inputs, period):
            raise errors.SerializationFailure

        self._start_both()
        before = self._count_triggers()
        with (
            patch.object(PayrollLiteEngine, "_extend_inputs", conflict),
            self.assertLogs(LOGGER, logging.INFO),
        ):
            self._work()
        self.assertEqual(self.bad.state, "computing")
        self.assertEqual(self.good.state, "computing")
        self.assertGreater(self._count_triggers(), before)
        self._work()
        self.assertEqual(self.bad.state, "computed")
        self.assertEqual(self.good.state, "computed")

    def _count_triggers(self):
        cron = self.env.ref("payroll_lite.ir_cron_payroll_lite_run")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    @mute_logger(LOGGER)
    def test_a_run_that_kills_its_server_is_given_up(self):
        class ServerKilled(BaseException):
            pass

        def kill(engine, inputs, period):
            if period.structure == self.structure:
                raise ServerKilled
            return None

        self._start_both()
        with patch.object(PayrollLiteEngine, "_extend_inputs", kill):
            for restart in range(payroll_lite_run.MOST_ATTEMPTS):
                # not assertRaises, which would undo what is committed by then
                try:
                    self._work()
                except ServerKilled:
                    self.env.invalidate_all()
                else:
                    self.fail("The server should have been killed.")
                # those without trouble are served first
                if restart:
                    self.assertEqual(self.good.state, "computed")
                self.assertEqual(self.bad.state, "computing")
            self._work()
        self.assertEqual(self.bad.state, "draft")
        self.assertIn("server stopped", self.bad.error)
        self.assertEqual(self.good.state, "computed")
        self.bad.action_compute()
        self._work()
        self.assertEqual(self.bad.state, "computed")

    def test_small_runs_do_not_wait_for_large_ones(self):
        for index in range(3):
            self._make_employee(
                f"Own rules {index}", payroll_structure_id=self.second.id
            )
        self.good.action_compute()
        small = self._make_run()
        small.action_compute()
        self.assertGreater(self.good.employee_count, small.employee_count)
        finished = []
        compute_chunk = type(self.Run)._compute_chunk

        def watch(run, size):
            result = compute_chunk(run, size)
            if run.state == "computed":
                finished.append(run.id)
            return result

        with patch.object(type(self.Run), "_compute_chunk", watch):
            self._work(chunk=3)
        self.assertEqual(finished, [small.id, self.good.id])

    def test_runs_that_wait_are_not_forgotten(self):
        """Time is out after the last chunk of one run: the job has to come back."""
        self._start_both()
        steps = self._work(chunk=9, seconds=0)
        states = {self.bad.state, self.good.state}
        self.assertEqual(states, {"computed", "computing"})
        self.assertGreater(steps[-1][1], 0)

    def test_confirming_ends_when_the_last_payslips_are_gone(self):
        self.bad.action_compute()
        self._work()
        self.bad.action_confirm()
        steps = self._work(chunk=2, seconds=0)
        self.assertEqual(steps[-1][0], 2)
        rest = self.bad.payslip_ids.filtered(lambda payslip: payslip.state != "done")
        rest.unlink()
        self._work()
        self.assertEqual(self.bad.state, "done")
        self.good.action_compute()
        self._work()
        self.good.action_confirm()
        self.good.payslip_ids.unlink()
        self._work()
        self.assertEqual(self.good.state, "computed")

    def test_who_changed_the_company_is_listed(self):
        """The same period cannot be paid twice by the same structure, in no company."""
        employee = self.env["hr.employee"].search([("name", "=", "Worker 1")])
        self._make_payslip(employee)
        other = self.env["res.company"].create({"name": "Other Oy"})
        self.env.cr.execute(
            "UPDATE payroll_lite_payslip SET company_id = %s WHERE employee_id = %s",
            [other.id, employee.id],
        )
        self.env.invalidate_all()
        self.bad.action_compute()
        self._work()
        self.assertEqual(self.bad.state, "computed")
        self.assertEqual(
            [(issue.employee_id, issue.kind) for issue in self.bad.issue_ids],
            [(employee, "duplicate")],
        )
        self.assertEqual(len(self.bad.payslip_ids), 2)

    def test_a_wage_that_is_no_number_concerns_its_own_employee(self):
        for index, wage in enumerate(("NaN", "Infinity")):
            employee = self._make_employee(f"Strange {index}")
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE hr_version SET wage = %s WHERE employee_id = %s",
                [wage, employee.id],
            )
        self.env.invalidate_all()
        self._start_both()
        self._work()
        for run in (self.bad, self.good):
            self.assertEqual(run.state, "computed")
            self.assertEqual(
                set(run.issue_ids.mapped("employee_id.name")),
                {"Strange 0", "Strange 1"},
            )
            self.assertEqual(set(run.issue_ids.mapped("kind")), {"fault"})
            self.assertEqual(len(run.payslip_ids), 3)
