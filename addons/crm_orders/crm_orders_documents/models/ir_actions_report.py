import re

import lxml.html

from odoo import models
from odoo.tools import frozendict

from odoo.addons.base.models.ir_actions_report import _wkhtml

REPORT = "crm_orders_documents.report_document"
STYLES = re.compile(
    r"""<link[^>]*href=["']/web/assets/[^/]+/(web\.report_assets_[\w.]+\.min\.css)["'][^>]*>"""
)
# Attributes that make whoever shows the page fetch something.
FETCHED = ("background", "data", "poster", "src", "srcset", "xlink:href")
OWN_ADDRESS = re.compile(r"/\w|data:image/")
# A backslash can spell any letter in another way.
FETCHING_STYLE = re.compile(r"url|image|\\", re.IGNORECASE)
# Where there is nothing but the edge above and below, in millimetres.
EDGES = frozendict(
    {
        "data-report-margin-top": "10",
        "data-report-margin-bottom": "10",
        "data-report-header-spacing": "0",
    }
)


class IrActionsReport(models.Model):
    """Documents look the same whatever program prints them, and wherever it runs.

    The wkhtmltopdf of distributions is built without the changes to Qt that draw headers
    and footers, and leaves them out without a word. There they become a part of the page.

    It also fetches styles over the network, and leaves them out, too, when the server cannot
    reach its own public address. What is kept for good brings them along.
    """

    _inherit = "ir.actions.report"

    def _prepare_html(self, html, report_model=False):
        if self.report_name != REPORT:
            return super()._prepare_html(html, report_model=report_model)
        html = self._crm_orders_keep_inside(html)
        if not _wkhtml().is_patched_qt:
            html = self._crm_orders_draw_letterhead(html)
        prepared = super()._prepare_html(html, report_model=report_model)
        if not prepared:
            return prepared
        bodies, res_ids, header, footer, arguments = prepared
        bodies = [self._crm_orders_bring_styles(body) for body in bodies]
        return (
            bodies,
            res_ids,
            self._crm_orders_bring_styles(header),
            self._crm_orders_bring_styles(footer),
            arguments,
        )

    def _crm_orders_bring_styles(self, page):
        """The same page with the styles in it that it refers to."""
        return STYLES.sub(lambda link: self._crm_orders_get_style(link[1]), page)

    def _crm_orders_get_style(self, file_name):
        """A style sheet, made when nobody has asked for it before."""
        name, rtl, _kind, autoprefix = self.env["ir.asset"]._parse_bundle_name(
            file_name, False
        )
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            name, css=True, js=False, rtl=rtl, autoprefix=autoprefix
        )
        style = bundle.css().sudo().raw.decode() if bundle.stylesheets else ""
        # Nothing in a style may end it before its time.
        style = style.replace("</", "<\\/")
        return f"<style>{style}</style>"

    def _crm_orders_keep_inside(self, html):
        """The same pages without what the text would fetch from elsewhere.

        The server prints, so that a picture of any address would let whoever writes the
        text look at what only the server can reach.
        """
        root = lxml.html.fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
        for node in root.xpath("//div[@class='o_crm_orders_document']//*[@*]"):
            for name, value in node.attrib.items():
                if name in FETCHED or (name == "href" and node.tag != "a"):
                    if not OWN_ADDRESS.match(value):
                        del node.attrib[name]
                elif name == "style" and FETCHING_STYLE.search(value):
                    del node.attrib[name]
        return lxml.html.tostring(root, encoding="unicode")

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
