"""Tells answers of machines from mails of people, by the headers of a mail."""

import re

# Headers of answering machines that came before RFC 3834, and what they say.
OLD_HEADERS = {
    "X-Autoreply": None,
    "X-Autorespond": None,
    "X-Autoresponder": None,
    "X-Failed-Recipients": None,
    "Precedence": {"auto_reply"},
}


def is_auto_reply(headers):
    """Whether nobody wrote this: an absence note, a receipt, a delivery failure.

    RFC 3834 has `Auto-Submitted: auto-replied` for answers. Mails that are merely
    generated, as by the form of a web shop, are written for a person and stay.

    :param headers: mapping of headers, such as a mail
    """
    words = re.split(
        r"[;(\s]", str(headers.get("Auto-Submitted") or "").strip().lower()
    )
    if words[0] in ("auto-replied", "auto-notified"):
        return True
    if str(headers.get("Return-Path") or "").strip() == "<>":
        return True
    for name, values in OLD_HEADERS.items():
        value = headers.get(name)
        if value is None:
            continue
        if values is None or str(value).strip().lower() in values:
            return True
    kind = str(headers.get("Content-Type") or "").lower()
    return kind.startswith("multipart/report")
