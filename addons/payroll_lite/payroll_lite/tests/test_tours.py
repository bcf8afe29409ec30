from odoo.tests import HttpCase, tagged

from .common import PayrollLiteCommon
from .test_access import REALLY


class ToursCommon(PayrollLiteCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.officer, cls.manager, cls.clerk):
            user.password = user.login
        cls.aino = cls._make_employee(
            "Aino Testi", start="2024-01-01", user_id=cls.clerk.id
        )


@tagged("post_install", "-at_install")
class TestTours(ToursCommon):
    """What people do with payroll, in a browser."""

    def test_the_officer_pays_everybody(self):
        self._make_employee("Eero", start="2024-01-01", birthday=False)
        self.start_tour(
            "/odoo/pay-runs", "payroll_lite_officer", login=self.officer.login
        )
        payslip = self.Payslip.search([("employee_id", "=", self.aino.id)])
        self.assertEqual(payslip.state, "done")
        url = f"/report/pdf/payroll_lite.report_payslip/{payslip.id}{REALLY}"
        self.authenticate(self.officer.login, self.officer.login)
        self.assertEqual(self.url_open(url).content[:5], b"%PDF-")

    def test_the_officer_enters_a_tax_card(self):
        self.start_tour(
            "/odoo/action-payroll_lite.payroll_lite_employee_action",
            "payroll_lite_tax_card",
            login=self.officer.login,
        )
        self.assertEqual(
            self.aino.version_ids.sorted("date_version")[-1].payroll_tax_percent, 33
        )

    def test_the_manager_makes_a_typing_mistake(self):
        self.start_tour(
            "/odoo/action-payroll_lite.payroll_lite_structure_action",
            "payroll_lite_structure",
            login=self.manager.login,
        )


@tagged("post_install", "-at_install")
class TestPhoneTours(ToursCommon):
    """The same on a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_the_employee_reads_the_own_payslip(self):
        self._make_confirmed(self.aino)
        self._make_confirmed(self._make_employee("Eero", user_id=self.colleague.id))
        self.start_tour(
            "/odoo/my-payslips", "payroll_lite_employee", login=self.clerk.login
        )
