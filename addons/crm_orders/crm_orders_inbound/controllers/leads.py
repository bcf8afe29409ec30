import re

from odoo import http
from odoo.api import SUPERUSER_ID
from odoo.http import request

from ..tools.lead_payload import MAX_BODY, PayloadError
from .lead_dispatcher import json_answer, json_error


class LeadController(http.Controller):
    """The door for leads from outside."""

    # The source key says who is asking, so there is no user. Every method is routed
    # here, to tell in JSON which one is right.
    @http.route(
        "/crm_orders/v1/leads",
        type="crm_orders",
        auth="none",
        readonly=False,
        save_session=False,
        # A body that does not tell its length is cut here without an error, so one more
        # byte than allowed is read: `lead_payload.decode` then sees that it is too long.
        max_content_length=MAX_BODY + 1,
    )
    def leads(self):
        """Store a lead and answer 202 with the id of the stored request."""
        http_request = request.httprequest
        if http_request.method != "POST":
            return json_error(
                405, "method_not_allowed", "Send leads with POST.", [("Allow", "POST")]
            )
        if not request.db:
            # Only reached where the module is loaded server-wide, see the README.
            return json_error(
                503,
                "unavailable",
                "The database is away for a moment; send the lead again.",
                [("Retry-After", "30")],
            )
        try:
            event_id = (
                request.env["crm_orders.event"]
                .with_user(SUPERUSER_ID)
                ._accept(
                    self._get_key(http_request.headers),
                    http_request.get_data(),
                    http_request.mimetype,
                    http_request.headers,
                    http_request.remote_addr,
                )
            )
        except PayloadError as error:
            headers = []
            if error.status == 401:
                headers = [("WWW-Authenticate", "Bearer")]
            elif error.status == 429:
                headers = [("Retry-After", "60")]
            return json_error(error.status, error.code, str(error), headers)
        return json_answer({"status": "accepted", "event": event_id}, 202)

    def _get_key(self, headers):
        """The key from `X-Source-Key`, or else from `Authorization: Bearer`."""
        key = headers.get("X-Source-Key", "")
        if not key:
            match = re.fullmatch(
                r"bearer\s+(\S+)\s*", headers.get("Authorization", ""), re.IGNORECASE
            )
            key = match[1] if match else ""
        return key
