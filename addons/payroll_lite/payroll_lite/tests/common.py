from contextlib import contextmanager
from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user


class PayrollLiteCommon(TransactionCase):
    """A Finnish shop with one user for each role and employees made on demand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.EUR").active = True
        cls.company = cls.env["res.company"].create(
            {
                "name": "Kauppa Testi Oy",
                "currency_id": cls.env.ref("base.EUR").id,
                "country_id": cls.env.ref("base.fi").id,
            }
        )
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.structure = cls.env.ref("payroll_lite.structure_fi_monthly")
        cls.officer = cls._make_user(
            "pay_officer", "payroll_lite.group_payroll_officer"
        )
        cls.manager = cls._make_user(
            "pay_manager", "payroll_lite.group_payroll_manager"
        )
        # whoever changes what companies share works for all of them
        cls.manager.company_ids = cls.env["res.company"].search([])
        cls.clerk = cls._make_user("pay_clerk", "base.group_user")
        cls.colleague = cls._make_user("pay_colleague", "base.group_user")
        cls.hr_manager = cls._make_user("pay_hr", "hr.group_hr_manager")
        cls.settings_admin = cls._make_user("pay_admin", "base.group_system")
        # there is nothing on the page that needs time to load
        cls.env["ir.config_parameter"].set_param("report.print_delay", "0")
        cls.Payslip = cls.env["payroll.lite.payslip"]
        cls.Run = cls.env["payroll.lite.run"]

    @classmethod
    def _make_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            context={"no_reset_password": True, "tracking_disable": True},
            groups=f"base.group_user,{group}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _make_employee(cls, name, wage=3000, start="2026-01-01", **values):
        return cls.env["hr.employee"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "date_version": start,
                "contract_date_start": start,
                "wage": wage,
                "birthday": date(1986, 5, 17),
                "payroll_tax_percent": 20.5,
                "resource_calendar_id": cls.company.resource_calendar_id.id,
                **values,
            }
        )

    @classmethod
    def _make_structure(cls, rules, **values):
        """Structure of (code, category, formula) rules."""
        return cls.env["payroll.lite.structure"].create(
            {
                "name": "Test structure",
                **values,
                "rule_ids": [
                    Command.create(
                        {
                            "code": code,
                            "name": code.title(),
                            "category": category,
                            "expression": expression,
                            "sequence": position,
                        }
                    )
                    for position, (code, category, expression) in enumerate(rules)
                ],
            }
        )

    @classmethod
    def _make_payslip(cls, employee, month=5, year=2026, user=None, **values):
        payslips = cls.Payslip.with_user(user or cls.officer)
        return payslips.create(
            {
                "employee_id": employee.id,
                "structure_id": cls.structure.id,
                "date_from": date(year, month, 1),
                **values,
            }
        )

    @classmethod
    def _make_confirmed(cls, employee, **values):
        payslip = cls._make_payslip(employee, **values)
        payslip.action_compute()
        payslip.action_confirm()
        return payslip

    @classmethod
    def _make_run(cls, month=5, year=2026, user=None, **values):
        runs = cls.Run.with_user(user or cls.officer)
        return runs.create(
            {
                "structure_id": cls.structure.id,
                "date_from": date(year, month, 1),
                **values,
            }
        )

    @contextmanager
    def refused(self, text, error=UserError):
        """Expect an error and undo what came before it, as a request would."""
        with self.assertRaisesRegex(error, text), self.env.cr.savepoint():
            yield
            self.env.flush_all()

    @staticmethod
    def _amounts(payslip):
        return {line.code: line.amount for line in payslip.line_ids}
