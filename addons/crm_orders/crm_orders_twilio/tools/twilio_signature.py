"""How Twilio signs (https://www.twilio.com/docs/usage/webhooks/webhooks-security)."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from odoo.addons.crm_orders_inbound.tools.reading import same, same_as_any

PORTS = {"http": 80, "https": 443}
FORM = "application/x-www-form-urlencoded"


def sign(token, url, fields=()):
    """Signature of an address and form fields, each name with its values sorted."""
    by_name = {}
    for name, value in fields:
        by_name.setdefault(name, set()).add(value)
    signed = url + "".join(
        name + value for name in sorted(by_name) for value in sorted(by_name[name])
    )
    digest = hmac.new(
        token.encode("utf-8", "surrogatepass"),
        signed.encode("utf-8", "surrogatepass"),
        hashlib.sha1,
    )
    return base64.b64encode(digest.digest()).decode()


def is_signed(request, tokens, given):
    """Whether one of the tokens signed it.

    :raise Unreadable: when the body is no form in UTF-8
    """
    body_hash = parse_qs(urlsplit(request.url).query).get("bodySHA256")
    mimetype = request.header("Content-Type").partition(";")[0].strip().lower()
    if body_hash:
        fields = ()
        expected = hashlib.sha256(request.body).hexdigest()
        if not same(body_hash[-1].lower(), expected):
            return False
    elif mimetype == FORM or not request.body:
        fields = request.form if request.body else ()
    else:
        # Any other body would not be covered by the signature.
        return False
    return same_as_any(
        given,
        [
            sign(token, url, fields)
            for token in tokens
            for url in both_addresses(request.url)
        ],
    )


def both_addresses(url):
    """The address with and without its port: Twilio signs one or the other."""
    found = [url]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return found
    host = parts.netloc
    if port:
        found.append(parts._replace(netloc=host.rpartition(":")[0]).geturl())
    elif parts.scheme in PORTS:
        with_port = f"{host}:{PORTS[parts.scheme]}"
        found.append(parts._replace(netloc=with_port).geturl())
    return found
