"""Reads what comes from outside, which may have any shape; texts that fit.

Nothing here raises for strange input: what is not as it should be is missing.
"""

import hmac
import re
from datetime import UTC, datetime

# Ids are compared, never shortened: what is longer is not an id of a provider.
MAX_EXTERNAL_ID = 512
# Greater numbers are no ids, and later times are no times.
MAX_NUMBER = 10**40
# Times at the end of the calendar leave it where they are shown in another zone.
MAX_SECONDS = 4102444800
# The kind of a file of which nothing is known.
OCTETS = "application/octet-stream"


def same(given, expected):
    """Compare two texts in a time that does not depend on them."""
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"),
        expected.encode("utf-8", "surrogatepass"),
    )


def same_as_any(given, accepted):
    """The same for several texts, each of which is compared."""
    found = False
    for expected in accepted:
        found |= same(given, expected)
    return found


def dig(value, *path):
    """What lies at a path of names and positions, or None when there is nothing."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        elif isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value, *path):
    """A text or whole number as a text that can be stored; empty for all else."""
    value = dig(value, *path)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if -MAX_NUMBER < value < MAX_NUMBER else ""
    if not isinstance(value, str):
        return ""
    # Half of a pair of surrogates is no character and cannot be stored, nor can NUL.
    whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "")


def line(value, *path, limit=200):
    """The same on one line, for names."""
    found = text(value, *path)
    shown = "".join(char if char.isprintable() else " " for char in found)
    return " ".join(shown.split())[:limit]


def rows(value, *path):
    """The list at a path, or an empty one."""
    value = dig(value, *path)
    return value if isinstance(value, list) else []


def number(value, *path):
    """A number that is one and is not beyond all measure, or None."""
    value = dig(value, *path)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,9})?", value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if -MAX_NUMBER < value < MAX_NUMBER else None


def seconds(value, *path, unit=1):
    """A time in seconds since 1970, or None; `unit` is 1000 for milliseconds."""
    found = number(value, *path)
    if found is None or not 0 < found / unit < MAX_SECONDS:
        return None
    return found / unit


def iso_seconds(value, *path):
    """The same for a time that is written out; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text(value, *path))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        found = moment.timestamp()
    except (OverflowError, ValueError):
        return None
    return found if 0 < found < MAX_SECONDS else None


def make_id(*parts):
    """An id of several parts, or None when one is missing or it is too long."""
    if not all(parts):
        return None
    found = ":".join(parts)
    return found if len(found) <= MAX_EXTERNAL_ID else None


def pieces(content, limit, size=len):
    """Cut a text where paragraphs, lines or words end, so that none is too long."""
    found = []
    rest = content.strip()
    while rest and size(rest) > limit:
        fits = _fitting(rest, limit, size)
        # The best place in the second half; a mark right behind what fits is one too.
        place = next(
            (
                at
                for mark in ("\n\n", "\n", " ")
                if (at := rest.rfind(mark, fits // 2, fits + len(mark))) > 0
            ),
            fits,
        )
        found.append(rest[:place].rstrip())
        rest = rest[place:].lstrip()
    return [*found, rest] if rest else found


def _fitting(content, limit, size):
    """How many characters of a text are within the limit; at least one."""
    low, high = 1, len(content)
    while low < high:
        middle = (low + high + 1) // 2
        if size(content[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return low
