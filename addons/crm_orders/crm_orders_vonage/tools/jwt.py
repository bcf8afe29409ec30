"""As much of JSON Web Tokens (RFC 7515, RFC 7519) as Vonage needs.

What comes in is signed with HS256 and nothing else: the algorithm is ours to choose and
never that of whoever wrote the token.
"""

import base64
import binascii
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key

MAX_TOKEN = 8192


class BadToken(Exception):
    """A token that is not to be trusted, and why."""


def read(token, secrets):
    """The claims of a token that one of the secrets signed.

    :raise BadToken: when there is none
    """
    parts = token.split(".")
    if len(token) > MAX_TOKEN or len(parts) != 3:
        raise BadToken("It is no token.")
    header = _object(parts[0])
    if header.get("alg") != "HS256":
        raise BadToken("It is signed in another way.")
    if "crit" in header:
        raise BadToken("It asks for what is not known here.")
    signed = f"{parts[0]}.{parts[1]}".encode("utf-8", "surrogatepass")
    given = _bytes(parts[2])
    known = False
    for secret in secrets:
        known |= hmac.compare_digest(given, _hmac(secret, signed))
    if not known:
        raise BadToken("The signature is wrong.")
    return _object(parts[1])


def make(claims, secret):
    """A token signed with HS256."""
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_text(_hmac(secret, signed.encode()))}"


def make_rs256(claims, private_key):
    """A token signed with a private key, as Vonage's API wants it.

    :param private_key: PEM, with or without its line breaks
    :raise ValueError: when it is no private key of this kind
    """
    signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    key = load_pem_private_key(_pem(private_key), password=None)
    try:
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (AttributeError, TypeError):
        raise ValueError("It is no RSA key.") from None
    return f"{signed}.{_text(signature)}"


def _pem(private_key):
    """A key that was pasted into one line, in its lines again."""
    words = private_key.replace("\\n", " ").split()
    joined = " ".join(words)
    begin, _mark, rest = joined.partition("KEY-----")
    content, _mark, end = rest.partition("-----END")
    body = content.replace(" ", "")
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join([f"{begin}KEY-----", *lines, f"-----END{end}", ""]).encode()


def _hmac(secret, signed):
    key = secret.encode("utf-8", "surrogatepass")
    return hmac.new(key, signed, hashlib.sha256).digest()


def _bytes(part):
    try:
        padded = part.encode("ascii") + b"=" * (-len(part) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise BadToken("It is not written as tokens are.") from None


def _object(part):
    try:
        value = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        raise BadToken("It is not written as tokens are.") from None
    if not isinstance(value, dict):
        raise BadToken("It is not written as tokens are.")
    return value


def _part(value):
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
