"""Which leads a rule is for: plain functions on plain values, without Odoo.

A condition that is empty is always met. Those that are set must all be met.
"""

import re

# Name of the condition -> name of the fact of the lead that must be among its values.
ONE_OF = {
    "teams": "team",
    "channels": "channel",
    "sources": "source",
    "mediums": "medium",
    "campaigns": "campaign",
    "languages": "language",
    "countries": "country",
    "states": "state",
}
_SEPARATORS = re.compile(r"[,;\n]+")
_NOT_CODE = re.compile(r"[^0-9A-Z]")


def matches(condition, lead):
    """Whether the lead meets the condition; both are dicts, missing keys are empty."""
    for name, fact in ONE_OF.items():
        if condition.get(name) and lead.get(fact) not in condition[name]:
            return False
    tags = condition.get("tags")
    if tags and not set(tags) & set(lead.get("tags") or ()):
        return False
    if condition.get("zips") and not zip_matches(condition["zips"], lead.get("zip")):
        return False
    if condition.get("words") and not words_match(
        condition["words"], lead.get("text") or ""
    ):
        return False
    if (lead.get("priority") or 0) < (condition.get("min_priority") or 0):
        return False
    amount = lead.get("amount") or 0
    if amount < (condition.get("min_amount") or 0):
        return False
    most = condition.get("max_amount") or 0
    return not most or amount <= most


def first_match(rules, lead):
    """The first of `rules`, which are in order, whose condition the lead meets."""
    return next((rule for rule in rules if matches(rule["condition"], lead)), None)


def parse_zips(text):
    """Postal codes as people write them, ``00100-00990, 33*, 20540``.

    :return: list of `(first, last)` codes without spaces; both ends are inclusive and
        a prefix stands for all codes that begin with it
    :raises ValueError: with the part that cannot be read
    """
    ranges = []
    for part in _SEPARATORS.split(text or ""):
        words = part.strip().upper().replace("\u2013", "-")
        if not words:
            continue
        ends = [_NOT_CODE.sub("", end) for end in words.removesuffix("*").split("-")]
        if len(ends) > 2 or not all(ends):
            raise ValueError(part.strip())
        if words.endswith("*") and len(ends) > 1:
            raise ValueError(part.strip())
        if len(ends) == 2 and (len(ends[0]) != len(ends[1]) or ends[0] > ends[1]):
            raise ValueError(part.strip())
        if "*" in words.removesuffix("*"):
            raise ValueError(part.strip())
        exact = len(ends) == 1 and not words.endswith("*")
        ranges.append((ends[0], ends[-1], exact))
    return ranges


def zip_matches(text, code):
    """Whether a postal code is in the ranges; a country prefix, `FI-`, does not matter."""
    code = _NOT_CODE.sub("", (code or "").upper())
    codes = {code, re.sub(r"^[A-Z]{1,2}(?=\d{4,6}$)", "", code)} - {""}
    for first, last, exact in parse_zips(text):
        for given in codes:
            if exact and given == first:
                return True
            start = given[: len(first)]
            if not exact and len(start) == len(first) and first <= start <= last:
                return True
    return False


def parse_words(text):
    """Words and phrases, separated by commas, in lower case."""
    words = (part.strip().casefold() for part in _SEPARATORS.split(text or ""))
    return [" ".join(word.split()) for word in words if word]


def words_match(text, where):
    """Whether one of the words begins a word of the text; Finnish bends word ends."""
    where = " ".join(where.casefold().split())
    return any(re.search(rf"\b{re.escape(word)}", where) for word in parse_words(text))
