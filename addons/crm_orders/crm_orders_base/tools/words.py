"""Titles made of what somebody wrote, and what a list shows beside such a title."""

MAX_TITLE = 60
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def title(text):
    """The first words of a message, cut at a word; "" of a greeting, which says nothing."""
    words = (text or "").split()
    if len(words) < 2:
        return ""
    whole = " ".join(words)
    if len(whole) <= MAX_TITLE:
        return whole
    cut = whole[:MAX_TITLE].rpartition(" ")[0] or whole[:MAX_TITLE]
    return cut.rstrip(",;:-") + ELLIPSIS


def beyond_title(text, heading):
    """What `text` says beyond a heading that was made of it; else the text itself.

    It is in one line, as a list shows it.
    """
    text = " ".join((text or "").split())
    heading = " ".join((heading or "").split())
    if text == heading:
        return ""
    start = heading.removesuffix(ELLIPSIS)
    if start and start != heading and text.startswith(start):
        return f"{ELLIPSIS} {text.removeprefix(start).lstrip(' ,;:-')}"
    return text
