import json

from odoo.http import content_disposition, request, route

from odoo.addons.web.controllers.report import ReportController

PAYSLIPS = "/report/pdf/payroll_lite.report_payslip/"


class PayslipReportController(ReportController):
    """Names the file of several payslips, which core calls by the report only."""

    @route()
    def report_download(self, data, context=None, token=None, readonly=True):
        response = super().report_download(data, context, token, readonly)
        url = json.loads(data)[0].split("?")[0]
        if url.startswith(PAYSLIPS):
            ids = [int(part) for part in url[len(PAYSLIPS) :].split(",")]
            # those are readable, or else there would be no file
            name = request.env["payroll.lite.payslip"].browse(ids)._get_file_name()
            response.headers.set(
                "Content-Disposition", content_disposition(f"{name}.pdf")
            )
        return response
