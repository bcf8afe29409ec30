"""Shapes of requests and answers that the routes share."""

import json

from aiohttp import web

from .. import epos as epos_xml
from ..errors import ProxyError


def problem(request, error):
    """An error in the language of the route it belongs to."""
    if request.path.endswith("/cgi-bin/epos/service.cgi"):
        # Clients of ePOS read the code from the body and expect HTTP 200, except for
        # callers that may not use the service at all.
        status = error.http_status if error.code == "refused" else 200
        return web.Response(
            text=epos_xml.response(False, error.code),
            content_type="text/xml",
            status=status,
        )
    if "/hw_proxy/" in request.path:
        status = error.http_status if error.code == "refused" else 200
        return web.json_response(
            {
                "jsonrpc": "2.0",
                "id": request.get("rpc_id"),
                "error": {
                    "code": error.http_status,
                    "message": error.message,
                    "data": {
                        "name": f"hardware_proxy.{error.code}",
                        "message": error.message,
                        "debug": "",
                    },
                },
            },
            status=status,
        )
    return web.json_response(
        {"error": {"code": error.code, "message": error.message}},
        status=error.http_status,
    )


async def read_json(request):
    """Body as a dict of texts that can be written down."""
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise ProxyError("bad_request", "Only UTF-8 is understood.", 415)
    raw = await request.read()
    try:
        body = json.loads(raw.decode())
        if b"\\u" in raw:
            # An escape may be half a character, which no file and no journal takes.
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ProxyError("bad_request") from error
    if not isinstance(body, dict):
        raise ProxyError("bad_request")
    return body


async def read_rpc(request):
    """Parameters of a JSON-RPC call."""
    body = await read_json(request)
    request["rpc_id"] = body.get("id")
    params = body.get("params") or {}
    if not isinstance(params, dict):
        raise ProxyError("bad_request")
    return params


def rpc_result(request, result):
    return web.json_response(
        {"jsonrpc": "2.0", "id": request.get("rpc_id"), "result": result}
    )


def printer_name(request):
    """Printer named in the address, or an empty text."""
    parts = request.match_info.get("prefix", "").strip("/").split("/")
    if parts[0] == "k":
        parts = parts[2:]
    return parts[0] if parts else ""
