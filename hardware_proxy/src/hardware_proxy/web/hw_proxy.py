"""What the point of sale of Odoo 19 asks from an IoT box, as it asks it."""

from aiohttp import web

from ..errors import ProxyError
from ..raster import decode_base64
from ..service import digest_of
from .answers import printer_name, read_rpc, rpc_result

#: The POS asks for the next barcode again as soon as it has an answer.
SCAN_SECONDS = 50


def _service(request):
    from . import SERVICE

    return request.app[SERVICE]


def _spooler(request):
    return _service(request).spooler(printer_name(request))


async def hello(request):
    """First contact; the POS gives us one second."""
    _spooler(request)
    return web.Response(text="ping")


async def handshake(request):
    await read_rpc(request)
    _spooler(request)
    return rpc_result(request, True)


async def status_json(request):
    """From memory only: the POS stops asking for ever when we take 2.5 s once."""
    await read_rpc(request)
    service = _service(request)
    name = _spooler(request).printer.name
    state, messages = service.printer_status(name)
    return rpc_result(
        request,
        {
            "printer": {"status": state, "messages": " ".join(messages)},
            "scanner": {"status": service.scanner.status, "messages": ""},
            "scale": {"status": service.scale.status, "messages": [""]},
        },
    )


async def default_printer_action(request):
    """Print a receipt or open the drawer.

    A false result makes the POS say that the printer is not ready and offer a retry;
    nothing comes out later, except for a receipt that is already on its way.
    """
    params = await read_rpc(request)
    data = params.get("data")
    if not isinstance(data, dict):
        raise ProxyError("bad_request")
    service, spooler = _service(request), _spooler(request)
    action = data.get("action")
    if action == "cashbox":
        await service.open_drawer(spooler, request["client"], "hw_proxy")
        return rpc_result(request, True)
    if action != "print_receipt":
        raise ProxyError("bad_request", f"The action {action!r} is not supported.")
    content = decode_base64(data.get("receipt"))
    document = await service.receipt_document(content, spooler)
    outcome = await service.print_once(
        spooler, document, digest_of(content), request["client"], "hw_proxy"
    )
    request["job_id"] = outcome.job.id
    return rpc_result(request, outcome.printed)


async def scale_read(request):
    """Always a number: anything else ends the weighing screen of the POS."""
    await read_rpc(request)
    scale = _service(request).scale
    return rpc_result(
        request, {"weight": scale.read(), "unit": "kg", "stable": scale.stable}
    )


async def scanner(request):
    await read_rpc(request)
    return rpc_result(request, await _service(request).scanner.wait(SCAN_SECONDS))


async def customer_facing_display(request):
    params = await read_rpc(request)
    display = _service(request).display
    action = params.get("action", "get")
    if action == "set":
        data = params.get("data")
        if not isinstance(data, dict):
            raise ProxyError("bad_request")
        display.data = data
    elif action not in ("get", "open", "close"):
        raise ProxyError("bad_request")
    return rpc_result(request, {"status": "opened", "data": display.data})


async def display_refresh(request):
    await read_rpc(request)
    return rpc_result(request, True)


ROUTES = {
    "handshake": handshake,
    "status_json": status_json,
    "default_printer_action": default_printer_action,
    "scale_read": scale_read,
    "scanner": scanner,
    "customer_facing_display": customer_facing_display,
    "display_refresh": display_refresh,
}
