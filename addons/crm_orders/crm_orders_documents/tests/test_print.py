from unittest.mock import patch

import lxml.html

from odoo.tests import TransactionCase, tagged

from ..models.ir_actions_report import REPORT
from .common import DocumentsMixin


@tagged("post_install", "-at_install")
class TestPrint(DocumentsMixin, TransactionCase):
    """PDFs are printed in the background, and a broken one holds up no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()
        cls.jobs = cls.env["crm_orders.document.print"]
        cls.jobs.search([]).unlink()

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_orders_documents.ir_cron_print").method_direct_trigger()
        self.env.invalidate_all()

    def test_pdf_is_printed_and_kept(self):
        documents = self._make("contract") | self._make("receipt")
        self.assertFalse(documents.pdf_id)
        self._run()
        self.assertEqual(len(documents.pdf_id), 2)
        self.assertTrue(all(documents.mapped("pdf_hash")))
        self.assertFalse(self.jobs.search([]))
        before = documents.pdf_id
        self._run()
        self.assertEqual(documents.pdf_id, before)

    def test_nothing_is_fetched_from_elsewhere(self):
        body = (
            '<p>Read this</p><img src="http://elsewhere.example/1"/>'
            '<img src="file:///etc/elsewhere"/><img src="/\\elsewhere.example/2"/>'
            '<p style="background:url(http://elsewhere.example/3)">and that</p>'
            '<p style="background:u\\72l(http://elsewhere.example/4)">too</p>'
            '<table background="//elsewhere.example/5"><tr><td>x</td></tr></table>'
            '<img src="/web/image/1"/><a href="https://known.example">there</a>'
        )
        document = self._make("receipt", body=body)
        report = self.env["ir.actions.report"]._get_report(REPORT)
        html, _kind = report._render_qweb_html(REPORT, document.ids)
        self.assertIn("elsewhere", str(html))
        bodies = report._prepare_html(html, report_model=report.model)[0]
        [page] = [str(body) for body in bodies]
        self.assertNotIn("elsewhere", page)
        for kept in ("Read this", "and that", "/web/image/1", "https://known.example"):
            self.assertIn(kept, page)

    def test_broken_one_is_tried_again_and_then_left(self):
        broken, fine = self._make("contract"), self._make("receipt")
        real = type(broken)._store_pdf

        def store(document):
            if document == broken:
                raise ValueError("The printer is on fire")
            return real(document)

        with patch.object(type(broken), "_store_pdf", store):
            for _attempt in range(6):
                self.jobs.search([]).next_attempt = "2020-01-01"
                self.env.flush_all()
                self._run()
        self.assertTrue(fine.pdf_id)
        job = self.jobs.search([])
        self.assertEqual(job.document_id, broken)
        self.assertEqual((job.state, job.attempts), ("failed", 6))
        self.assertIn("on fire", job.error)
        broken.with_user(self.seller).action_print()
        self.assertTrue(broken.pdf_id, "by hand it is tried all the same")

    def test_letterhead_is_on_the_page_where_it_is_not_drawn_above(self):
        html = (
            "<html><body><main><div class='header o_layout'>Kauppa Oy</div>"
            "<div class='article'><div class='page'>Text</div></div>"
            "<div class='footer o_layout'><p>IBAN</p>"
            "<div>Page <span class='page'/></div></div></main></body></html>"
        )
        drawn = self.env["ir.actions.report"]._crm_orders_draw_letterhead(html)
        root = lxml.html.fromstring(drawn)
        self.assertEqual(root.get("data-report-margin-top"), "10")
        self.assertFalse(root.xpath("//div[contains(@class, 'header')]"))
        (article,) = root.xpath("//div[@class='article']")
        text = " ".join(article.text_content().split())
        self.assertEqual(text, "Kauppa OyTextIBAN")

    def test_styles_are_on_the_page(self):
        """Whoever prints may be unable to reach the address of the shop."""
        report = self.env["ir.actions.report"]._get_report(REPORT)
        html = "<html><body><main><div class='article'>Text</div></main></body></html>"
        (page,), *_more = report._prepare_html(html)
        self.assertIn("<style>", page)
        self.assertIn(".container", page)
        self.assertFalse(lxml.html.fromstring(page).xpath("//link"))

    def test_real_paper(self):
        for kind in ("contract", "work_order"):
            document = self._make(kind)
            document.with_context(force_report_rendering=True)._ensure_pdf()
            self.assertTrue(document.pdf_id.raw.startswith(b"%PDF"))
