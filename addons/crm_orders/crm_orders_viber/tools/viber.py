"""Viber's REST Bot API (https://developers.viber.com/docs/api/rest-bot-api/)."""

import hashlib
import hmac
import json

from odoo.addons.crm_orders_inbound.tools.calling import download, retry_after
from odoo.addons.crm_orders_inbound.tools.channel import (
    Attachment,
    Channel,
    Contact,
    Handle,
    HttpCall,
    Ignored,
    Message,
    Person,
    Refused,
    Request,
    SendError,
    Setting,
    Status,
    Unreadable,
)
from odoo.addons.crm_orders_inbound.tools.reading import (
    OCTETS,
    dig,
    line,
    make_id,
    number,
    rows,
    same_as_any,
    seconds,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)

SIGNATURE_HEADER = "X-Viber-Content-Signature"
MEDIA_DOMAINS = ("viber.com",)
FILES = {
    "picture": ("photo.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "file": ("file", OCTETS),
}
STATES = {"delivered": "delivered", "seen": "read", "failed": "failed"}
WITHOUT_LEAD = {
    "action": speech._("Somebody pressed a link."),
    "client_status": speech._("Viber reports about a telephone."),
    "unsubscribed": speech._("Somebody no longer wants messages."),
    "webhook": speech._("Viber asked whether the address answers."),
}
WANTED = [
    "delivered",
    "seen",
    "failed",
    "subscribed",
    "unsubscribed",
    "conversation_started",
]
# Statuses of answers: https://developers.viber.com/docs/api/rest-bot-api/#error-codes
HINTS = {
    2: speech._("the token is wrong"),
    5: speech._("this person is not in Viber"),
    6: speech._("this person has not written to the bot, or no longer wants messages"),
    7: speech._("the bot is blocked"),
    10: speech._("the bot is not connected, press Connect"),
    23: speech._("the free messages of this month are used up"),
    24: speech._("the balance is used up"),
}
TOO_MANY = 12
PAUSE = 60
MAX_NAME = 28


class Viber(Channel):
    """A bot that people write to.

    The ids of people are random and made for each bot, so they need no scope.
    """

    kind = "viber"
    max_text = 7000
    settings = (
        Setting(
            "auth_token",
            "Token",
            "In Viber's admin panel, in the settings of the bot.",
            secret=True,
        ),
        Setting(
            "sender_name",
            "Name of the Sender",
            "What customers see above an answer, at most 28 characters.",
        ),
        Setting(
            "api_url",
            "Address of the API",
            required=False,
            default="https://chatapi.viber.com",
            advanced=True,
        ),
        Setting(
            "media_url",
            "Address of Files",
            "Files are fetched from Viber's own addresses, and from this one.",
            required=False,
            default="https://dl-media.viber.com",
            advanced=True,
        ),
    )

    # --- in ---

    def verify(self, request, settings):
        given = request.header(SIGNATURE_HEADER).strip()
        if not given:
            raise Refused(401, "unsigned", speech._("Viber's signature is missing."))
        expected = [
            sign(token, request.body) for token in settings.accepted("auth_token")
        ]
        if not same_as_any(given.lower(), expected):
            raise Refused(
                403, "wrong_signature", speech._("Viber's signature is wrong.")
            )

    def split(self, request):
        event = request.json
        kind = text(event, "event")
        if not kind:
            raise Unreadable(speech._("The event does not say what it is."))
        return [
            make_id(kind, text(event, "message_token"))
            or make_id(kind, self._who(event), text(event, "timestamp"))
        ]

    def _who(self, event):
        return (
            text(event, "user_id")
            or text(event, "user", "id")
            or text(event, "sender", "id")
        )

    def read(self, request, index, settings):
        if index != 0:
            raise Unreadable(speech._("An event holds one thing."))
        event = request.json
        kind = text(event, "event")
        occurred = seconds(event, "timestamp", unit=1000)
        if kind == "message":
            return self._read_message(event, occurred)
        if kind in STATES:
            return self._read_status(event, STATES[kind], occurred)
        if kind in ("conversation_started", "subscribed"):
            person = self._person(event.get("user"))
            how = "subscribed" if kind == "subscribed" else "opened"
            found = Contact(person, person.handles[0].value, how, occurred)
            if context := line(event, "context", limit=500):
                found.extra.append(("context", context))
            return found
        if kind in WITHOUT_LEAD:
            return Ignored(speech._(WITHOUT_LEAD[kind]))
        return Ignored(
            speech._("An event of an unknown kind: %(kind)s", kind=line(kind, limit=64))
        )

    def _read_message(self, event, occurred):
        message = event.get("message")
        if not isinstance(message, dict):
            raise Unreadable(speech._("The event has no message."))
        if text(event, "chat_id"):
            return Ignored(speech._("Written in a group, not to the shop."))
        person = self._person(event.get("sender"))
        found = Message(
            external_id=text(event, "message_token"),
            person=person,
            thread=person.handles[0].value,
            text=_words(message),
            attachments=_attachments(message),
            occurred=occurred,
            reply_to=text(message, "quotedMessageToken"),
        )
        if tracking := line(message, "tracking_data", limit=500):
            found.extra.append(("tracking_data", tracking))
        if not found.text and not found.attachments:
            kind = line(message, "type", limit=40)
            found.text = speech._(
                "(A message of a kind that cannot be shown: %(kind)s)", kind=kind
            )
        return found

    def _read_status(self, event, state, occurred):
        token, user = text(event, "message_token"), text(event, "user_id")
        if not token:
            raise Unreadable(speech._("The event does not say of which message."))
        error = line(event, "desc", limit=500) if state == "failed" else ""
        return Status(state, [token], thread=user, error=error, occurred=occurred)

    def _person(self, user):
        user_id = text(user, "id")
        if not user_id:
            raise Unreadable(speech._("The event does not say whose it is."))
        return Person(
            [Handle("viber", user_id)],
            name=line(user, "name"),
            lang=line(user, "language", limit=12),
        )

    # --- out ---

    def register(self, settings, hook_url):
        yield from self._call(
            settings,
            "set_webhook",
            {"url": hook_url, "event_types": WANTED, "send_name": True},
        )
        account = yield from self._call(settings, "get_account_info", {})
        return speech._("%(name)s sends its messages here.", name=line(account, "name"))

    def check(self, settings):
        account = yield from self._call(settings, "get_account_info", {})
        if not text(account, "webhook"):
            return speech._(
                "%(name)s answers, but is not connected yet.",
                name=line(account, "name"),
            )
        return speech._(
            "%(name)s answers and sends its messages here.", name=line(account, "name")
        )

    def send_text(self, settings, thread, text, reply_to="", key=""):
        values = {"type": "text", "text": text}
        return (yield from self._send(settings, thread, values))

    def send_file(self, settings, thread, file, caption="", key=""):
        yield from ()
        raise SendError(
            speech._(
                "Viber takes files only from a public address; send a link instead."
            ),
            final=True,
        )

    def fetch(self, settings, ref):
        bases = [self.base_url(settings, "media_url")]
        return (yield from download(ref, bases, MEDIA_DOMAINS))

    def _send(self, settings, thread, values):
        sender = {"name": settings.require("sender_name")[:MAX_NAME]}
        sent = yield from self._call(
            settings, "send_message", {"receiver": thread, "sender": sender, **values}
        )
        return text(sent, "message_token")

    def _call(self, settings, method, values):
        token = settings.require("auth_token")
        answer = yield HttpCall(
            "POST",
            f"{self.base_url(settings)}/pa/{method}",
            headers={"X-Viber-Auth-Token": token},
            json=values,
        )
        status = number(answer.json, "status")
        if status == 0:
            return answer.json
        if status is None:
            raise SendError(
                speech._(
                    "Viber gave no answer that can be read (%(status)s).",
                    status=answer.status,
                ),
                final=400 <= answer.status < 500 and answer.status not in (408, 429),
                retry_after=retry_after(answer),
                uncertain=answer.status >= 500,
            )
        said = line(answer.json, "status_message", limit=500)
        hint = f": {speech._(HINTS[status])}" if status in HINTS else ""
        raise SendError(
            speech._(
                "Viber: %(said)s (status %(status)s)%(hint)s",
                said=said,
                status=status,
                hint=hint,
            ),
            final=status != TOO_MANY,
            retry_after=retry_after(answer, PAUSE) if status == TOO_MANY else None,
        )

    def sample(self, settings, number):
        event = {
            "event": "message",
            "timestamp": 1700000000000,
            "message_token": f"test{number}",
            "sender": {"id": f"test{number}", "name": "Test"},
            "message": {"type": "text", "text": "Test"},
        }
        body = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: sign(settings["auth_token"], body),
        }
        return Request("POST", "", headers, body)


