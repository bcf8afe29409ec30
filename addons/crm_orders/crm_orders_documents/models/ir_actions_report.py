import lxml.html

from odoo import models
from odoo.tools import frozendict

from odoo.addons.base.models.ir_actions_report import _wkhtml

REPORT = "crm_orders_documents.report_document"
# Where there is nothing but the edge above and below, in millimetres.
EDGES = frozendict(
    {
        "data-report-margin-top": "10",
        "data-report-margin-bottom": "10",
        "data-report-header-spacing": "0",
    }
)


class IrActionsReport(models.Model):
    """Documents have their letterhead whatever program prints them.

    The wkhtmltopdf of distributions is built without the changes to Qt that draw headers
    and footers, and leaves them out without a word. There they become a part of the page.
    """

    _inherit = "ir.actions.report"

    def _prepare_html(self, html, report_model=False):
        if self.report_name == REPORT and not _wkhtml().is_patched_qt:
            html = self._crm_orders_draw_letterhead(html)
        return super()._prepare_html(html, report_model=report_model)

    def _crm_orders_draw_letterhead(self, html):
        """The same pages with header and footer as their first and last part."""
        root = lxml.html.fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))

        def parts(name):
            return root.xpath(
                f"//div[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
            )

        for header, article in zip(parts("header"), parts("article"), strict=False):
            header.set("class", header.get("class").replace("header ", "", 1))
            header.set("style", "margin-bottom: 2mm;")
            article.insert(0, header)
        for footer, article in zip(parts("footer"), parts("article"), strict=False):
            footer.set("class", footer.get("class").replace("footer ", "", 1))
            footer.set("style", "margin-top: 8mm; page-break-inside: avoid;")
            # There is no counting of pages within a page.
            for counter in footer.xpath(".//span[@class='page']"):
                counter.getparent().drop_tree()
            if footer.text_content().strip():
                article.append(footer)
            else:
                footer.drop_tree()
        for name, value in EDGES.items():
            root.set(name, value)
        return lxml.html.tostring(root, encoding="unicode")
