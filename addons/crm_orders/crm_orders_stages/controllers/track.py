from odoo import http
from odoo.http import request

from odoo.addons.crm_orders_base.tools.storable import storable

from ..tools import track_lookup

HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class TrackController(http.Controller):
    """The page where a customer follows an order, known only by its address."""

    @http.route(
        "/track/<string:token>",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        # Wrong guesses are counted.
        readonly=False,
        save_session=False,
    )
    def track(self, token, **_query):
        """Show the public stages; wrong and withdrawn addresses look the same."""
        order = request.env["sale.order"]._crm_orders_get_by_track_token(token)
        if not order:
            # Odoo's own page for such cases first looks for attachments and pages of
            # that address, and so could tell some wrong addresses from others.
            return self._refuse_token()
        self._speak(order._get_lang())
        zone = order._get_crm_orders_tracking_tz()
        request.update_context(tz=zone)
        order = order.with_context(lang=request.env.lang, tz=zone)
        values = order._get_crm_orders_tracking_values()
        values["res_company"] = order.company_id
        return self._answer("crm_orders_stages.track_page", values)

    @http.route(
        "/track/<string:token>/version",
        type="http",
        auth="public",
        # Who guesses gets the same page as elsewhere, and is counted.
        website=True,
        multilang=False,
        sitemap=False,
        readonly=False,
        save_session=False,
    )
    def version(self, token, **_query):
        """Tell an open page whether it is still true, without making it anew."""
        order = request.env["sale.order"]._crm_orders_get_by_track_token(token)
        if not order:
            return self._refuse_token()
        text = order._get_crm_orders_tracking_version()
        return request.make_response(
            text, [("Content-Type", "text/plain"), *HEADERS.items()]
        )

    @http.route(
        "/track",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        readonly=False,
        save_session=False,
        # Whoever asks has no session; what is asked changes nothing.
        csrf=False,
        methods=["GET", "POST"],
    )
    def look_up(self, number="", proof="", **_more):
        """Find an order by its number and the end of a phone number, or an address.

        Wrong and unknown ones get the same answer, and so do too many.
        """
        number, proof = storable(str(number)), storable(str(proof))
        values = {"number": number[:50]}
        if request.httprequest.method == "GET":
            return self._answer("crm_orders_stages.track_lookup_page", values)
        guesses = {
            "number": track_lookup.order_number(number),
            "visitor": request.httprequest.remote_addr,
        }
        attempts = request.env["crm_orders.track.attempt"]
        if attempts._is_blocked(**guesses):
            values["problem"] = "blocked"
            return self._answer("crm_orders_stages.track_lookup_page", values, 429)
        order = request.env["sale.order"]._crm_orders_find_for_tracking(number, proof)
        if not order:
            attempts._note(**guesses)
            values["problem"] = "unknown"
            return self._answer("crm_orders_stages.track_lookup_page", values, 404)
        token = order._crm_orders_get_tracking_url().rpartition("/")[2]
        response = request.redirect(f"/track/{token}", 303)
        response.headers.update(HEADERS)
        return response

    def _refuse_token(self, template="crm_orders_stages.track_unknown_page"):
        """Say that there is no such page, and count who asks for many of them."""
        visitor = request.httprequest.remote_addr
        attempts = request.env["crm_orders.track.attempt"]
        blocked = attempts._is_blocked(visitor=visitor)
        if not blocked:
            attempts._note(visitor=visitor)
        return self._answer(template, {}, 429 if blocked else 404)

    def _answer(self, template, values, status=200):
        values["html_data"] = {"lang": request.env.lang.replace("_", "-")}
        response = request.render(template, values, status=status)
        response.headers.update(HEADERS)
        if status == 429:
            response.headers["Retry-After"] = "3600"
        return response

    def _speak(self, code):
        """Show the page in the customer's language, whatever the browser asks for."""
        lang = request.env["res.lang"]._get_data(code=code)
        if lang:
            request.lang = lang
            request.update_context(lang=lang.code)
