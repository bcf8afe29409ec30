"""What single cells mean: several numbers in one, dates and amounts of any make."""

import re
from datetime import datetime

DAY_FIRST = "dmy"
MONTH_FIRST = "mdy"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPACES = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]+")
# One @ between two separators; with two of them it is no address.
_EMAIL = re.compile(
    r"(?<![^\s,;<>()\[\]|/\"'])[^\s,;<>()\[\]|/\"'@]+@[^\s,;<>()\[\]|/\"'@]++(?!@)"
)
# Between two phone numbers, surely; and what may be within one as well.
_BETWEEN = re.compile(
    r"[;,|\n]+|\s/\s|\s(?:ja|tai|and|or|och|i|ili|и|или)\s|(?<=\d)\s*(?=\+)"
)
_PERHAPS_BETWEEN = re.compile(r"/|\s{2,}|\s-\s")
# "(work)" and "tel." say what a number is for.
_REMARK = re.compile(r"\([^()\d]*\)|[^\W\d_]{2,}[.:]*")
_TAG_SEPARATORS = re.compile(r"[;,|\n]+")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)(.*)", re.S)
_PARTS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?!\d)(.*)", re.S)
_TIME = re.compile(r"[T, ]*(?:klo\.?|at|kl\.?)?\s*(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?")
_AMOUNT = re.compile(r"([-+\u2212]?)\s*(\d[\d\s.,'’]*)")
_CURRENCY = re.compile(r"[€$£₽]|\b(?:eur|euroa?|usd|rub|gbp|sek|e)\b\.?", re.I)


def clean(text, lines=False):
    """Text that a database takes and people can read; one line unless `lines`."""
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not lines:
        text = text.replace("\n", " ")
    return "\n".join(
        _SPACES.sub(" ", line).strip() for line in text.split("\n")
    ).strip()


def split_emails(text):
    """(addresses, what is left of the text)."""
    found = [one.strip(".") for one in _EMAIL.findall(text)]
    rest = re.sub(r"[\s,;<>()|/\[\]\"'.]+|mailto:", " ", _EMAIL.sub(" ", text)).strip()
    found = [one.removeprefix("mailto:") for one in found]
    return list(dict.fromkeys(found)), rest


def split_phones(text, is_phone):
    """(numbers, pieces that are none).

    :param is_phone: tells whether a text is one phone number
    """
    text = clean(text, lines=True)
    if not text:
        return [], []
    numbers, others = [], []
    # Libraries take what follows a semicolon for parameters, as in addresses of calls.
    is_one = not re.search(r"[;,|\n]", text) and is_phone(text)
    for piece in [text] if is_one else _BETWEEN.split(text):
        piece = piece.strip()
        if not piece:
            continue
        bare = _REMARK.sub(" ", piece).strip(" .:-")
        if is_phone(piece) or not bare:
            (numbers if bare else others).append(piece)
            continue
        if is_phone(bare):
            numbers.append(bare)
            continue
        parts = [part.strip() for part in _PERHAPS_BETWEEN.split(bare) if part.strip()]
        if len(parts) > 1 and all(is_phone(part) for part in parts):
            numbers.extend(parts)
        else:
            others.append(piece)
    return list(dict.fromkeys(numbers)), others


def split_tags(text):
    return list(
        dict.fromkeys(
            name for part in _TAG_SEPARATORS.split(text) if (name := clean(part))
        )
    )


def date_order(texts):
    """Whether the day or the month comes first in this column."""
    votes = {DAY_FIRST: 0, MONTH_FIRST: 0}
    for text in texts:
        match = _PARTS.match(text.strip())
        if match and not _ISO.match(text.strip()):
            first, second = int(match[1]), int(match[2])
            votes[DAY_FIRST] += first > 12 >= second
            votes[MONTH_FIRST] += second > 12 >= first
    return MONTH_FIRST if votes[MONTH_FIRST] > votes[DAY_FIRST] else DAY_FIRST


def parse_date(text, order=DAY_FIRST):
    """The moment that a text tells, or None. Two digits of a year are 1970 to 2069."""
    text = clean(text)
    match = _ISO.match(text)
    if match:
        year, month, day = (int(part) for part in match.groups()[:3])
    else:
        match = _PARTS.match(text)
        if not match:
            return None
        first, second, year = (int(part) for part in match.groups()[:3])
        day, month = (first, second) if order == DAY_FIRST else (second, first)
        if year < 100:
            year += 1900 if year >= 70 else 2000
    rest = match[4].strip(" .")
    time = _TIME.match(" " + rest) if rest else None
    if rest and not time:
        return None
    hour, minute, second = (
        (int(part or 0) for part in time.groups()) if time else [0] * 3
    )
    try:
        found = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None


def parse_amount(text):
    """The number that a text tells, or None.

    One separator followed by three digits stands between thousands: shops write cents
    with two digits.
    """
    text = _CURRENCY.sub(" ", clean(text)).strip()
    match = _AMOUNT.fullmatch(text)
    if not match:
        return None
    sign, digits = match.groups()
    digits = re.sub(r"[\s'’]", "", digits)
    last = max(digits.rfind(","), digits.rfind("."))
    if last >= 0:
        whole, mark, cents = digits[:last], digits[last], digits[last + 1 :]
        mixed = ("," in whole) + ("." in whole)
        if mark in whole and not (mixed == 1 and len(cents) == 3):
            return None
        thousands = len(cents) == 3 and (mark in whole or not mixed) and whole != "0"
        groups = re.split(r"[.,]", whole)
        if any(len(group) != 3 for group in groups[1:]) or len(groups[0]) > 12:
            return None
        digits = re.sub(r"[.,]", "", whole) + ("" if thousands else ".") + cents
    if len(digits) > 15:
        return None
    amount = float(digits or 0)
    return -amount if sign in ("-", "\u2212") else amount
