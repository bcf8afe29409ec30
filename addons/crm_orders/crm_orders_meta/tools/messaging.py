"""What Messenger and Instagram have in common: both send `messaging` events.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

from functools import partial
from urllib.parse import quote

from odoo.addons.crm_orders_inbound.tools.calling import download
from odoo.addons.crm_orders_inbound.tools.channel import (
    Attachment,
    Contact,
    Handle,
    Ignored,
    Message,
    Person,
    SendError,
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
    seconds,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from .meta import MEDIA_DOMAINS, MetaChannel, ignored, unreadable

speech = Speech(__name__)

FILES = {
    "audio": ("audio.mp4", "audio/mp4"),
    "file": ("file", OCTETS),
    "image": ("photo.jpg", "image/jpeg"),
    "media": ("media", OCTETS),
    "video": ("video.mp4", "video/mp4"),
}
# Events that nothing is made of, by their field.
WITHOUT_LEAD = {
    "account_linking": speech._("An account was linked or unlinked."),
    "app_roles": speech._("Meta reports who handles the conversation."),
    "feedback": speech._("Feedback on a survey of Meta's."),
    "message_deletion": speech._("The customer took a message back."),
    "pass_thread_control": speech._("Meta reports who handles the conversation."),
    "policy_enforcement": speech._("Meta reports a warning about the page."),
    "reaction": speech._("A reaction to a message."),
    "request_thread_control": speech._("Meta reports who handles the conversation."),
    "response_feedback": speech._("Feedback on an answer."),
    "take_thread_control": speech._("Meta reports who handles the conversation."),
    "typing": speech._("Somebody types."),
}
UPLOADS = {"image": "image", "video": "video", "audio": "audio"}
MAX_UPLOAD = 25 * 1024 * 1024


class MessagingChannel(MetaChannel):
    """Base of Messenger and Instagram."""

    # Fields of a person that may be asked for.
    profile_fields = "name"

    # --- in ---

    def _entry_things(self, entry):
        account = text(entry, "id")
        found = [
            self._event_thing(account, event) for event in rows(entry, "messaging")
        ]
        found += [
            (
                None,
                ignored(
                    speech._("Another app answers this conversation at the moment.")
                ),
            )
            for _event in rows(entry, "standby")
        ]
        found += [
            self._change_thing(account, change) for change in rows(entry, "changes")
        ]
        return found or [
            (None, unreadable(speech._("An entry holds nothing that is known.")))
        ]

    def _change_thing(self, account, change):
        """Instagram's dashboard sends test messages this way."""
        field = text(change, "field")
        if field == "messages":
            return self._event_thing(account, dig(change, "value"))
        what = line(field, limit=64)
        return None, ignored(
            speech._(
                "A notice, not a message: %(what)s",
                what=what or speech._("without a name"),
            )
        )

    def _event_thing(self, account, event):
        if not isinstance(event, dict):
            return None, unreadable(speech._("An event is no object."))
        return self._event_id(event), partial(self._read_event, account, event)

    def _event_id(self, event):
        """The id of a message, or else who did it and when."""
        if dig(event, "message", "is_deleted") is True:
            return make_id("deleted", text(event, "message", "mid"))
        for field in ("message", "postback", "message_edit"):
            if field in event and (mid := text(event, field, "mid")):
                return make_id(field, mid, text(event, field, "num_edit") or "0")
        field = next(
            (name for name in event if name not in ("sender", "recipient")), "event"
        )
        kinds = [name for name in event if name in _READERS or name in WITHOUT_LEAD]
        moment = (
            text(event, "timestamp")
            or text(event, "delivery", "watermark")
            or text(event, "read", "watermark")
            or text(event, "read", "mid")
        )
        return make_id(text(kinds[0] if kinds else field), self._who(event), moment)

    def _who(self, event):
        sender = text(event, "sender", "id") or text(event, "sender", "user_ref")
        return sender or text(event, "recipient", "id")

    def _read_event(self, account, event):
        for field, read in _READERS.items():
            if field in event:
                if not isinstance(event[field], dict):
                    raise Unreadable(
                        speech._("The field %(field)s is no object.", field=field)
                    )
                return read(self, account, event)
        for field, reason in WITHOUT_LEAD.items():
            if field in event:
                return Ignored(speech._(reason))
        kinds = ", ".join(line(name, limit=40) for name in list(event)[:8])
        return Ignored(speech._("An event of an unknown kind: %(kinds)s", kinds=kinds))

    def _read_message(self, account, event):
        message = event["message"]
        if dig(message, "is_echo") is True:
            return Ignored(speech._("Written by the shop itself."))
        if dig(message, "is_deleted") is True:
            return Ignored(speech._("The customer took a message back."))
        found = self._message(account, event, text(message, "mid"))
        said = [text(message, "text")]
        said += [_say(part) for part in rows(message, "attachments")]
        found.text = "\n".join(part for part in said if part)
        found.attachments = list(
            filter(None, map(_attachment, rows(message, "attachments")))
        )
        found.reply_to = text(message, "reply_to", "mid")
        found.extra = _extra(message)
        if not found.text and not found.attachments:
            found.text = speech._("(A message of a kind that cannot be shown.)")
        return found

    def _read_edit(self, account, event):
        edit = event["message_edit"]
        found = self._message(account, event, text(edit, "mid"))
        found.text, found.edited = text(edit, "text"), True
        return found

    def _read_postback(self, account, event):
        button = event["postback"]
        own_id = text(button, "mid") or make_id(
            "postback", self._who(event), text(event, "timestamp")
        )
        found = self._message(account, event, own_id or "")
        found.text = text(button, "title") or text(button, "payload")
        found.extra = _extra(button)
        return found

    def _read_optin(self, account, event):
        return self._contact(account, event, "allowed", event["optin"])

    def _read_referral(self, account, event):
        referral = event["referral"]
        is_advert = text(referral, "source") == "ADS"
        how = "advert" if is_advert else "link"
        return self._contact(account, event, how, referral)

    def _read_delivery(self, account, event):
        return self._status("delivered", account, event, event["delivery"])

    def _read_read(self, account, event):
        return self._status("read", account, event, event["read"])

    def _status(self, state, account, event, value):
        ids = [mid for row in rows(value, "mids") if (mid := text(row))]
        if not ids and (mid := text(value, "mid")):
            ids = [mid]
        until = seconds(value, "watermark", unit=1000)
        if not ids and until is None:
            raise Unreadable(
                speech._("The event does not say which messages it is about.")
            )
        return Status(
            state,
            ids,
            thread=self._thread(account, event),
            until=None if ids else until,
            occurred=seconds(event, "timestamp", unit=1000) or until,
        )

    def _message(self, account, event, own_id):
        return Message(
            external_id=own_id,
            person=self._person(account, event),
            thread=self._thread(account, event),
            occurred=seconds(event, "timestamp", unit=1000),
        )

    def _contact(self, account, event, how, value):
        return Contact(
            self._person(account, event),
            self._thread(account, event),
            how,
            seconds(event, "timestamp", unit=1000),
            _extra({"referral": value}),
        )

    def _person(self, account, event):
        sender = text(event, "sender", "id")
        if not sender:
            raise Unreadable(speech._("The event does not say whose it is."))
        return Person([Handle(self.kind, sender, account)])

    def _thread(self, account, event):
        return f"{account}/{text(event, 'sender', 'id')}"

    # --- out ---

    def check(self, settings):
        found = yield from self._graph(settings, "GET", "me?fields=id,name")
        return speech._(
            "%(name)s answers.", name=line(found, "name") or line(found, "id")
        )

    def profile(self, settings, person):
        handle = next((one for one in person.handles if one.kind == self.kind), None)
        if handle is None:
            return person
        user = quote(handle.value, safe="")
        found = yield from self._graph(
            settings, "GET", f"{user}?fields={self.profile_fields}"
        )
        full_name = f"{text(found, 'first_name')} {text(found, 'last_name')}"
        return Person(
            person.handles,
            line(found, "name") or line(full_name) or person.name,
            line(found, "username", limit=64) or person.username,
            person.lang,
        )

    def send_text(self, settings, thread, text, reply_to="", key=""):
        message = {"text": text}
        return (yield from self._send(settings, thread, message, reply_to))

    def send_file(self, settings, thread, file, caption="", key=""):
        if len(file.content) > MAX_UPLOAD:
            raise SendError(speech._("Meta takes files of up to 25 MB."), final=True)
        kind = UPLOADS.get(file.mimetype.partition("/")[0], "file")
        sent = yield from self._upload(settings, thread, file, kind)
        for piece in self.pieces(caption):
            yield from self.send_text(settings, thread, piece)
        return sent

    def _upload(self, settings, thread, file, kind):
        raise NotImplementedError

    def fetch(self, settings, ref):
        # The address holds its own signature, so no token goes there.
        bases = [self.base_url(settings, "media_url")]
        return (yield from download(ref, bases, MEDIA_DOMAINS))

    def _send(self, settings, thread, message, reply_to=""):
        values = {
            "recipient": {"id": thread.partition("/")[2]},
            "messaging_type": "RESPONSE",
            "message": message,
        }
        if reply_to:
            values["reply_to"] = {"mid": reply_to}
        sent = yield from self._graph(settings, "POST", "me/messages", json=values)
        return text(sent, "message_id")

    def sample(self, settings, number):
        event = {
            "sender": {"id": f"test{number}"},
            "recipient": {"id": "0"},
            "timestamp": 1700000000000,
            "message": {"mid": f"test{number}", "text": "Test"},
        }
        entry = {"id": "0", "time": 1700000000000, "messaging": [event]}
        return self._signed(settings, {"object": self.webhook_object, "entry": [entry]})


