"""Who may use the devices: decided before any route runs.

A web page that somebody opens on the till can send requests to this machine as well.
It is kept out by four checks: the name in the address (DNS rebinding), the page's
origin, the content type (forms cannot send JSON without asking first), and the secret
of the till where one is set.
"""

import asyncio
import hmac
import ipaddress
import logging
import re

from aiohttp import web

from ..errors import ProxyError
from .answers import problem

_logger = logging.getLogger(__name__)

TOKEN_HEADER = "X-Till-Token"
SAFE = ("GET", "HEAD", "OPTIONS")


class Refused(ProxyError):
    """A request that is none of our clients'."""

    def __init__(self, text, http_status=403):
        super().__init__("bad_request", text, http_status)
        self.code = "refused"


@web.middleware
async def guard(request, handler):
    """Check the caller, run the route, add the CORS headers."""
    settings = _settings(request)
    origin = request.headers.get("Origin")
    allowed = origin is not None and origin in settings.origins
    try:
        _check_host(request, settings)
        if origin is not None and not allowed:
            raise Refused(f"Pages of {origin} may not use the devices of this till.")
        if request.method == "OPTIONS":
            response = _preflight(request, allowed)
        else:
            request["client"] = _client(request, settings, origin)
            _check_content_type(request)
            await _receive(request, settings)
            response = await handler(request)
    except web.HTTPException as error:
        response = _from_http(request, error)
    except ProxyError as error:
        if isinstance(error, Refused):
            _logger.warning("Refused %s %s: %s", request.method, _place(request), error)
        response = problem(request, error)
    except Exception:
        _logger.exception("%s %s failed.", request.method, _place(request))
        response = problem(
            request, ProxyError("mechanical", "The device service failed.", 500)
        )
    response.headers["Vary"] = "Origin"
    response.headers["Cache-Control"] = "no-store"
    if allowed:
        response.headers["Access-Control-Allow-Origin"] = origin
    if response.prepared:
        return response
    await response.prepare(request)
    await response.write_eof()
    await _mark_answered(request)
    return response


def _place(request):
    """The address for the log: in one line, and without the secret."""
    return repr(re.sub(r"/k/[^/]*", "/k/***", request.path))


async def _receive(request, settings):
    """Take in the whole body, or hang up on a caller that does not finish it."""
    if request.method in SAFE:
        return
    try:
        async with asyncio.timeout(settings.request_timeout):
            await request.read()
    except TimeoutError as error:
        raise Refused("The request did not arrive completely.", 408) from error
    except (web.RequestPayloadError, OSError) as error:
        raise ProxyError("bad_request") from error


def _settings(request):
    from . import SERVICE

    return request.app[SERVICE].settings


async def _mark_answered(request):
    """Only an answer that went out counts; see Journal.find_repeat."""
    from . import SERVICE

    job_id = request.get("job_id")
    transport = request.transport
    if job_id and transport is not None and not transport.is_closing():
        await request.app[SERVICE].store.mark_answered(job_id)


def _check_host(request, settings):
    """An address in numbers cannot be a rebound name; names must be ours."""
    try:
        host = (request.url.host or "").lower()
    except ValueError as error:
        raise Refused("The address is not understood.", 400) from error
    if host == "localhost" or host in settings.hosts:
        return
    try:
        ipaddress.ip_address(host)
    except ValueError as error:
        raise Refused(f"This service does not answer to the name {host!r}.") from error


def _client(request, settings, origin):
    """Name of the caller for the journal; raises when it may not call."""
    secret = _secret(request)
    till = next(
        (
            name
            for name, token in settings.tokens.items()
            if hmac.compare_digest(token.encode(), secret)
        ),
        None,
    )
    if settings.tokens and till is None and request.path != "/":
        raise Refused("The secret of the till is missing or wrong.")
    if request.method not in SAFE and origin is None and till is None:
        # Browsers always tell the origin of a page; anything else must be known.
        raise Refused("A request without origin needs the secret of the till.")
    return till or origin or "local"


def _secret(request):
    """What the caller sent, in bytes; letters that are none match no secret."""
    parts = request.path.split("/")
    if len(parts) > 3 and parts[1] == "k":
        return parts[2].encode(errors="replace")
    return request.headers.get(TOKEN_HEADER, "").encode(errors="replace")


def _check_content_type(request):
    if request.method in SAFE or request.path.endswith("/cgi-bin/epos/service.cgi"):
        return
    if request.content_type != "application/json":
        raise Refused("Only JSON is accepted here.", 415)


def _preflight(request, allowed):
    if not allowed:
        raise Refused("A preflight request needs an origin.")
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": f"Content-Type, {TOKEN_HEADER}",
        "Access-Control-Max-Age": "600",
    }
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
    return web.Response(status=204, headers=headers)


def _from_http(request, error):
    if error.status == 413:
        return problem(request, ProxyError("too_large", http_status=413))
    texts = {404: "There is nothing at this address.", 405: "Use POST here."}
    text = texts.get(error.status, error.reason)
    return problem(request, Refused(text, error.status))
