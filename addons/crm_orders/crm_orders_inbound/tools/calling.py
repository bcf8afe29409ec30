"""Calls providers: where to, with which token, and how long to wait."""

import re
from urllib.parse import unquote, urljoin, urlsplit

from .channel import File, HttpCall, SendError
from .reading import OCTETS, line, number
from .speech import Speech

speech = Speech(__name__)

MAX_HOPS = 4


def bearing(token):
    """Headers of a request that is allowed by a token."""
    return {"Authorization": f"Bearer {token}"}


def run(generator, transport):
    """Drive one of the generators of a channel; returns what it returns.

    :param transport: function from HttpCall to HttpAnswer
    """
    try:
        call = next(generator)
        while True:
            call = generator.send(transport(call))
    except StopIteration as stop:
        return stop.value


def is_at(url, bases=(), domains=()):
    """Whether an address may be called that somebody else has written.

    A message could otherwise make us call any machine that only we can reach.

    :param bases: addresses from the settings; scheme, host and port must be theirs
    :param domains: public domains of the provider, called by https only
    """
    parts = _origin(url)
    if not parts:
        return False
    if any(base and parts == _origin(base) for base in bases):
        return True
    scheme, host, port = parts
    if scheme != "https" or port != 443:
        return False
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _origin(url):
    if not isinstance(url, str) or re.search(r"[\s\\\0-\x1f\x7f]", url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    if not (parts.hostname and port and parts.scheme in ("http", "https")):
        return None
    if "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.lower(), port


def download(url, bases=(), domains=(), headers=None):
    """Generator that fetches a file from an address that somebody else has written.

    :param headers: sent only to `bases`, as they may hold a token
    :raise SendError: also where the address leads away from the provider
    """
    for _hop in range(MAX_HOPS):
        if not is_at(url, bases, domains):
            raise SendError(
                speech._("The file is not at the provider's address."), final=True
            )
        answer = yield HttpCall(
            "GET", url, headers=(headers or {}) if is_at(url, bases) else {}
        )
        if answer.status in (301, 302, 303, 307, 308):
            url = _joined(url, answer.header("Location"))
            continue
        if answer.status != 200:
            raise SendError(
                speech._(
                    "The file was not handed over (%(status)s).", status=answer.status
                ),
                final=answer.status in (400, 401, 403, 404, 410),
                retry_after=retry_after(answer),
            )
        mimetype = answer.header("Content-Type").partition(";")[0].strip().lower()
        name = line(unquote(urlsplit(url).path.rpartition("/")[2]))
        return File(name or "file", mimetype or OCTETS, answer.body)
    raise SendError(speech._("The file's address leads round in circles."), final=True)


def _joined(url, place):
    try:
        return urljoin(url, place)
    except ValueError:
        return ""


def retry_after(answer, default=None):
    """Seconds that a provider asks us to wait, from its headers."""
    found = number(answer.header("Retry-After").strip())
    return found if found is not None and 0 <= found <= 86400 else default
