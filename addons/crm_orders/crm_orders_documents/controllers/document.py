from odoo import http
from odoo.http import request

from odoo.addons.crm_orders_stages.controllers.track import HEADERS, TrackController

MAX_SIGNATURE = 2_000_000


class DocumentController(TrackController):
    """The page where a customer reads a document and signs it, known by its address."""

    @http.route(
        "/order-document/<string:token>",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        # Wrong guesses are counted.
        readonly=False,
        save_session=False,
    )
    def document(self, token, **_query):
        """Show the document; wrong and withdrawn addresses look the same."""
        document = self._find_document(token)
        return self._show(document) if document else self._refuse_document()

    @http.route(
        "/order-document/<string:token>/pdf",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        # The PDF is printed when it is first asked for.
        readonly=False,
        save_session=False,
    )
    def document_pdf(self, token, **_query):
        """Hand out the PDF."""
        document = self._find_document(token)
        if not document:
            return self._refuse_document()
        attachment = document._ensure_pdf()
        return request.make_response(
            attachment.raw,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(attachment.raw)),
                ("Content-Disposition", http.content_disposition(attachment.name)),
                ("X-Content-Type-Options", "nosniff"),
                *HEADERS.items(),
            ],
        )

    @http.route(
        "/order-document/<string:token>/accept",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        readonly=False,
        save_session=False,
        # Whoever knows the address may sign; there is no session.
        csrf=False,
        methods=["POST"],
    )
    def document_accept(self, token, name="", agree="", **_more):
        """Sign with the name, where the browser runs no scripts to draw with."""
        document = self._find_document(token)
        if not document:
            return self._refuse_document()
        problem = self._sign_document(document, name) if agree == "1" else None
        if problem or agree != "1":
            return self._show(
                document, problem or document.env._("Tick that you agree.")
            )
        response = request.redirect(f"/order-document/{token}", 303)
        response.headers.update(HEADERS)
        return response

    @http.route(
        "/order-document/<string:token>/sign",
        type="jsonrpc",
        auth="public",
        website=True,
        multilang=False,
        readonly=False,
        save_session=False,
    )
    def document_sign(self, token, name="", signature="", **_more):
        """Sign with what was drawn."""
        document = self._find_document(token)
        if not document:
            return {"error": request.env._("This address is not in use.")}
        if not isinstance(signature, str) or not 0 < len(signature) < MAX_SIGNATURE:
            return {"error": document.env._("The signature is missing.")}
        problem = self._sign_document(document, name, signature)
        if problem:
            return {"error": problem}
        return {"force_refresh": True, "redirect_url": f"/order-document/{token}"}

    def _find_document(self, token):
        """The document of that address in the customer's language, or none."""
        document = request.env["crm_orders.document"]._get_by_token(token)
        if document:
            self._speak(document.lang)
            document = document.with_context(
                lang=request.env.lang, tz=document._get_tz()
            )
        return document

    def _sign_document(self, document, name, signature=None):
        """Sign; what is against it, in words, or nothing."""
        if not document._is_signable():
            return document.env._("There is nothing to sign on this document.")
        return document._sign(name, signature, address=request.httprequest.remote_addr)

    def _show(self, document, problem=False):
        return self._answer(
            "crm_orders_documents.document_page",
            {
                "document": document,
                "path": f"/order-document/{document.token}",
                "problem": problem,
                "res_company": document.company_id,
            },
            409 if problem else 200,
        )

    def _refuse_document(self):
        """Say that there is no such page, and count who asks for many of them."""
        return self._refuse_token("crm_orders_documents.document_unknown_page")
