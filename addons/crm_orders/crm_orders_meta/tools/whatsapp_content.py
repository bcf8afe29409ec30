"""What a WhatsApp message holds: its words, and the files that came with it.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

import json

from odoo.addons.crm_orders_inbound.tools.channel import Attachment, Message
from odoo.addons.crm_orders_inbound.tools.reading import (
    dig,
    line,
    number,
    rows,
    seconds,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from .meta import error_words

speech = Speech(__name__)

WITHOUT_LEAD = {
    "reaction": speech._("A reaction to a message."),
    "system": speech._("WhatsApp reports that a customer changed number or id."),
    "revoke": speech._("The customer took a message back."),
}
FILES = {
    "audio": "audio.ogg",
    "document": "document",
    "image": "photo.jpg",
    "sticker": "sticker.webp",
    "video": "video.mp4",
    "voice": "voice.ogg",
}
REFERRAL = (
    "source_type",
    "source_id",
    "source_url",
    "headline",
    "body",
    "ctwa_clid",
)


def read(message):
    """A :class:`Message`, still without the person and the thread."""
    kind = text(message, "type")
    edited = kind == "edit"
    inner = dig(message, "edit", "message") if edited else message
    inner = inner if isinstance(inner, dict) else {}
    own_id = text(message, "edit", "original_message_id") or text(message, "id")
    kind = text(inner, "type") or kind
    found = Message(
        external_id=own_id,
        person=None,
        thread="",
        text=_words(inner, kind),
        attachments=_attachments(inner, kind),
        occurred=seconds(message, "timestamp"),
        edited=edited,
        reply_to=text(message, "context", "id"),
        extra=_extra(message),
    )
    if not found.text and not found.attachments:
        found.text = speech._(
            "(A message of a kind that cannot be shown: %(kind)s)", kind=line(kind)
        )
    return found


def _words(message, kind):
    say = _SAYINGS.get(kind)
    said = say(message) if say else ""
    return said or text(message, kind, "caption") or text(message, "text", "body")


def _attachments(message, kind):
    file = dig(message, kind)
    if kind not in FILES or not text(file, "id"):
        return []
    return [
        Attachment(
            ref=text(file, "id"),
            name=line(file, "filename") or FILES[kind],
            mimetype=line(file, "mime_type").partition(";")[0],
        )
    ]


def _extra(message):
    referral = dig(message, "referral")
    found = [
        (name, value) for name in REFERRAL if (value := line(referral, name, limit=500))
    ]
    context = dig(message, "context")
    if (
        dig(context, "forwarded") is True
        or dig(context, "frequently_forwarded") is True
    ):
        found.append(("forwarded", "yes"))
    if product := line(context, "referred_product", "product_retailer_id"):
        found.append(("product", product))
    return found


def _say_location(message):
    place = dig(message, "location")
    latitude, longitude = number(place, "latitude"), number(place, "longitude")
    if latitude is None or longitude is None:
        return ""
    what = ", ".join(filter(None, (line(place, "name"), line(place, "address"))))
    return speech._(
        "Location: %(what)s (%(latitude)s, %(longitude)s)",
        what=what or speech._("map"),
        latitude=latitude,
        longitude=longitude,
    )


def _say_contacts(message):
    said = []
    for card in rows(message, "contacts"):
        name = line(card, "name", "formatted_name") or line(card, "name", "first_name")
        phones = [line(phone, "phone") for phone in rows(card, "phones")]
        mails = [line(mail, "email") for mail in rows(card, "emails")]
        said.append(", ".join(filter(None, [name, *phones, *mails])))
    return "\n".join(
        speech._("Contact: %(card)s", card=words) for words in said if words
    )


def _say_interactive(message):
    kind = text(message, "interactive", "type")
    reply = dig(message, "interactive", kind)
    if kind == "nfm_reply":
        return _say_form(reply)
    title = text(reply, "title")
    description = text(reply, "description")
    return f"{title}\n{description}".strip() or text(reply, "id")


def _say_form(reply):
    """A filled-in form, which WhatsApp calls a flow."""
    raw = text(reply, "response_json")
    try:
        answers = json.loads(raw)
    except (ValueError, RecursionError):
        answers = None
    if not isinstance(answers, dict):
        return raw or text(reply, "body")
    return "\n".join(
        f"{line(name)}: {text(value) or json.dumps(value)[:1000]}"
        for name, value in answers.items()
        if name != "flow_token"
    )


def _say_button(message):
    return text(message, "button", "text") or text(message, "button", "payload")


def _say_order(message):
    said = [text(message, "order", "text")]
    for item in rows(message, "order", "product_items"):
        quantity, product = line(item, "quantity"), line(item, "product_retailer_id")
        price = number(item, "item_price")
        said.append(f"{quantity} x {product}, {price} {line(item, 'currency')}")
    return "\n".join(filter(None, said))


def _say_unsupported(message):
    errors = [error_words(error) for error in rows(message, "errors")]
    return speech._(
        "(WhatsApp could not hand over this message: %(errors)s)",
        errors="; ".join(errors),
    )


_SAYINGS = {
    "button": _say_button,
    "contacts": _say_contacts,
    "interactive": _say_interactive,
    "location": _say_location,
    "order": _say_order,
    "unsupported": _say_unsupported,
}
