"""Addresses of device services, as the browser of a till must have them.

The point of sale guesses what an address leaves out, and guesses wrong (port 8069 on a
page without HTTPS, 443 behind a path). So an address is always complete: scheme, host
and port, then perhaps a path with the till's secret or the name of a printer.
"""

import re
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 8073, "https": 443}
#: Width of pos.config.proxy_ip, which the address is copied to.
MAX_LENGTH = 45
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
PATH = re.compile(r"(/[A-Za-z0-9_-]+)*")


class AddressError(ValueError):
    """`reason` is one of: empty, scheme, host, port, path, long."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def complete_address(text):
    """The whole address for what a person typed, or AddressError."""
    text = (text or "").strip()
    if not text:
        raise AddressError("empty")
    if "//" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AddressError("port") from error
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise AddressError("scheme")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise AddressError("path")
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if not HOST.fullmatch(host):
        raise AddressError("host")
    if port == 0:
        raise AddressError("port")
    path = parts.path.rstrip("/")
    if not PATH.fullmatch(path):
        raise AddressError("path")
    address = f"{scheme}://{host}:{port or DEFAULT_PORTS[scheme]}{path}"
    if len(address) > MAX_LENGTH:
        raise AddressError("long")
    return address
