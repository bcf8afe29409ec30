"""Texts to customers with gaps like {order}: plain functions, so that no text is a program."""

import re

GAP = re.compile(r"\{([^{}]*)\}")


def gaps(text):
    """Names of the gaps in a text, in the order in which they come."""
    return [name.strip() for name in GAP.findall(text or "")]


def fill(text, values):
    """The text with its gaps filled; a gap that nothing is known for is left out.

    :param values: dict of name -> text
    """

    def put(found):
        return str(values.get(found[1].strip()) or "")

    lines = []
    for line in (text or "").splitlines():
        filled = GAP.sub(put, line)
        # A line that held nothing but gaps which stay empty is no line.
        if filled.strip() or not GAP.search(line):
            lines.append(re.sub(r"[ \t]+", " ", filled).rstrip())
    return "\n".join(lines).strip()
