from odoo import http
from odoo.http import request

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
        readonly=True,
        save_session=False,
    )
    def track(self, token, **_query):
        """Show the public stages; wrong and withdrawn addresses look the same."""
        order = request.env["sale.order"]._crm_orders_get_by_track_token(token)
        if not order:
            # Odoo's own page for such cases first looks for attachments and pages of
            # that address, and so could tell some wrong addresses from others.
            return self._answer("crm_orders_stages.track_unknown_page", {}, status=404)
        self._speak(order._get_lang())
        zone = order._get_crm_orders_tracking_tz()
        request.update_context(tz=zone)
        order = order.with_context(lang=request.env.lang, tz=zone)
        values = order._get_crm_orders_tracking_values()
        values["res_company"] = order.company_id
        return self._answer("crm_orders_stages.track_page", values)

    def _answer(self, template, values, status=200):
        values["html_data"] = {"lang": request.env.lang.replace("_", "-")}
        response = request.render(template, values, status=status)
        response.headers.update(HEADERS)
        return response

    def _speak(self, code):
        """Show the page in the customer's language, whatever the browser asks for."""
        lang = request.env["res.lang"]._get_data(code=code)
        if lang:
            request.lang = lang
            request.update_context(lang=lang.code)
