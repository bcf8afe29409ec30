"""Finds what a visitor left of themselves in the words of a chat."""

import re

EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+\.[^\s@<>()\[\],;:\"'.!?]+"
)
# Digits in groups, as people write numbers; dates and prices are shorter.
PHONE = re.compile(r"(?<![\w+@.-])\+?\(?\d[\d ()/.-]{5,18}\d(?![\w@])")
MIN_DIGITS = 7
MAX_DIGITS = 15


def find_email(texts):
    """The last address that was written, as people correct themselves."""
    found = [match[0] for text in texts for match in EMAIL.finditer(text)]
    return found[-1] if found else ""


def find_phones(texts):
    """What may be telephone numbers, the last written first."""
    found = []
    for text in texts:
        # Numbers within an address are none.
        for match in PHONE.finditer(EMAIL.sub(" ", text)):
            digits = sum(char.isdigit() for char in match[0])
            if MIN_DIGITS <= digits <= MAX_DIGITS:
                found.append(" ".join(match[0].split()))
    return found[::-1]
