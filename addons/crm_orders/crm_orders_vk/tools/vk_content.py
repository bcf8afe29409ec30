"""What a VK message holds: its words, and the files that came with it.

https://dev.vk.com/en/reference/objects/message
"""

from odoo.addons.crm_orders_inbound.tools.channel import Attachment
from odoo.addons.crm_orders_inbound.tools.reading import (
    OCTETS,
    dig,
    line,
    number,
    rows,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)

# Parts of a message that are shown in words.
KINDS = {
    "audio": speech._("music"),
    "market": speech._("product"),
    "story": speech._("story"),
    "video": speech._("video"),
    "wall": speech._("post"),
}

MAX_FORWARDED = 20


def words(message, depth=0):
    """Everything that a message says, as text."""
    found = [text(message, "text")]
    found += [_say(part) for part in rows(message, "attachments")]
    found.append(_say_place(message))
    if depth < 3:
        for inner in rows(message, "fwd_messages")[:MAX_FORWARDED]:
            if said := words(inner, depth + 1):
                found.append(speech._("(Forwarded) %(said)s", said=said))
    return "\n".join(part for part in found if part)


def attachments(message):
    """Files of a message, of a photo's sizes the largest."""
    return [
        file for part in rows(message, "attachments") if (file := _attachment(part))
    ]


def origin(message):
    """Where somebody came from, and which button was pressed."""
    names = ("ref", "ref_source", "payload")
    return [(name, said) for name in names if (said := line(message, name, limit=500))]


def _attachment(part):
    kind = text(part, "type")
    value = dig(part, kind)
    if kind == "photo":
        url = text(value, "orig_photo", "url") or _largest(value)
        return Attachment(url, "photo.jpg", "image/jpeg") if url else None
    if kind == "doc":
        return _document(value)
    if kind == "audio_message":
        url = text(value, "link_ogg") or text(value, "link_mp3")
        is_ogg = bool(text(value, "link_ogg"))
        name, mimetype = (
            ("voice.ogg", "audio/ogg") if is_ogg else ("voice.mp3", "audio/mpeg")
        )
        return Attachment(url, name, mimetype) if url else None
    if kind == "graffiti" and (url := text(value, "url")):
        return Attachment(url, "drawing.png", "image/png")
    return None


def _document(value):
    url = text(value, "url")
    if not url:
        return None
    name, ending = line(value, "title") or "document", line(value, "ext", limit=10)
    if ending and not name.lower().endswith(f".{ending.lower()}"):
        name = f"{name}.{ending}"
    return Attachment(url, name, OCTETS, int(number(value, "size") or 0))


def _largest(photo):
    sizes = [size for size in rows(photo, "sizes") if text(size, "url")]
    if not sizes:
        return ""
    largest = max(
        sizes,
        key=lambda size: (number(size, "width") or 0) * (number(size, "height") or 0),
    )
    return text(largest, "url")


def _say(part):
    """Words for a part of a message that is no file."""
    kind = line(part, "type", limit=40)
    value = dig(part, kind) if kind else None
    if kind in ("photo", "doc", "audio_message", "graffiti"):
        return ""
    if kind == "sticker":
        return speech._("Sticker")
    if kind in KINDS:
        title = line(value, "title") or line(value, "text", limit=500)
        owner, item = line(value, "owner_id"), line(value, "id")
        place = f"https://vk.com/{kind}{owner}_{item}" if owner and item else ""
        return " ".join(filter(None, (f"({speech._(KINDS[kind])})", title, place)))
    if kind == "link":
        return " ".join(
            filter(None, (line(value, "title"), line(value, "url", limit=1000)))
        )
    return f"({kind or speech._('attachment')})"


def _say_place(message):
    place = dig(message, "geo")
    latitude = number(place, "coordinates", "latitude")
    longitude = number(place, "coordinates", "longitude")
    if latitude is None or longitude is None:
        return ""
    return speech._(
        "Location: %(what)s (%(latitude)s, %(longitude)s)",
        what=line(place, "place", "title") or speech._("map"),
        latitude=latitude,
        longitude=longitude,
    )
