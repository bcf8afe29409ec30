from decimal import Decimal

from odoo import api, models
from odoo.tools.misc import format_date, formatLang

from ..tools.words import amount_in_words

# What the parts of a page take, as the style sheet has it: some in pixels, most in the
# size of the text. The text is made as small as all parts need.
PAGE_HEIGHT = 1740
FIXED_HEIGHT = 320
FULL_SIZE = 22
FIXED_LINES = 19
LINES_OF_SECTION = 6.2
LINES_OF_LINE = 1.95


class ReportPayrollLitePayslip(models.AbstractModel):
    """One page of A4 for each payslip, in the language of the employee."""

    _name = "report.payroll_lite.report_payslip"
    _description = "Payslip Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        payslips = self.env["payroll.lite.payslip"].browse(docids)
        # The page is made with superuser rights: what an employee may not read by other
        # ways, such as the contract, is printed on it. So the door is here.
        payslips.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": "payroll.lite.payslip",
            "docs": [
                self._prepare_document(payslip.with_context(lang=lang))
                for payslip in payslips.sudo()
                for lang in [self._get_lang(payslip)]
            ],
        }

    @api.model
    def _get_lang(self, payslip):
        """Language of the employee, of the user or else of the company."""
        employee = payslip.employee_id
        installed = dict(self.env["res.lang"].get_installed())
        for lang in (
            employee.lang,
            employee.user_id.lang,
            payslip.company_id.partner_id.lang,
        ):
            if lang in installed:
                return lang
        return self.env.lang or "en_US"

    @api.model
    def _prepare_document(self, payslip):
        """All texts of one page; glue modules extend the dict."""
        env = payslip.env
        employee = (payslip.snapshot or {}).get("employee", {})
        lines = self._prepare_lines(payslip)
        company = payslip.company_id
        ytd = self._get_ytd(payslip)
        return {
            "payslip": payslip,
            "lang": env.lang,
            "company": company,
            "company_lines": self._get_company_lines(company),
            "font_size": self._get_font_size(lines),
            "is_draft": payslip.state != "done",
            "employee": employee.get("name") or payslip.employee_id.name,
            "position": " · ".join(
                self._in_language(names, env.lang)
                for names in (
                    employee.get("job_titles"),
                    employee.get("department_names"),
                )
                if names and any(names.values())
            ),
            "period": " – ".join(
                format_date(env, day) for day in (payslip.date_from, payslip.date_to)
            ),
            "payment": format_date(env, payslip.date_payment),
            "earning_lines": lines["earning"],
            "deduction_lines": lines["deduction"],
            "base_lines": lines["base"],
            "employer_lines": lines["employer"],
            "ytd": ytd,
            "year_note": env._(
                "Net pay in %(year)s so far: %(amount)s",
                year=payslip.date_payment.year,
                amount=formatLang(
                    env,
                    sum(
                        line.ytd_amount
                        for line in payslip.line_ids
                        if line.category == "net"
                    ),
                    currency_obj=payslip.currency_id,
                ),
            ),
            "reversal_note": payslip.reversal_of_id
            and env._("Takes back payslip %s", payslip.reversal_of_id.number),
            "fingerprint": (payslip.snapshot_mark or "")[:12],
            "currency": payslip.currency_id.symbol,
            "net": formatLang(env, payslip.net, currency_obj=payslip.currency_id),
            **{
                name: self._format(payslip, payslip[name])
                for name in ("earnings", "deductions", "employer_costs")
            },
            "net_in_words": amount_in_words(
                Decimal(str(payslip.net)), env.lang, payslip.currency_id.name
            ),
        }

    @api.model
    def _in_language(self, names, lang):
        """Text of ``names``, a dict by language, in ``lang`` or what there is."""
        return names.get(lang) or names.get("en_US") or next(iter(names.values()))

    @api.model
    def _prepare_lines(self, payslip):
        """Printed lines by category, with basis and percent where there are any."""
        env = payslip.env
        lines = {"earning": [], "deduction": [], "base": [], "employer": [], "net": []}
        if not payslip.program_id:
            return lines
        program = payslip.program_id._compile()
        inputs, balances = env["payroll.lite.engine"]._load_snapshot(payslip.snapshot)
        result = program.run(inputs, balances)
        for line in payslip.line_ids:
            if not program.rules[line.code]["printed"]:
                continue
            basis, percent = line._get_basis(program, inputs, result)
            lines[line.category].append(
                {
                    "name": line.name,
                    "basis": basis,
                    "percent": percent,
                    "amount": self._format(line, line.amount),
                    "ytd": self._format(line, line.ytd_amount),
                }
            )
        return lines

    @api.model
    def _get_ytd(self, payslip):
        """Totals of the year, this payslip included, by category."""
        totals = dict.fromkeys(("earning", "deduction", "employer"), 0)
        for line in payslip.line_ids:
            if line.category in totals:
                totals[line.category] += line.ytd_amount
        return {
            category: self._format(payslip, amount)
            for category, amount in totals.items()
        }

    @api.model
    def _format(self, record, amount):
        """``amount`` without the sign of the currency, which the heading has."""
        digits = record.currency_id.decimal_places
        return formatLang(record.env, amount, digits=digits)

    @api.model
    def _get_company_lines(self, company):
        """Address and registry number of the employer."""
        partner = company.partner_id
        place = " ".join(part for part in (partner.zip, partner.city) if part)
        return [
            line
            for line in (
                partner.street,
                partner.street2,
                place,
                company.company_registry,
            )
            if line
        ]

    @api.model
    def _get_font_size(self, lines):
        """Pixels of the text so that any number of lines fits on one page."""
        sections = [category for category in lines.values() if category]
        count = sum(len(section) for section in sections)
        room = PAGE_HEIGHT - FIXED_HEIGHT - count - 3 * len(sections)
        height = (
            FIXED_LINES + LINES_OF_SECTION * (len(sections) + 1) + LINES_OF_LINE * count
        )
        return round(min(FULL_SIZE, room / height), 2)
