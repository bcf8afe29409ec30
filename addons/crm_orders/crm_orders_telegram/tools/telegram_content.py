"""What a Telegram message holds: its words, and the files that came with it.

Names of fields are those of https://core.telegram.org/bots/api#message.
"""

from odoo.addons.crm_orders_inbound.tools.channel import Attachment
from odoo.addons.crm_orders_inbound.tools.reading import dig, line, number, rows, text
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)

# Field of a message: name of the file when it has none, and its type.
FILES = {
    "animation": ("animation.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "document": ("document", "application/octet-stream"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video.mp4", "video/mp4"),
    "voice": ("voice.ogg", "audio/ogg"),
}
# What Telegram itself reports inside a conversation; nobody wrote it.
SERVICE = {
    "boost_added",
    "chat_background_set",
    "chat_shared",
    "connected_website",
    "delete_chat_photo",
    "gift",
    "message_auto_delete_timer_changed",
    "new_chat_photo",
    "new_chat_title",
    "passport_data",
    "pinned_message",
    "proximity_alert_triggered",
    "refunded_payment",
    "users_shared",
    "write_access_allowed",
}


def is_service(message):
    """Whether nobody wrote it, so there is nothing to answer."""
    return bool(SERVICE & message.keys())


def words(message):
    """Everything that a message says, as text."""
    found = [text(message, "text") or text(message, "caption")]
    found += [say(message) for say in _SAYINGS]
    return "\n".join(part for part in found if part)


def attachments(message):
    """Files of a message; of a photo's sizes the largest."""
    found = []
    photos = [size for size in rows(message, "photo") if text(size, "file_id")]
    if photos:
        largest = max(photos, key=lambda size: number(size, "width") or 0)
        found.append(_attachment(largest, "photo.jpg", "image/jpeg"))
    for field, (name, mimetype) in FILES.items():
        # An animation is repeated as a document for the sake of old programs.
        if field == "document" and "animation" in message:
            continue
        if text(message, field, "file_id"):
            found.append(_attachment(message[field], name, mimetype))
    return found


def origin(message):
    """Who wrote what was forwarded; empty when the message was not."""
    source = dig(message, "forward_origin")
    found = (
        person_name(dig(source, "sender_user"))
        or line(source, "sender_user_name")
        or line(source, "sender_chat", "title")
        or line(source, "chat", "title")
        # Before version 7.0 of the Bot API.
        or person_name(dig(message, "forward_from"))
        or line(message, "forward_sender_name")
        or line(message, "forward_from_chat", "title")
    )
    if not found and ("forward_origin" in message or "forward_date" in message):
        return speech._("somebody who hides the name")
    return found


def shared_phone(message):
    """The sender's own number, when the sender has shared it.

    People can share the card of anybody; only the own one is known to be true.
    """
    owner = text(message, "contact", "user_id")
    if owner and owner == text(message, "from", "id"):
        found = text(message, "contact", "phone_number")
        return found if not found or found.startswith("+") else f"+{found}"
    return ""


def person_name(user):
    """First and last name of a Telegram user."""
    return line(f"{text(user, 'first_name')} {text(user, 'last_name')}")


def _attachment(value, name, mimetype):
    return Attachment(
        ref=text(value, "file_id"),
        name=line(value, "file_name") or name,
        mimetype=line(value, "mime_type") or mimetype,
        size=int(number(value, "file_size") or 0),
    )


def _say_place(message):
    venue = dig(message, "venue")
    place = dig(venue, "location") or dig(message, "location")
    latitude, longitude = number(place, "latitude"), number(place, "longitude")
    if latitude is None or longitude is None:
        return ""
    what = ", ".join(
        part for part in (line(venue, "title"), line(venue, "address")) if part
    )
    return speech._(
        "Location: %(what)s (%(latitude)s, %(longitude)s)",
        what=what or speech._("map"),
        latitude=latitude,
        longitude=longitude,
    )


def _say_contact(message):
    card = dig(message, "contact")
    if not isinstance(card, dict):
        return ""
    parts = (person_name(card), line(card, "phone_number"))
    return speech._("Contact: %(card)s", card=", ".join(filter(None, parts)))


def _say_sticker(message):
    if not isinstance(dig(message, "sticker"), dict):
        return ""
    emoji = line(message, "sticker", "emoji")
    return speech._("Sticker %(emoji)s", emoji=emoji).rstrip()


def _say_poll(message):
    question = line(message, "poll", "question", limit=400)
    options = [line(option, "text") for option in rows(message, "poll", "options")]
    if not question:
        return ""
    return speech._(
        "Poll: %(question)s %(options)s",
        question=question,
        options=" / ".join(filter(None, options)),
    )


def _say_dice(message):
    if not isinstance(dig(message, "dice"), dict):
        return ""
    return speech._(
        "Dice %(emoji)s %(value)s",
        emoji=line(message, "dice", "emoji"),
        value=line(message, "dice", "value"),
    )


def _say_story(message):
    if not isinstance(dig(message, "story"), dict):
        return ""
    return speech._("A story of theirs")


def _say_payment(message):
    amount = number(message, "successful_payment", "total_amount")
    if amount is None:
        return ""
    currency = line(message, "successful_payment", "currency")
    return speech._(
        "Paid: %(amount)s %(currency)s in the smallest units",
        amount=amount,
        currency=currency,
    )


def _say_web_app(message):
    return text(message, "web_app_data", "data")


_SAYINGS = (
    _say_place,
    _say_contact,
    _say_sticker,
    _say_poll,
    _say_dice,
    _say_story,
    _say_payment,
    _say_web_app,
)
