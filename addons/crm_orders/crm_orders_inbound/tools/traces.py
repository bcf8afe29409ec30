"""Finds people in texts that nobody can read otherwise, by how they are reached.

The patterns are of the part of regular expressions that Python and PostgreSQL have in
common. Texts are as they came in: JSON, forms, or anything else, so letters other than
plain ones may be written with a per cent sign or a backslash.
"""

import re

# So many digits at the end of a number tell it; before them it may be written with its
# country or without.
PHONE_DIGITS = 8
# Shorter ids turn up anywhere.
MIN_ID = 5
MAX_PATTERNS = 100

_PLAIN = re.compile(r"[a-z0-9]")
_BETWEEN_DIGITS = "([^0-9]|%20|%28|%29){0,3}"
_BEFORE = "(^|[^a-z0-9._+-]|%[0-9a-f][0-9a-f])"
_AFTER = "($|[^a-z0-9_])"


def pattern(kind, value, min_id=MIN_ID):
    """What a handle looks like in a text in lower case, or None for one too short."""
    if kind == "phone":
        digits = re.sub("[^0-9]", "", value)[-PHONE_DIGITS:]
        if len(digits) < PHONE_DIGITS:
            return None
        return _BETWEEN_DIGITS.join(digits) + "($|[^0-9])"
    if len(value) < min_id:
        return None
    return _BEFORE + "".join(_letter(one) for one in value.lower()) + _AFTER


def pattern_of(handles, min_id=MIN_ID):
    """One pattern for all of these (kind, scope, value), or None when there is none."""
    found = [pattern(kind, value, min_id) for kind, _scope, value in sorted(handles)]
    found = [one for one in found if one][:MAX_PATTERNS]
    return f"({'|'.join(found)})" if found else None


def mentions(text, handles):
    """Whether a text names one of these handles."""
    found = pattern_of(handles)
    return bool(found and re.search(found, text.lower()))


def _letter(letter):
    if _PLAIN.fullmatch(letter):
        return letter
    # As it is, or as %C3%A4, or as \\u00e4.
    return "." if letter in "._-" else ".{1,9}"