def sign(token, body):
    """Viber's signature of a raw body."""
    key = token.encode("utf-8", "surrogatepass")
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def _words(message):
    found = [text(message, "text")]
    kind = text(message, "type")
    if kind == "url":
        found.append(text(message, "media"))
    elif kind == "sticker":
        found.append(speech._("Sticker"))
    elif kind == "location":
        latitude = number(message, "location", "lat")
        longitude = number(message, "location", "lon")
        if latitude is not None and longitude is not None:
            found.append(
                speech._(
                    "Location: %(latitude)s, %(longitude)s",
                    latitude=latitude,
                    longitude=longitude,
                )
            )
    elif kind == "contact":
        card = dig(message, "contact")
        words = (line(card, "name"), line(card, "phone_number"))
        card = ", ".join(filter(None, words))
        found.append(speech._("Contact: %(card)s", card=card))
    elif kind == "rich_media":
        found += [text(row, "Text") for row in rows(message, "rich_media", "Buttons")]
    return "\n".join(part for part in found if part)


def _attachments(message):
    kind, url = text(message, "type"), text(message, "media")
    if kind not in FILES or not url:
        return []
    name, mimetype = FILES[kind]
    size = number(message, "size") or number(message, "file_size") or 0
    return [Attachment(url, line(message, "file_name") or name, mimetype, int(size))]
