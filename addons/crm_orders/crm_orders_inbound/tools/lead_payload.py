"""What a sender may post, and what it means: plain functions without Odoo.

A request is read twice. At the door it is checked (:func:`read` and
:func:`external_id`), so that the sender hears of a mistake at once. Later, when the
stored text becomes a lead, :func:`read` runs again on the very same text, so what was
accepted is what is processed.
"""

import json
from urllib.parse import parse_qsl

JSON = "json"
FORM = "form"
FORMATS = {
    "application/json": JSON,
    "application/x-www-form-urlencoded": FORM,
}

MAX_BODY = 64 * 1024
MAX_EXTERNAL_ID = 128
MAX_FIELDS = 200
MAX_EXTRA_TEXT = 1000

# Our names with the longest text each may hold.
FIELDS = {
    "name": 120,
    "company": 120,
    "email": 254,
    "phone": 64,
    "subject": 200,
    "message": 20000,
    "street": 200,
    "street2": 200,
    "zip": 24,
    "city": 120,
    "country": 2,
    "website": 250,
    "lang": 12,
    "utm_source": 120,
    "utm_medium": 120,
    "utm_campaign": 120,
}
# How a customer can be answered; one of them must be given.
CONTACTS = ("email", "phone")
# Names that senders already use: those of Odoo's own website form and common ones.
ALIASES = {
    "contact_name": "name",
    "full_name": "name",
    "partner_name": "company",
    "email_from": "email",
    "e_mail": "email",
    "mobile": "phone",
    "tel": "phone",
    "title": "subject",
    "description": "message",
    "comment": "message",
    "address": "street",
    "postcode": "zip",
    "country_code": "country",
    "language": "lang",
}


class PayloadError(ValueError):
    """A request that cannot be taken; `code` is for programs, the text for people."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.code = code


def body_format(mimetype):
    """Tell how a body is written, from its content type."""
    try:
        return FORMATS[mimetype.lower()]
    except KeyError:
        raise PayloadError(
            415,
            "unsupported_media_type",
            "Send application/json or application/x-www-form-urlencoded.",
        ) from None


def decode(raw):
    """Return the text of a body; text that could not be stored is refused."""
    if len(raw) > MAX_BODY:
        raise PayloadError(
            413, "too_large", f"The body is larger than {MAX_BODY} bytes."
        )
    if not raw:
        raise PayloadError(400, "empty_body", "The request has no body.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PayloadError(
            400, "bad_encoding", "The body is not valid UTF-8 text."
        ) from None
    if "\x00" in text:
        raise PayloadError(400, "bad_encoding", "The body holds a zero byte.")
    return text


def parse(text, text_format):
    """Return the members of a body as a dict, whatever it was written in."""
    return _parse_json(text) if text_format == JSON else _parse_form(text)


def _parse_json(text):
    try:
        payload = json.loads(text, parse_constant=_no_such_number)
    except (ValueError, RecursionError):
        raise PayloadError(400, "bad_json", "The body is not valid JSON.") from None
    if not isinstance(payload, dict):
        raise PayloadError(400, "bad_json", "The body must be one JSON object.")
    if len(payload) > MAX_FIELDS:
        raise PayloadError(400, "bad_json", f"More than {MAX_FIELDS} fields.")
    return payload


def _no_such_number(word):
    raise ValueError(f"{word} is not JSON")


def _parse_form(text):
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except UnicodeDecodeError:
        raise PayloadError(
            400, "bad_encoding", "The form fields are not valid UTF-8 text."
        ) from None
    except ValueError:
        raise PayloadError(400, "bad_form", f"More than {MAX_FIELDS} fields.") from None
    payload = {}
    for key, value in pairs:
        # A field given twice, such as a group of boxes, keeps every value.
        payload[key] = f"{payload[key]}, {value}" if key in payload else value
    return payload


def clean(value, limit, lines=False):
    """Return `value` as text that can be stored, at most `limit` characters.

    :param lines: keep line breaks; names and subjects with them break mails
    """
    text = value if isinstance(value, str) else str(value)
    text = text.encode("utf-8", "replace").decode("utf-8")
    if not lines:
        text = " ".join(text.split())
    text = "".join(
        char for char in text if char in "\n\t" or (char >= " " and char != "\x7f")
    )
    return text.strip()[:limit]


def external_id(payload, header=None):
    """Return the sender's own id of this request, or None when it gave none.

    The member of the body wins over the header. An id is a name to compare, so it is
    never shortened or cleaned: what cannot be kept as it is, is refused.
    """
    value = payload.get("external_id")
    if value is None or value == "":
        value = header
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if (
        not isinstance(value, str)
        or len(value) > MAX_EXTERNAL_ID
        or not value.isprintable()
    ):
        raise PayloadError(
            422,
            "invalid_field",
            f"external_id must be a text of at most {MAX_EXTERNAL_ID} characters.",
        )
    return value


def read(payload):
    """Split a payload into known fields and the rest, both as clean text.

    An e-mail address or a phone number that cannot be read is kept with the rest, as a
    customer did write and a person may understand it.

    :return: `(fields, extra)`; `extra` is a list of `(name, text)` in the order sent
    :raise PayloadError: when neither was given, as nobody could answer such a lead
    """
    fields, extra = {}, []
    contact_given = False
    for key, value in payload.items():
        name = _field_name(key)
        if name == "external_id" or value is None or value == "":
            continue
        if name not in FIELDS:
            extra.append((clean(key, 60), _extra_text(value)))
            continue
        if isinstance(value, bool | list | dict):
            raise PayloadError(
                422, "invalid_field", f"{clean(key, 60)} must be a text."
            )
        if name in CONTACTS:
            if text := clean(value, MAX_EXTRA_TEXT):
                contact_given = True
                if _is_contact(name, text) and fields.setdefault(name, text) == text:
                    continue
                extra.append((clean(key, 60), text))
        elif text := clean(value, FIELDS[name], lines=name == "message"):
            fields.setdefault(name, text)
    if not contact_given:
        raise PayloadError(
            422,
            "missing_contact",
            "Give an e-mail address (email) or a phone number (phone).",
        )
    return fields, extra


def _field_name(key):
    name = key.strip().lower().replace("-", "_")
    return ALIASES.get(name, name)


def _extra_text(value):
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False)
        except RecursionError:
            raise PayloadError(
                400, "bad_json", "The body is nested too deep."
            ) from None
    return clean(value, MAX_EXTRA_TEXT, lines=True)


def _is_contact(name, text):
    # Cut to its field, a contact would be another one.
    if len(text) > FIELDS[name]:
        return False
    if name == "email":
        return is_email(text)
    return any(char.isdigit() for char in text)


def is_email(text):
    local, at, domain = text.rpartition("@")
    return bool(at and local and "." in domain and not any(c.isspace() for c in text))
