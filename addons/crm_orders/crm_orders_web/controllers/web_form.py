from odoo import http
from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.http import Response, request

from odoo.addons.crm_orders_inbound.controllers.lead_dispatcher import (
    json_answer,
    json_error,
)
from odoo.addons.crm_orders_inbound.tools import lead_payload
from odoo.addons.crm_orders_inbound.tools.lead_payload import MAX_BODY, PayloadError

from ..tools import web_form
from ..tools.origin import origin_of

PATH = "/crm_orders/v1/form/<string:key>"
ROUTE = {
    "type": "crm_orders",
    "auth": "none",
    "readonly": False,
    "save_session": False,
    "max_content_length": MAX_BODY + 1,
}
# The pages hold one form and no script, whatever people type into it.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'self' {places}; frame-ancestors 'self' {places}"
)
PREVIEW_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self';"
    " style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"
)
MAX_LANGS = 10
# What the templates call the fields around those of the form.
NAMES = {
    name: getattr(web_form, name)
    for name in ("TRAP", "ID", "TICKET", "LANG", "CONSENT", "VISIT")
}


class WebFormController(http.Controller):
    """The door for forms on websites: with our script, and without any."""

    @http.route(f"{PATH}/config", **ROUTE)
    def config(self, key):
        """What the script needs to show the form."""
        if not (source := self._find(key)):
            return self._not_found_json()
        cors = self._get_cors(source)
        if request.httprequest.method == "OPTIONS":
            return self._preflight(cors)
        if cors is None:
            return self._wrong_origin()
        return json_answer(source._get_web_config(self._get_langs()), headers=cors)

    @http.route(PATH, **ROUTE)
    def form(self, key):
        """The form as a page of its own, and where it is sent to."""
        method = request.httprequest.method
        if not (source := self._find(key)):
            if request.httprequest.mimetype == "application/json":
                return self._not_found_json()
            return self._not_found_page()
        if method == "OPTIONS":
            return self._preflight(self._get_cors(source))
        if method in ("GET", "HEAD"):
            return self._page(source)
        if method != "POST":
            return json_error(
                405,
                "method_not_allowed",
                "Send the form with POST.",
                [("Allow", "POST")],
            )
        if request.httprequest.mimetype == "application/json":
            return self._take_json(source)
        return self._take_form(source)

    @http.route(f"{PATH}/thanks", **ROUTE)
    def thanks(self, key):
        """What visitors without the script see in the end."""
        if not (source := self._find(key)):
            return self._not_found_page()
        return self._page(source, sent=True)

    @http.route(f"{PATH}/preview", **ROUTE)
    def preview(self, key):
        """A page with the form on it, to try it before it is on the website."""
        if not (source := self._find(key)):
            return self._not_found_page()
        values = self._get_page_values(source, script="/crm_orders/v1/widget.js")
        return self._render("crm_orders_web.preview", values, 200, PREVIEW_POLICY)

    # Ways to send ------------------------------------------------------------------

    def _take_json(self, source):
        """A form sent by the script."""
        cors = self._get_cors(source)
        if cors is None:
            return self._wrong_origin()
        raw = request.httprequest.get_data()
        try:
            body = lead_payload.decode(raw)
            event_id = self._accept(source, body, lead_payload.JSON, [])
        except PayloadError as error:
            return self._json_problem(source, error, cors)
        answer = {"status": "accepted", "event": event_id}
        if source.web_redirect_url:
            answer["redirect"] = source.web_redirect_url
        return json_answer(answer, 202, cors)

    def _take_form(self, source):
        """A form sent by a browser itself; what was typed is shown again on errors."""
        http_request = request.httprequest
        payload = {}
        try:
            lead_payload.body_format(http_request.mimetype)
            raw = http_request.get_data()
            if len(raw) > MAX_BODY:
                lead_payload.decode(raw)
            body = lead_payload.decode(web_form.decode_form(raw).encode())
            payload = lead_payload.parse(body, lead_payload.FORM)
            doubts = [] if self._may_come_from(source) else [("origin", None)]
            self._accept(source, body, lead_payload.FORM, doubts)
        except PayloadError as error:
            if payload.get(web_form.LANG):
                request.form_lang = str(payload[web_form.LANG])[:12]
            return self._page(source, payload=payload, error=error)
        url = source.web_redirect_url or f"/crm_orders/v1/form/{source.web_key}/thanks"
        lang = web_form.read(payload).lang
        if lang and not source.web_redirect_url:
            url += f"?lang={lang}" if lang.replace("-", "").isalnum() else ""
        return Response(
            status=303, headers=[("Location", url), ("Cache-Control", "no-store")]
        )

    def _accept(self, source, body, body_format, doubts):
        payload = lead_payload.parse(body, body_format)
        http_request = request.httprequest
        return source._accept_form(
            body,
            body_format,
            http_request.headers,
            http_request.remote_addr,
            [*doubts, *self._check_captcha(source, payload)],
        )

    def _check_captcha(self, source, payload):
        """Doubts about who filled in the form, where the source asks for a captcha.

        A captcha fails for people as well, for example without its script. So it never
        turns anybody away.
        """
        if not source.web_captcha:
            return []
        if not source._get_captcha_keys():
            return [("no_captcha", None)]
        for name in (web_form.RECAPTCHA, web_form.TURNSTILE):
            token = payload.get(name)
            request.params[name] = token if isinstance(token, str) else ""
        try:
            source.env["ir.http"]._verify_request_recaptcha_token("crm_orders_web")
        except UserError:
            return [("captcha", None)]
        return []

    # Where it comes from -----------------------------------------------------------

    def _find(self, key):
        if not request.db:
            return None
        request.update_env(user=SUPERUSER_ID)
        try:
            return request.env["crm_orders.web.form"]._find_by_web_key(key)
        except AccessError:
            return None

    def _get_cors(self, source):
        """Headers that let a listed website read the answer, or None for others."""
        sent = request.httprequest.headers.get("Origin")
        if sent is None and request.httprequest.method == "GET":
            # Browsers name no origin when one of our own pages asks.
            return [("Vary", "Origin")]
        if sent not in source._get_web_origins():
            # The address that the visitor used for us may differ from the set one.
            own = origin_of(request.httprequest.host_url)
            if sent is None or sent != own:
                return None
        return [("Access-Control-Allow-Origin", sent), ("Vary", "Origin")]

    def _may_come_from(self, source):
        """Whether a plain form was on a listed website, as far as a browser tells."""
        headers = request.httprequest.headers
        sent = headers.get("Origin")
        if sent in (None, "null"):
            sent = origin_of(headers.get("Referer", ""))
        if sent is None:
            return True
        own = origin_of(request.httprequest.host_url)
        return sent == own or sent in source._get_web_origins()

    def _get_langs(self):
        """Languages that the visitor reads, that of the page first."""
        http_request = request.httprequest
        found = [
            getattr(request, "form_lang", ""),
            http_request.args.get("lang", "")[:12],
            *http_request.accept_languages.values(),
        ]
        return [lang for lang in found if lang][:MAX_LANGS]

    # Answers -----------------------------------------------------------------------

    def _preflight(self, cors):
        if cors is None:
            return self._wrong_origin()
        return Response(
            status=204,
            headers=[
                *cors,
                ("Access-Control-Allow-Methods", "GET, POST"),
                ("Access-Control-Allow-Headers", "Content-Type"),
                ("Access-Control-Max-Age", "600"),
            ],
        )

    def _wrong_origin(self):
        return json_error(
            403,
            "origin_not_allowed",
            "This website is not listed in the settings of the form.",
            [("Vary", "Origin")],
        )

    def _not_found_json(self):
        if not request.db:
            return json_error(
                503,
                "unavailable",
                "The database is away for a moment; send it again.",
                [("Retry-After", "30"), ("Access-Control-Allow-Origin", "*")],
            )
        return json_error(
            404,
            "unknown_form",
            "There is no form with this key.",
            [("Access-Control-Allow-Origin", "*")],
        )

    def _json_problem(self, source, error, cors):
        headers = list(cors)
        if error.status == 429:
            headers.append(("Retry-After", "20"))
        response = {"error": {"code": error.code, "message": str(error)}}
        if fields := getattr(error, "fields", None):
            texts = source._get_texts(source._get_web_langs(self._get_langs())[1])
            response["error"]["message"] = texts["correct"]
            response["error"]["fields"] = source._get_problem_texts(fields, texts)
        return json_answer(response, error.status, headers)

    def _not_found_page(self):
        if not request.db:
            return self._not_found_json()
        forms = request.env["crm_orders.web.form"]
        lang = forms._get_web_langs(self._get_langs())[1]
        texts = forms._get_texts(lang)
        values = {
            "texts": texts,
            "page_lang": lang.split("_")[0],
            "color": "#1f5fae",
            "ink": "#ffffff",
        }
        return self._render(
            "crm_orders_web.not_found", values, 404, POLICY.format(places="")
        )

    def _page(self, source, payload=None, error=None, sent=False):
        """The form as a page, with what was typed and what has to be corrected."""
        values = self._get_page_values(source, payload=payload or {}, sent=sent)
        texts = values["texts"]
        status = 200
        if error:
            status = error.status
            problems = getattr(error, "fields", {})
            values["problems"] = source._get_problem_texts(problems, texts)
            values["message"] = texts["correct"] if problems else texts["failed"]
            # What was asked before the form was changed is shown again as well.
            names = {field["name"] for field in values["form"]["fields"]}
            values["kept"] = {
                name: value
                for name, value in values["payload"].items()
                if name not in names | web_form.AROUND and isinstance(value, str)
            }
        places = " ".join(sorted(source._get_web_origins()))
        return self._render(
            "crm_orders_web.page", values, status, POLICY.format(places=places)
        )

    def _get_page_values(self, source, **values):
        form = source._get_web_config(self._get_langs())
        return {
            "form": form,
            "texts": form["texts"],
            "page_lang": form["lang"],
            "color": form["color"],
            "ink": form["ink"],
            "action": f"/crm_orders/v1/form/{source.web_key}",
            "back": (source._read_web_origins()[0] or [""])[0],
            "form_id": source._make_form_id(),
            "names": NAMES,
            "payload": {},
            "problems": {},
            "message": "",
            "kept": {},
            "sent": False,
            **values,
        }

    def _render(self, template, values, status, policy):
        return Response(
            "<!DOCTYPE html>\n" + str(request.env["ir.qweb"]._render(template, values)),
            status=status,
            headers=[
                ("Cache-Control", "no-store"),
                ("Content-Security-Policy", policy),
                ("Referrer-Policy", "same-origin"),
                ("X-Content-Type-Options", "nosniff"),
                ("X-Robots-Tag", "noindex"),
            ],
            content_type="text/html; charset=utf-8",
        )
