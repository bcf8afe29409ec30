"""Texts to customers with gaps like {order}: plain functions, so that no text is a program."""

import re

from markupsafe import Markup, escape

GAP = re.compile(r"\{([^{}]*)\}")
# A part of a text in HTML that holds nothing but gaps.
ONLY_GAPS = re.compile(
    r"<(p|li|div|h[1-6])\b[^>]*>(?:\s|&nbsp;|\xa0|<br\s*/?>|\{[^{}<>]*\})*</\1>"
)


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


def fill_html(text, values):
    """The same for a text in HTML; what is put into the gaps is text and no HTML.

    A part, say a paragraph, that held nothing but gaps which stay empty is left out.
    """

    def put(found):
        value = escape(str(values.get(found[1].strip()) or ""))
        return value.replace("\n", Markup("<br/>"))

    def keep(found):
        names = gaps(found[0])
        is_empty = names and not any(values.get(name) for name in names)
        return "" if is_empty else found[0]

    return GAP.sub(put, ONLY_GAPS.sub(keep, str(text or "")))
