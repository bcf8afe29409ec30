"""What people are reached by, and the one way in which each of it is written.

A handle is a phone number, a mail address or somebody's id in a messenger. Two of them
are the same when `normalise` makes the same text of them.
"""

import re
from email.utils import getaddresses

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

PHONE = "phone"
EMAIL = "email"
TELEGRAM = "telegram"
TELEGRAM_USERNAME = "telegram_username"
WHATSAPP = "whatsapp"
MESSENGER = "messenger"
INSTAGRAM = "instagram"
VK = "vk"
VIBER = "viber"

# Several people may share these, so that each of them has the handle as an own one: a
# family shares a phone, an office shares a mailbox, a freed user name goes to another.
SHARED_KINDS = (PHONE, EMAIL, TELEGRAM_USERNAME)
# The providers count people anew for every page, account or bot of the shop.
SCOPED_KINDS = (MESSENGER, INSTAGRAM, VIBER)

# The longest address that mail can be sent to (RFC 5321, section 4.5.3.1.3, less the
# brackets of the path).
EMAIL_LENGTH = 254
NAME_LENGTH = 128
SCOPE_LENGTH = 128
# Telegram's ids of people have at most 52 significant bits (Bot API, object User).
TELEGRAM_MAX = 2**52

_ID = re.compile(r"[1-9][0-9]{0,31}")
_SHORT_ID = re.compile(r"[1-9][0-9]{0,17}")
# Digits of an international number without the plus sign (E.164: at most 15).
_WA_ID = re.compile(r"[1-9][0-9]{6,14}")
# WhatsApp's id of people who hide their number: country, full stop, letters and digits.
_WA_USER = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_VIBER = re.compile(r"[A-Za-z0-9+/_-]{4,128}={0,2}")
_USERNAME = re.compile(r"[a-z][a-z0-9_]{3,31}")
_USERNAME_PREFIX = re.compile(r"(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me)/|@")
_VK_PREFIX = re.compile(r"(?:https?://)?(?:m\.|www\.)?vk\.com/id|id")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def normalise(kind, value, country_code=None):
    """The one way to write a handle, or None when the value is no such thing.

    :param kind: one of the kinds above
    :param value: as somebody typed it or a provider sent it; numbers may be integers
    :param country_code: country of phone numbers without a country, such as "FI"
    """
    text = _text(value)
    if not text or not isinstance(kind, str) or kind not in _READERS:
        return None
    country = country_code.upper() if isinstance(country_code, str) else None
    return _READERS[kind](text, country)


def scope_of(kind, scope):
    """Within what a handle is unique: "" for everywhere, None when it must be told."""
    text = _text(scope) or ""
    if kind not in SCOPED_KINDS:
        return ""
    return text if text and len(text) <= SCOPE_LENGTH else None


def clean_name(value):
    """A name to show: one line of text, of a sensible length."""
    if not isinstance(value, str):
        return ""
    return " ".join(_CONTROL.sub(" ", value).split())[:NAME_LENGTH]


def show(kind, value):
    """A normalised value as people like to read it."""
    number = phone_of_whatsapp(value) if kind == WHATSAPP else value
    if number and kind in (PHONE, WHATSAPP):
        return phonenumbers.format_number(
            phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL
        )
    if kind == TELEGRAM_USERNAME:
        return f"@{value}"
    return value


def phone_of_whatsapp(value):
    """The phone number that a WhatsApp id stands for; None for ids without a number."""
    return _valid_number(f"+{value}", None) if _WA_ID.fullmatch(value) else None


def lookups(kind, scope, value):
    """(strength, kind, scope, value) of the identities that this handle may belong to.

    What people are found by is not only the very same handle: WhatsApp tells the phone
    number of most people, and a caller may be known from WhatsApp only.
    """
    found = [(_STRENGTH.get(kind, "messenger"), kind, scope, value)]
    if kind == WHATSAPP:
        number = phone_of_whatsapp(value)
        if number:
            found.append(("phone", PHONE, "", number))
    elif kind == PHONE:
        found.append(("phone", WHATSAPP, "", value.removeprefix("+")))
    return found


_STRENGTH = {PHONE: "phone", EMAIL: "email", TELEGRAM_USERNAME: "username"}


def _text(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**32 else ""
    return value.strip() if isinstance(value, str) else ""


def _phone(text, country_code):
    """E.164, for exactly those numbers of which Odoo itself makes E.164.

    The two are compared in SQL, so the number that Odoo stores with a contact must come
    out the same here. Short numbers, and what exchanges send for hidden ones, are none.
    """
    if text[:4].lower() in ("sip:", "sips"):
        text = text.partition(":")[2].partition("@")[0]
    if len(text) > 250:
        return None
    number = _valid_number(text, country_code)
    if number or text.startswith("+"):
        return number
    if country_code and not _is_too_long(text, country_code):
        return None
    # With a country's prefix, but with 00 or nothing where the plus sign belongs.
    digits = re.sub(r"[\s./()-]", "", text)
    if not digits.isdecimal():
        return None
    return _valid_number(f"+{digits.removeprefix('00')}", country_code)


def _valid_number(text, country_code):
    number = _parse(text, country_code)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _is_too_long(text, country_code):
    number = _parse(text, country_code)
    return number is not None and (
        phonenumbers.is_possible_number_with_reason(number) == ValidationResult.TOO_LONG
    )


def _parse(text, country_code):
    try:
        number = phonenumbers.parse(text, country_code or None)
        # Once more in international form: rules of some countries apply to that only.
        text = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        return phonenumbers.parse(text, country_code or None)
    except NumberParseException:
        return None


def _email(text, _country_code):
    """In lower case, as Odoo does it: letters of other scripts stay as they are."""
    if len(text) > 2000 or _CONTROL.search(text):
        return None
    for _name, address in getaddresses([text]):
        local, at, domain = address.rpartition("@")
        if at:
            break
    else:
        return None
    if not local or not domain or " " in address or len(address) > EMAIL_LENGTH:
        return None
    return f"{local.lower() if local.isascii() else local}@{domain.lower()}"


def _telegram(text, _country_code):
    # Groups have negative ids; a group is nobody.
    return text if _ID.fullmatch(text) and int(text) < TELEGRAM_MAX else None


def _telegram_username(text, _country_code):
    text = _USERNAME_PREFIX.sub("", text.lower(), count=1)
    return text if _USERNAME.fullmatch(text) else None


def _whatsapp(text, _country_code):
    if _WA_USER.fullmatch(text):
        return text
    digits = text.removeprefix("+")
    return digits if _WA_ID.fullmatch(digits) else None


def _number(text, _country_code):
    return text if _ID.fullmatch(text) else None


def _vk(text, _country_code):
    # Communities have negative ids.
    text = _VK_PREFIX.sub("", text.lower(), count=1)
    return text if _SHORT_ID.fullmatch(text) else None


def _viber(text, _country_code):
    return text if _VIBER.fullmatch(text) else None


_READERS = {
    PHONE: _phone,
    EMAIL: _email,
    TELEGRAM: _telegram,
    TELEGRAM_USERNAME: _telegram_username,
    WHATSAPP: _whatsapp,
    MESSENGER: _number,
    INSTAGRAM: _number,
    VK: _vk,
    VIBER: _viber,
}
