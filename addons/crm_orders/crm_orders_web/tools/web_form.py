"""What somebody filled in on a website: plain functions without Odoo.

The script and a plain HTML form send the same names, in JSON or as a form: the fields
of the form by their names, and a few names of our own for everything around it.
"""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from odoo.addons.crm_orders_inbound.tools import lead_payload

# People do not see this field; programs fill in whatever they find.
TRAP = "fax_number"
ID = "form_id"
TICKET = "form_ticket"
LANG = "form_lang"
CONSENT = "form_consent"
VISIT = "form_visit"
RECAPTCHA = "recaptcha_token_response"
TURNSTILE = "turnstile_captcha"
AROUND = {TRAP, ID, TICKET, LANG, CONSENT, VISIT, RECAPTCHA, TURNSTILE}

UTM = ("utm_source", "utm_medium", "utm_campaign")
# What is kept of a visit, with the longest text of each.
TOUCH = {
    **dict.fromkeys((*UTM, "utm_term", "utm_content"), 120),
    "gclid": 200,
    "fbclid": 300,
    "msclkid": 200,
    "referrer": 500,
    "landing": 500,
    "time": 40,
}
TOUCHES = ("first", "last", "now")
MAX_VALUE = 20000


@dataclass(frozen=True)
class Field:
    """One field of a form.

    :param kind: a name of `lead_payload.FIELDS`, or `other`
    :param choices: the only values that may be chosen, if there are any
    """

    name: str
    kind: str
    required: bool = False
    choices: tuple = ()


@dataclass
class Submission:
    """A form that was sent.

    :param values: texts by the names of the fields, in the order sent
    :param consent: what was agreed to, empty when nothing was
    :param visit: `{"first" | "last" | "now": {name of TOUCH: text}}`
    """

    values: dict
    form_id: str = ""
    ticket: str = ""
    trap: str = ""
    lang: str = ""
    consent: str = ""
    visit: dict = field(default_factory=dict)


def decode_form(raw):
    """Text of a form body in UTF-8.

    Old websites send forms in their own encoding. What such a customer wrote is read as
    the one that nearly all of them use.
    """
    text = raw.decode("ascii", "replace")
    try:
        parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        pairs = parse_qsl(
            text, keep_blank_values=True, encoding="cp1252", errors="replace"
        )
        return urlencode(pairs)
    return text


def read(payload):
    """Tell what was filled in from everything around it."""
    values = {
        name: value
        for name, value in payload.items()
        if name not in AROUND and name != "external_id"
    }
    return Submission(
        values,
        form_id=_text(payload.get(ID), lead_payload.MAX_EXTERNAL_ID + 1),
        ticket=_text(payload.get(TICKET), 200),
        trap=_text(payload.get(TRAP), 200),
        lang=_text(payload.get(LANG), 12),
        consent=_text(payload.get(CONSENT), 64),
        visit=_visit(payload.get(VISIT)),
    )


def _text(value, limit):
    return lead_payload.clean(value, limit) if isinstance(value, str) else ""


def _visit(value):
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    if not isinstance(value, dict):
        return {}
    visit = {}
    for which in TOUCHES:
        sent = value.get(which)
        if not isinstance(sent, dict):
            continue
        touch = {name: _text(sent.get(name), limit) for name, limit in TOUCH.items()}
        if touch := {name: text for name, text in touch.items() if text}:
            visit[which] = touch
    return visit


def problems(fields, submission, needs_consent=False):
    """What has to be corrected before the form can be taken, as `{name: code}`.

    Codes: required, email, phone, choice, long, text, consent; and `contact` when there
    is no way to answer.
    """
    found = {}
    for spec in fields:
        value = submission.values.get(spec.name)
        if value is not None and not isinstance(value, str):
            found[spec.name] = "text"
        elif code := _problem(spec, (value or "").strip()):
            found[spec.name] = code
    for name, value in submission.values.items():
        if isinstance(value, dict | list):
            found.setdefault(name, "text")
    if needs_consent and not submission.consent:
        found[CONSENT] = "consent"
    contacts = [spec for spec in fields if spec.kind in lead_payload.CONTACTS]
    names = [spec.name for spec in contacts] or list(lead_payload.CONTACTS)
    if not any(_filled(submission.values.get(name)) for name in names):
        for name in names:
            found.setdefault(name, "contact")
    return found


def _filled(value):
    return isinstance(value, str) and bool(value.strip())


def _problem(spec, text):
    if not text:
        return "required" if spec.required else None
    if len(text) > lead_payload.FIELDS.get(spec.kind, lead_payload.MAX_EXTRA_TEXT):
        return "long"
    if spec.choices and text not in spec.choices:
        return "choice"
    if spec.kind == "email" and not lead_payload.is_email(text):
        return "email"
    if spec.kind == "phone" and sum(char.isdigit() for char in text) < 5:
        return "phone"
    return None


def with_origin(values, visit):
    """The values with the origin of the visit where the form has none of its own.

    The last touch brought the customer; the first one is kept beside it.
    """
    result = dict(values)
    for which in ("now", "last", "first"):
        touch = visit.get(which, {})
        if any(touch.get(name) for name in UTM):
            for name in UTM:
                if touch.get(name):
                    result.setdefault(name, touch[name])
            break
    return result
