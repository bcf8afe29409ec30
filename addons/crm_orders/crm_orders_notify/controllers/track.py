from odoo import http
from odoo.http import request

from odoo.addons.crm_orders_stages.controllers.track import HEADERS, TrackController


class TrackNoticeController(TrackController):
    """Customers who want no messages say so on the page of their order."""

    @http.route(
        "/track/<string:token>/messages",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        readonly=False,
        save_session=False,
        # Whoever knows the address of the order may say so; there is no session.
        csrf=False,
        methods=["POST"],
    )
    def messages(self, token, wanted="", **_more):
        """Stop the messages about an order, or let them go on."""
        order = request.env["sale.order"]._crm_orders_get_by_track_token(token)
        if not order:
            return self._refuse_token()
        order.crm_orders_is_quiet = wanted != "1"
        response = request.redirect(f"/track/{token}", 303)
        response.headers.update(HEADERS)
        return response
