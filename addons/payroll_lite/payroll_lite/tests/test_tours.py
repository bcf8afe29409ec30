import json
from urllib.parse import unquote

from odoo.http import Request
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

    def _get_download_name(self, payslips):
        ids = ",".join(str(payslip_id) for payslip_id in payslips.ids)
        url = f"/report/pdf/payroll_lite.report_payslip/{ids}"
        response = self.url_open(
            "/report/download",
            data={
                "data": json.dumps([url, "qweb-pdf"]),
                "context": json.dumps({"force_report_rendering": True}),
                "csrf_token": Request.csrf_token(self),
            },
        )
        self.assertEqual(response.content[:5], b"%PDF-")
        return unquote(response.headers["Content-Disposition"])

    def test_files_are_named_after_what_is_in_them(self):
        self._make_employee("Eero")
        runs = [self._make_run(month=month) for month in (4, 5)]
        for run in runs:
            run.action_compute()
            run.action_confirm()
        every = runs[0].payslip_ids | runs[1].payslip_ids
        self.authenticate(self.officer.login, self.officer.login)
        first = every[0]
        number = first.number.replace("/", "-")
        self.assertIn(f"{number}.pdf", self._get_download_name(first))
        self.assertIn(
            f"{runs[1].name}.pdf", self._get_download_name(runs[1].payslip_ids)
        )
        period = "Payslips 2026-04-01 to 2026-05-31.pdf"
        self.assertIn(period, self._get_download_name(every))
        self.authenticate(self.clerk.login, self.clerk.login)
        own = every.filtered(lambda payslip: payslip.employee_id == self.aino)
        self.assertIn(period, self._get_download_name(own))

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
