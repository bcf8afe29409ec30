import json
import logging

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from odoo.http import Dispatcher, Response

PREFIX = "/crm_orders/v1/"

_logger = logging.getLogger(__name__)


def json_answer(data, status=200, headers=()):
    """An answer in JSON that no cache keeps."""
    return Response(
        json.dumps(data),
        status=status,
        headers=[("Cache-Control", "no-store"), *headers],
        content_type="application/json; charset=utf-8",
    )


def json_error(status, code, message, headers=()):
    """An error for a program (`code`) and for the person who reads its log."""
    return json_answer({"error": {"code": code, "message": message}}, status, headers)


class LeadDispatcher(Dispatcher):
    """Hands a request to its endpoint untouched, and answers every error in JSON.

    Odoo's `http` dispatcher reads a form body away before the endpoint could store it,
    and its errors are pages; its JSON ones take no forms.
    """

    routing_type = "crm_orders"

    @classmethod
    def is_compatible_with(cls, request):
        return request.httprequest.path.startswith(PREFIX)

    def dispatch(self, endpoint, args):
        self.request.params = dict(args)
        return endpoint(**args)

    def handle_error(self, exc):
        if isinstance(exc, RequestEntityTooLarge):
            # What the endpoint reads is one byte more than it takes.
            limit = self.request.httprequest.max_content_length - 1
            return json_error(
                413, "too_large", f"The body is larger than {limit} bytes."
            )
        if isinstance(exc, HTTPException):
            return json_error(exc.code or 500, "http_error", exc.name)
        return json_error(
            500, "server_error", "The request could not be stored; send it again."
        )
