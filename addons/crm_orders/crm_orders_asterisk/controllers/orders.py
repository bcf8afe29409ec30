import json

from odoo import http
from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.http import request

from odoo.addons.crm_orders_inbound.controllers.lead_dispatcher import (
    json_answer,
    json_error,
)
from odoo.addons.crm_orders_inbound.tools.channel import Refused, Request
from odoo.addons.crm_orders_inbound.tools.reading import line

MAX_BODY = 64 * 1024


class OrdersController(http.Controller):
    """What the service at the exchange asks: whom shall I call?"""

    # As with webhooks, the address says which source is meant and the token in the
    # header who is asking, so there is no user.
    @http.route(
        "/crm_orders/v1/asterisk/<string:token>/orders",
        type="crm_orders",
        auth="none",
        methods=["POST"],
        readonly=False,
        save_session=False,
        max_content_length=MAX_BODY + 1,
    )
    def orders(self, token):
        """Take what became of earlier orders, and hand out the new ones."""
        if not request.db:
            return json_error(503, "unavailable", "The database is away for a moment.")
        http_request = request.httprequest
        env = request.env(user=SUPERUSER_ID)
        body = http_request.get_data()
        headers = dict(http_request.headers)
        try:
            source = env["crm_orders.source"]._find_by_hook_token(token)
            if source.kind != "asterisk":
                raise AccessError(env._("This source is no exchange."))
            # Only the header counts here: an address is written to logs.
            source._get_channel().verify(
                Request("POST", "", headers, b""), source._get_settings()
            )
        except AccessError:
            return json_error(404, "unknown_address", "Nothing is here.")
        except Refused as error:
            return json_error(error.status, error.code, str(error))
        try:
            said = json.loads(body or b"{}")
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            return json_error(400, "bad_json", "The body is no JSON object.")
        orders = env["crm_orders.asterisk.order"]
        source._note_service(line(said, "status"))
        orders._take_results(source, said.get("results"))
        return json_answer({"orders": orders._hand_out(source)})