# The order counts: a message may hold a referral as well.
_READERS = {
    "message": MessagingChannel._read_message,
    "message_edit": MessagingChannel._read_edit,
    "postback": MessagingChannel._read_postback,
    "optin": MessagingChannel._read_optin,
    "referral": MessagingChannel._read_referral,
    "delivery": MessagingChannel._read_delivery,
    "read": MessagingChannel._read_read,
}


def _attachment(part):
    kind, url = text(part, "type"), text(part, "payload", "url")
    if kind not in FILES or not url or dig(part, "payload", "sticker_id"):
        return None
    name, mimetype = FILES[kind]
    return Attachment(url, line(part, "payload", "name") or name, mimetype)


def _say(part):
    """Words for a part of a message that is no file."""
    kind = text(part, "type")
    payload = dig(part, "payload")
    if kind in FILES:
        return speech._("Sticker") if dig(payload, "sticker_id") else ""
    latitude = number(payload, "coordinates", "lat")
    longitude = number(payload, "coordinates", "long")
    if kind == "location" and latitude is not None and longitude is not None:
        return speech._(
            "Location: %(latitude)s, %(longitude)s",
            latitude=latitude,
            longitude=longitude,
        )
    words = [
        line(part, "title") or line(payload, "title"),
        line(part, "url", limit=1000) or line(payload, "url", limit=1000),
    ]
    said = " ".join(filter(None, words))
    return f"({line(kind, limit=40) or speech._('attachment')}) {said}".rstrip()


def _extra(value):
    """Where somebody came from: an advert or a link."""
    referral = dig(value, "referral")
    names = ("ref", "source", "type", "ad_id", "referer_uri")
    found = [
        (name, said) for name in names if (said := line(referral, name, limit=500))
    ]
    if title := line(referral, "ads_context_data", "ad_title"):
        found.append(("ad_title", title))
    if payload := line(value, "quick_reply", "payload", limit=500):
        found.append(("quick_reply", payload))
    if story := line(value, "reply_to", "story", "url", limit=1000):
        found.append(("story", story))
    if product := line(referral, "product", "id"):
        found.append(("product", product))
    return found
