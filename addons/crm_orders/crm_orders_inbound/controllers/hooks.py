import time

from odoo import http
from odoo.api import SUPERUSER_ID
from odoo.http import Response, request

from ..tools.channel import Refused, Request
from .lead_dispatcher import json_error

# Providers send up to a thousand things at once; none of theirs comes near this.
MAX_HOOK_BODY = 1024 * 1024


class HookController(http.Controller):
    """The door for providers of messages and calls."""

    # The token in the address says which source is meant, a signature or secret who is
    # calling, so there is no user.
    @http.route(
        "/crm_orders/v1/hook/<string:token>",
        type="crm_orders",
        auth="none",
        readonly=False,
        save_session=False,
        max_content_length=MAX_HOOK_BODY + 1,
    )
    def hook(self, token):
        """Store what a provider sent and answer as it wishes."""
        http_request = request.httprequest
        if http_request.method not in ("GET", "POST"):
            return json_error(
                405, "method_not_allowed", "Use GET or POST.", [("Allow", "GET, POST")]
            )
        if not request.db:
            return json_error(
                503,
                "unavailable",
                "The database is away for a moment; send it again.",
                [("Retry-After", "30")],
            )
        body = http_request.get_data()
        if len(body) > MAX_HOOK_BODY:
            return json_error(
                413, "too_large", f"The body is larger than {MAX_HOOK_BODY} bytes."
            )
        env = request.env(user=SUPERUSER_ID)
        base = env["ir.config_parameter"].get_param("web.base.url") or ""
        query = http_request.query_string.decode("latin-1")
        path = http_request.path + (f"?{query}" if query else "")
        try:
            answer = env["crm_orders.event"]._accept_hook(
                token,
                Request(
                    http_request.method,
                    base.rstrip("/") + path,
                    dict(http_request.headers),
                    body,
                    time.time(),
                ),
                http_request.remote_addr,
                http_request.host_url.rstrip("/") + path,
            )
        except Refused as error:
            return json_error(error.status, error.code, str(error))
        return Response(
            answer.body,
            status=answer.status,
            headers=[("Cache-Control", "no-store")],
            content_type=f"{answer.mimetype}; charset=utf-8",
        )
