import hashlib
from functools import cache

from odoo import http
from odoo.http import Response, request
from odoo.tools import file_open

SCRIPT = "crm_orders_web/static/src/widget.js"
# Websites keep the script for ten minutes, then ask whether it is still the same.
CACHING = "public, max-age=600, stale-while-revalidate=86400"


@cache
def _get_script():
    """The script and its tag; a new version comes with a new process."""
    with file_open(SCRIPT, "rb") as file:
        content = file.read()
    return content, hashlib.sha256(content).hexdigest()[:32]


class WidgetController(http.Controller):
    """The script that puts forms on websites."""

    @http.route(
        "/crm_orders/v1/widget.js",
        type="crm_orders",
        auth="none",
        readonly=True,
        save_session=False,
    )
    def widget(self):
        """Serve the script; it is the same for every website."""
        content, tag = _get_script()
        response = Response(
            content,
            headers=[
                ("Cache-Control", CACHING),
                ("Access-Control-Allow-Origin", "*"),
                ("Cross-Origin-Resource-Policy", "cross-origin"),
                ("X-Content-Type-Options", "nosniff"),
            ],
            content_type="text/javascript; charset=utf-8",
        )
        response.set_etag(tag)
        return response.make_conditional(request.httprequest)
