import re

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_orders_base.tests.common import picture

from .common import DocumentsMixin


@tagged("post_install", "-at_install")
class TestPage(DocumentsMixin, HttpCase):
    """The customer's page over real HTTP, without any login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()
        cls.document = cls._make("contract")

    def _link(self, document=None):
        url = (document or self.document)._get_url()
        return re.sub(r"^https?://[^/]+", "", url)

    def _main(self, response):
        return self._text(re.search(r"<main>(.*)</main>", response.text, re.DOTALL)[1])

    def _sign_by_script(self, link, **values):
        values = {"name": "Aino Lähde", "signature": picture(kind="PNG"), **values}
        return self.make_jsonrpc_request(f"{link}/sign", values)

    def test_document_is_read_without_login_and_without_scripts(self):
        response = self.url_open(self._link())
        self.assertEqual(response.status_code, 200)
        text = self._main(response)
        for part in (self.document.number, "Chair", "forty-nine euros", "Your name"):
            self.assertIn(part, text)
        self.assertIn("no-referrer", response.headers["Referrer-Policy"])
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn("session_id", response.cookies)

    def test_customer_signs_with_what_was_drawn(self):
        link = self._link()
        answer = self._sign_by_script(link)
        self.assertEqual(answer["redirect_url"], link)
        self.assertEqual(self.document.state, "signed")
        self.assertFalse(self.document.signed_user_id)
        self.assertEqual(self.document.signed_from, "127.0.0.0")
        text = self._main(self.url_open(link))
        self.assertIn("Signed by Aino Lähde", text)
        self.assertNotIn("Your name", text)
        before = self.document.signed_date
        self.assertIn("error", self._sign_by_script(link, name="Somebody Else"))
        self.assertEqual(self.document.signed_by, "Aino Lähde")
        self.assertEqual(self.document.signed_date, before)

    def test_customer_signs_with_the_name_where_no_script_runs(self):
        link = self._link()
        response = self.url_open(f"{link}/accept", data={"name": "Aino"})
        self.assertEqual(response.status_code, 409)
        self.assertEqual(self.document.state, "made")
        response = self.url_open(f"{link}/accept", data={"name": " ", "agree": "1"})
        self.assertEqual(response.status_code, 409)
        response = self.url_open(f"{link}/accept", data={"name": "Aino", "agree": "1"})
        self.assertEqual(response.status_code, 200)
        self.assertIn("Signed by Aino", self._main(response))
        self.assertEqual(self.document.signed_by, "Aino")
        response = self.url_open(f"{link}/accept", data={"name": "Eve", "agree": "1"})
        self.assertEqual(response.status_code, 409)
        self.assertEqual(self.document.signed_by, "Aino")

    def test_what_is_no_signature_is_refused(self):
        link = self._link()
        for signature in ("", None, 7, ["x"], "%PDF", "A" * 3_000_000):
            self.assertIn("error", self._sign_by_script(link, signature=signature))
        for name in ("", "  "):
            self.assertIn("error", self._sign_by_script(link, name=name))
        self.assertEqual(self.document.state, "made")

    def test_name_that_no_database_takes_is_no_failure(self):
        answer = self._sign_by_script(self._link(), name="Ai\0no \ud800")
        self.assertIn("redirect_url", answer)
        self.assertEqual(self.document.signed_by, "Aino ?")

    def test_what_needs_no_signature_gets_none(self):
        receipt = self._make("receipt")
        link = self._link(receipt)
        self.assertNotIn("Your name", self._main(self.url_open(link)))
        self.assertIn("error", self._sign_by_script(link))
        self.url_open(f"{link}/accept", data={"name": "Aino", "agree": "1"})
        self.assertFalse(receipt.signed_by)

    def test_pdf_is_handed_out(self):
        response = self.url_open(f"{self._link()}/pdf")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertEqual(response.content, self.document.pdf_id.raw)

    def test_withdrawn_wrong_and_cancelled_addresses_look_the_same(self):
        link = self._link()
        answers = {self._main(self.url_open("/order-document/" + "a" * 32))}
        self.document.with_user(self.seller).action_withdraw_link()
        answers.add(self._main(self.url_open(link)))
        new = self._link()
        self.assertNotEqual(new, link)
        self.document._cancel()
        for path in (new, f"{new}/pdf", "/order-document/x", f"{link}/pdf"):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 404)
            answers.add(self._main(response))
        self.assertEqual(len(answers), 1)
        self.assertIn("error", self._sign_by_script(link))
        self.assertIn("error", self._sign_by_script(new))
        response = self.url_open(f"{link}/accept", data={"name": "A", "agree": "1"})
        self.assertEqual(response.status_code, 404)
        self.assertFalse(self.document.signed_by)

    def test_drafts_have_no_page(self):
        wizard = self._wizard(self.order, "contract")
        draft = self.documents.browse(wizard.action_save_draft()["res_id"])
        self.assertEqual(self.url_open(self._link(draft)).status_code, 404)

    def test_guessing_is_stopped(self):
        for _guess in range(30):
            response = self.url_open("/order-document/" + "b" * 32)
        self.assertEqual(response.status_code, 404)
        response = self.url_open("/order-document/" + "c" * 32)
        self.assertEqual(response.status_code, 429)
        self.assertEqual(self.url_open(self._link()).status_code, 200)

    def test_page_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.env["ir.module.module"].search(
            [("name", "=", "crm_orders_documents")]
        )._update_translations(["fi_FI"])
        self.customer.lang = "fi_FI"
        text = self._main(self.url_open(self._link(self._make("contract"))))
        self.assertIn("Allekirjoita", text)
        self.assertIn("neljäkymmentäyhdeksän euroa", text)
        self.assertIn("Sopimus", text)
