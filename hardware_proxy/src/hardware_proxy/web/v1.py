"""Our own interface: numbered jobs, real errors, lists. Plain JSON, always POST.

POST also for questions, because the service worker of the POS keeps the answers to
GET requests and shows old ones when the network fails.
"""

import re

from aiohttp import web

from ..errors import ProxyError
from ..raster import decode_base64
from ..service import digest_of
from .answers import printer_name, read_json

JOB_ID = re.compile(r"[A-Za-z0-9:_.-]{8,64}")
STATES = ("queued", "sending", "sent", "confirmed", "failed", "unknown")


def _service(request):
    from . import SERVICE

    return request.app[SERVICE]


def _text(body, name, default="", limit=200):
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > limit:
        raise ProxyError("bad_request", f"{name} must be a short text.")
    return value


def _number(body, name, low, high, default=None):
    value = body.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ProxyError("bad_request", f"{name} must be a number.")
    if not low <= value <= high:
        raise ProxyError("bad_request", f"{name} must lie between {low} and {high}.")
    return value


def _flag(body, name, default=False):
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise ProxyError("bad_request", f"{name} must be true or false.")
    return value


def _job_id(body):
    job_id = _text(body, "id")
    if not JOB_ID.fullmatch(job_id):
        raise ProxyError("bad_request", "id must have 8 to 64 letters or digits.")
    return job_id


def _spooler(request, body):
    return _service(request).spooler(_text(body, "printer") or printer_name(request))


def _job(job):
    return {
        "id": job.id,
        "printer": job.printer,
        "client": job.client,
        "source": job.source,
        "title": job.title,
        "state": job.state,
        "code": job.code,
        "message": ProxyError(job.code).message if job.code else "",
        "copy_of": job.copy_of,
        "attempts": job.attempts,
        "dismissed": job.dismissed,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
    }


def _outcome(request, outcome, status):
    request["job_id"] = outcome.job.id
    answer = _job(outcome.job)
    answer["printed"] = outcome.printed
    answer["code"] = outcome.code
    answer["message"] = ProxyError(outcome.code).message if outcome.code else ""
    answer["paper"] = status.paper if status else ""
    return web.json_response(answer)


async def status(request):
    """State of all devices; `printer` is the one that this address stands for."""
    body = await read_json(request)
    name = _spooler(request, body).printer.name
    return web.json_response({"printer": name, **_service(request).status()})


async def print_receipt(request):
    """Print a picture once per job number, however often it is asked for."""
    body = await read_json(request)
    service, spooler = _service(request), _spooler(request, body)
    job_id = _job_id(body)
    content = decode_base64(body.get("image"))
    document = await service.receipt_document(content, spooler)
    outcome = await service.print_numbered(
        spooler,
        document,
        digest_of(content),
        request["client"],
        "v1",
        job_id,
        title=_text(body, "title"),
        wait=_number(body, "wait", 0, 60),
    )
    return _outcome(request, outcome, spooler.printer.known)


async def print_test(request):
    body = await read_json(request)
    spooler = _spooler(request, body)
    outcome = await _service(request).print_test(spooler, request["client"])
    return _outcome(request, outcome, spooler.printer.known)


async def drawer(request):
    body = await read_json(request)
    outcome = await _service(request).open_drawer(
        _spooler(request, body), request["client"], _text(body, "reason")
    )
    return web.json_response({"outcome": outcome})


async def drawer_log(request):
    body = await read_json(request)
    limit = int(_number(body, "limit", 1, 500, 50))
    return web.json_response({"pulses": await _service(request).store.pulses(limit)})


async def jobs(request):
    body = await read_json(request)
    states = body.get("states") or []
    if not isinstance(states, list) or any(state not in STATES for state in states):
        raise ProxyError("bad_request", f"states must be some of {', '.join(STATES)}.")
    dismissed = body.get("dismissed")
    if dismissed not in (None, True, False):
        raise ProxyError("bad_request", "dismissed must be true or false.")
    found = await _service(request).store.list(
        states=states,
        printer=_text(body, "printer") or printer_name(request) or None,
        limit=int(_number(body, "limit", 1, 500, 50)),
        dismissed=dismissed,
    )
    return web.json_response({"jobs": [_job(job) for job in found]})


async def retry(request):
    body = await read_json(request)
    service = _service(request)
    outcome = await service.retry(
        _job_id(body),
        request["client"],
        copy_text=_text(body, "copy_text", limit=20) or None,
    )
    spooler = service.spooler(outcome.job.printer)
    return _outcome(request, outcome, spooler.printer.known)


async def dismiss(request):
    body = await read_json(request)
    if not await _service(request).store.dismiss(_job_id(body)):
        raise ProxyError("state", http_status=409)
    return web.json_response({"dismissed": True})


async def virtual(request):
    """Play with the virtual devices: paper, cover, scans, weight."""
    body = await read_json(request)
    service = _service(request)
    if {"paper", "cover_open", "powered"} & set(body):
        _change_printer(service, _spooler(request, body).printer, body)
    if "scan" in body:
        if service.scanner.kind != "virtual":
            raise ProxyError("state", "The scanner is not virtual.", 409)
        service.scanner.put(_text(body, "scan"))
    if "weight" in body:
        if service.scale.kind != "virtual":
            raise ProxyError("state", "The scale is not virtual.", 409)
        weight = _number(body, "weight", -100, 10_000)
        if weight is None:
            raise ProxyError("bad_request", "weight must be a number.")
        stable = _flag(body, "stable", True)
        service.scale.weight, service.scale.stable = float(weight), stable
    return web.json_response(service.status())


def _change_printer(service, printer, body):
    device = service.virtual.get(printer.name)
    if device is None:
        raise ProxyError("state", "This printer is not virtual.", 409)
    changes = {}
    if "paper" in body:
        if body["paper"] not in ("ok", "low", "out"):
            raise ProxyError("bad_request", "paper is ok, low or out.")
        changes["paper"] = body["paper"]
    for name in ("cover_open", "powered"):
        if name in body:
            changes[name] = _flag(body, name)
    device.emulator.set(**changes)


ROUTES = {
    "status": status,
    "print": print_receipt,
    "test": print_test,
    "drawer": drawer,
    "drawer/log": drawer_log,
    "jobs": jobs,
    "jobs/retry": retry,
    "jobs/dismiss": dismiss,
    "virtual": virtual,
}
