from io import BytesIO

from PyPDF2 import PdfFileReader

from odoo.tests import tagged

from .common import PayrollLiteCommon

A4 = (595, 842)


@tagged("post_install", "-at_install")
class TestReport(PayrollLiteCommon):
    """One page of A4 for each payslip, in the language of its employee."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fi_FI")
        cls.env["res.lang"]._activate_lang("sv_SE")
        cls.env.ref("base.module_payroll_lite")._update_translations(["fi_FI"])
        cls.company.partner_id.lang = "en_US"
        cls.aino = cls._make_employee("Aino Äijälä", wage=2654.37, lang="fi_FI")

    def _render(self, payslips, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.officer)
        reports = reports.with_context(force_report_rendering=True)
        content, kind = reports._render_qweb_pdf(
            "payroll_lite.report_payslip", payslips.ids
        )
        self.assertEqual(kind, "pdf")
        return PdfFileReader(BytesIO(content))

    def _html(self, payslips):
        reports = self.env["ir.actions.report"].with_user(self.officer)
        html, _kind = reports._render_qweb_html(
            "payroll_lite.report_payslip", payslips.ids
        )
        return html.decode()

    def test_one_page(self):
        payslip = self._make_confirmed(self.aino)
        pdf = self._render(payslip)
        self.assertEqual(pdf.numPages, 1)
        _x, _y, width, height = pdf.getPage(0).mediaBox
        self.assertLessEqual(abs(float(width) - A4[0]), 2)
        self.assertLessEqual(abs(float(height) - A4[1]), 2)

    def test_one_page_for_each(self):
        slips = self._make_confirmed(self.aino)
        for index in range(4):
            slips += self._make_confirmed(self._make_employee(f"Employee {index}"))
        self.assertEqual(self._render(slips).numPages, 5)

    def test_any_number_of_lines_fits(self):
        reports = self.env["ir.actions.report"]
        paper = self.env.ref("payroll_lite.paperformat_payslip")
        for count in (1, 20, 45, 90):
            rules = [
                (f"ALLOWANCE_{index}", "earning", f"wage / {index + 2}")
                for index in range(count)
            ]
            structure = self._make_structure(
                [
                    *rules,
                    ("DEDUCTION", "deduction", "wage / 10"),
                    ("INFORMATION", "base", "wage"),
                    ("EMPLOYER", "employer", "wage / 10"),
                    ("NET", "net", "earnings - deductions"),
                ]
            )
            structure.rule_ids[0].name = "A very long name of an allowance " * 8
            payslip = self._make_confirmed(self.aino, structure_id=structure.id)
            self.assertEqual(self._render(payslip).numPages, 1, count)
            # also without the fixed height, which would only hide what is too much
            html = self._html(payslip)
            loose = html.replace("height: 1740px", "padding-bottom: 100px")
            self.assertNotEqual(loose, html)
            content = reports._run_wkhtmltopdf(
                [loose],
                report_ref="payroll_lite.report_payslip",
                specific_paperformat_args={},
            )
            self.assertEqual(PdfFileReader(BytesIO(content)).numPages, 1, count)
            self.assertEqual(paper.format, "A4")

    def test_the_language_of_the_employee(self):
        eero = self._make_employee("Eero", lang="sv_SE")
        jane = self._make_employee("Jane", lang="en_US")
        slips = [self._make_confirmed(who) for who in (self.aino, eero, jane)]
        self.assertIn(
            "Tuhat kahdeksansataayhdeksänkymmentäkaksi euroa ja "
            "kahdeksankymmentäkolme senttiä",
            self._html(slips[0]),
        )
        self.assertIn(
            "Tvåtusen etthundratrettionio euro och trettio cent", self._html(slips[1])
        )
        html = self._html(slips[2])
        self.assertIn("Two thousand, one hundred and thirty-nine euro and thirty", html)
        self.assertIn("Monthly salary", html)
        every = self._html(self.Payslip.union(*slips))
        self.assertIn("Tuhat kahdeksansataa", every)
        self.assertIn("Two thousand, one", every)

    def test_finnish(self):
        html = self._html(self._make_confirmed(self.aino))
        for text in (
            "Palkkalaskelma",
            "Kuukausipalkka",
            "Ennakonpidätys",
            "Työeläkevakuutusmaksu",
            "01.05.2026",
            "2\N{NO-BREAK SPACE}654,37",
            "20,50",
        ):
            self.assertIn(text, html)

    def test_what_is_on_it(self):
        self._make_confirmed(self.aino, month=4)
        job = self.env["hr.job"].create({"name": "Seller", "company_id": False})
        job.with_context(lang="fi_FI").name = "Myyjä"
        department = self.env["hr.department"].create(
            {"name": "Shops", "company_id": self.company.id}
        )
        self.aino.write({"job_id": job.id, "department_id": department.id})
        payslip = self._make_confirmed(self.aino)
        self.aino.name = "A New Name"
        self.aino.legal_name = "A New Name"
        job.name = "A new job"
        department.name = "A new department"
        html = self._html(payslip)
        self.assertIn("Aino Äijälä", html, "names are those of the time")
        self.assertIn("Myyjä · Shops", html, "in the language of the employee")
        self.assertIn(payslip.number, html)
        self.assertIn("Kauppa Testi Oy", html)
        self.assertIn("5\N{NO-BREAK SPACE}308,74", html, "two months of gross pay")
        self.assertNotIn('ps_draft">', html)
        self.assertNotIn("WITHIN_LIMIT", html)

    def test_net_pay_of_the_year_has_its_currency(self):
        html = self._html(self._make_confirmed(self.aino))
        self.assertIn(
            "tähän mennessä: 1\N{NO-BREAK SPACE}892,83\N{NO-BREAK SPACE}€", html
        )

    def test_a_draft_says_so(self):
        payslip = self._make_payslip(self.aino)
        payslip.action_compute()
        self.assertIn('class="ps_draft"', self._html(payslip))

    def test_a_reversal_names_what_it_takes_back(self):
        payslip = self._make_confirmed(self.aino)
        payslip.action_reverse()
        reversal = self.Payslip.search([("reversal_of_id", "=", payslip.id)])
        html = self._html(reversal)
        self.assertIn(payslip.number, html)
        self.assertIn("Miinus tuhat kahdeksansataa", html)
        self.assertEqual(self._render(reversal).numPages, 1)

    def test_markup_in_names_is_text(self):
        evil = self._make_employee("<script>alert(1)</script>", lang="en_US")
        html = self._html(self._make_confirmed(evil))
        self.assertNotIn("<script>alert", html)
        self.assertIn("&lt;script&gt;", html)

    def test_the_employee_prints(self):
        self.aino.user_id = self.clerk
        payslip = self._make_confirmed(self.aino)
        self.assertEqual(self._render(payslip, self.clerk).numPages, 1)
        action = payslip.with_user(self.clerk).action_print()
        self.assertEqual(action["report_name"], "payroll_lite.report_payslip")
