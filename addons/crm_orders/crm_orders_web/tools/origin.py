"""Addresses of websites, compared as browsers write them in the header ``Origin``."""

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(address):
    """``scheme://host[:port]`` of an address as a browser would send it, or None.

    Browsers leave out the usual port and write other letters than a-z in Punycode.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
        if parts.scheme not in DEFAULT_PORTS or not host or parts.username is not None:
            return None
        host = host.encode("idna").decode().lower() if not host.isascii() else host
    except (ValueError, UnicodeError):
        return None
    if any(char.isspace() or char in "\\*<>\"';," for char in host):
        return None
    if ":" in host:
        host = f"[{host}]"
    if port in (None, DEFAULT_PORTS[parts.scheme]):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def read_list(text):
    """Return `(origins, lines that are none)` of a text with one website a line."""
    origins, strange = [], []
    for line in filter(None, map(str.strip, (text or "").splitlines())):
        origin = origin_of(line if "://" in line else f"https://{line}")
        if origin is None:
            strange.append(line)
        elif origin not in origins:
            origins.append(origin)
    return origins, strange
