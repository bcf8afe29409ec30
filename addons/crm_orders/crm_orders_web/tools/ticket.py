"""Proof of when a form was handed out, by the clock of the server.

A form is filled in by a person in seconds, by a program in none. The time is signed, so
that whoever fills it in cannot make it up.
"""

import hmac
import re

MAX_AGE = 30 * 24 * 3600


def make(now, sign):
    """A ticket for a form handed out now.

    :param now: seconds since 1970
    :param sign: function that turns a text into a signature in hexadecimal digits
    """
    issued = str(int(now * 1000))
    return f"{issued}.{sign(issued)}"


def age(ticket, now, sign):
    """Seconds since the form was handed out, or None when the ticket is not ours."""
    match = re.fullmatch(r"([0-9]{1,15})\.([0-9a-f]{64})", ticket or "")
    if not match or not hmac.compare_digest(sign(match[1]), match[2]):
        return None
    return now - int(match[1]) / 1000
