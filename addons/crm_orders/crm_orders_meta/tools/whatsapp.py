"""WhatsApp Cloud API.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

import re
from functools import partial
from urllib.parse import quote

from odoo.addons.crm_orders_inbound.tools.calling import bearing, download
from odoo.addons.crm_orders_inbound.tools.channel import (
    Contact,
    File,
    Handle,
    Ignored,
    Person,
    SendError,
    Setting,
    Status,
    Unreadable,
)
from odoo.addons.crm_orders_inbound.tools.reading import (
    dig,
    line,
    make_id,
    rows,
    seconds,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from . import whatsapp_content as content
from .meta import MEDIA_DOMAINS, MetaChannel, error_words, ignored, unreadable

speech = Speech(__name__)

STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
FIELDS = {
    "smb_message_echoes": "Written by the shop itself in WhatsApp.",
    "history": "Old messages of the WhatsApp Business app.",
    "smb_app_state_sync": "Contacts of the WhatsApp Business app.",
    "user_id_update": "A customer has got a new user id.",
    "user_preferences": "A customer changed what may be sent.",
}
# Type of message and of file that it may hold, and how large it may be.
# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
MEGABYTE = 1024 * 1024
UPLOADS = {
    "image/jpeg": ("image", 5 * MEGABYTE),
    "image/png": ("image", 5 * MEGABYTE),
    "video/mp4": ("video", 16 * MEGABYTE),
    "video/3gpp": ("video", 16 * MEGABYTE),
    "audio/aac": ("audio", 16 * MEGABYTE),
    "audio/amr": ("audio", 16 * MEGABYTE),
    "audio/mp4": ("audio", 16 * MEGABYTE),
    "audio/mpeg": ("audio", 16 * MEGABYTE),
    "audio/ogg": ("audio", 16 * MEGABYTE),
}
MAX_DOCUMENT = 100 * MEGABYTE
MAX_CAPTION = 1024


class WhatsApp(MetaChannel):
    """A number of the shop's in WhatsApp.

    People may hide their number. Then only an id is known that Meta made for them and
    this business: two letters, a full stop and more.
    """

    kind = "whatsapp"
    webhook_object = "whatsapp_business_account"
    settings = (
        Setting(
            "phone_number_id",
            "Phone Number Id",
            "In Meta's app dashboard under WhatsApp, API Setup. It is not the number.",
        ),
        *MetaChannel.settings,
    )

    # --- in ---

    def _entry_things(self, entry):
        changes = entry.get("changes")
        if not isinstance(changes, list):
            return [(None, unreadable(speech._("An entry has no list of changes.")))]
        return [thing for change in changes for thing in self._change_things(change)]

    def _change_things(self, change):
        field, value = text(change, "field"), dig(change, "value")
        if field == "calls":
            return self._listed(value, "calls", self._call_id, self._read_call)
        if field != "messages":
            what = line(field, limit=64)
            reason = FIELDS.get(field, f"A notice about the account: {what}")
            return [(None, ignored(reason))]
        if not isinstance(value, dict):
            return [(None, unreadable(speech._("A change has no value.")))]
        found = [
            *self._listed(value, "messages", self._message_id, self._read_message),
            *self._listed(value, "statuses", self._status_id, self._read_status),
        ]
        found += [
            (
                None,
                ignored(
                    speech._(
                        "WhatsApp reports an error: %(error)s", error=error_words(error)
                    )
                ),
            )
            for error in rows(value, "errors")
        ]
        return found or [
            (None, unreadable(speech._("There is nothing in this change.")))
        ]

    def _listed(self, value, field, make, read):
        items = dig(value, field)
        if items is None and field != "calls":
            return []
        if not isinstance(items, list):
            return [
                (
                    None,
                    unreadable(speech._("There is no list of %(field)s.", field=field)),
                )
            ]
        return [
            (make(item), partial(read, value, item))
            if isinstance(item, dict)
            else (
                None,
                unreadable(speech._("One of the %(field)s is no object.", field=field)),
            )
            for item in items
        ]

    def _message_id(self, message):
        return make_id("message", text(message, "id"))

    def _status_id(self, status):
        return make_id("status", text(status, "id"), text(status, "status"))

    def _call_id(self, call):
        return make_id("call", text(call, "id"), text(call, "event"))

    def _read_message(self, value, message):
        kind = text(message, "type")
        if text(message, "group_id"):
            return Ignored(speech._("Written in a group, not to the shop."))
        if kind in content.WITHOUT_LEAD:
            return Ignored(speech._(content.WITHOUT_LEAD[kind]))
        person, address = self._person(value, message, "from")
        if kind == "request_welcome":
            return Contact(
                person,
                self._thread(value, address),
                "opened",
                seconds(message, "timestamp"),
            )
        found = content.read(message)
        found.person = person
        found.thread = self._thread(value, address)
        return found

    def _read_status(self, value, status):
        state = STATES.get(text(status, "status"))
        message_id = text(status, "id")
        if not message_id:
            raise Unreadable(speech._("The status does not say of which message."))
        if not state:
            return Ignored(
                speech._(
                    "A state that says nothing: %(status)s",
                    status=line(status, "status"),
                )
            )
        address = text(status, "recipient_id") or text(status, "recipient_user_id")
        errors = [error_words(error) for error in rows(status, "errors")]
        return Status(
            state,
            [message_id],
            thread=self._thread(value, address) if address else "",
            error="; ".join(errors) if state == "failed" else "",
            occurred=seconds(status, "timestamp"),
        )

    def _read_call(self, value, call):
        if text(call, "event") != "connect" or text(call, "direction") not in (
            "USER_INITIATED",
            "",
        ):
            return Ignored(speech._("A later report of a call in WhatsApp."))
        person, address = self._person(value, call, "from")
        return Contact(
            person,
            self._thread(value, address),
            "called",
            seconds(call, "timestamp"),
        )

    def _person(self, value, item, field):
        """The sender and how to reach them: the number, or else the user id."""
        number = text(item, field)
        user = text(item, f"{field}_user_id")
        card = self._card(value, number, user)
        number = number or text(card, "wa_id")
        user = user or text(card, "user_id")
        if not (number or user):
            raise Unreadable(speech._("The message does not say who wrote it."))
        handles = []
        if number:
            handles.append(Handle("whatsapp", number))
        if user:
            handles.append(Handle("whatsapp", user))
        if re.fullmatch(r"[0-9]{6,15}", number):
            handles.append(Handle("phone", f"+{number}"))
        person = Person(
            handles,
            name=line(card, "profile", "name"),
            username=line(card, "profile", "username", limit=64).removeprefix("@"),
        )
        return person, number or user

    def _card(self, value, number, user):
        cards = [card for card in rows(value, "contacts") if isinstance(card, dict)]
        for card in cards:
            if number and text(card, "wa_id") == number:
                return card
            if user and text(card, "user_id") == user:
                return card
        # The number in a card is Meta's form of it and may differ from the one dialled.
        return cards[0] if len(cards) == 1 else {}

    def _thread(self, value, address):
        return f"{text(value, 'metadata', 'phone_number_id')}/{address}"

    # --- out ---

    def register(self, settings, hook_url):
        yield from ()
        raise SendError(
            speech._(
                "Open Meta's app dashboard, WhatsApp, Configuration: paste the address and the verify token there, and subscribe to the field messages."
            ),
            final=True,
        )

    def check(self, settings):
        number_id = quote(settings.require("phone_number_id"), safe="")
        found = yield from self._graph(
            settings,
            "GET",
            f"{number_id}?fields=display_phone_number,verified_name,quality_rating",
        )
        name, shown = line(found, "verified_name"), line(found, "display_phone_number")
        return speech._("%(name)s (%(shown)s) answers.", name=name, shown=shown)

    def send_text(self, settings, thread, text, reply_to="", key=""):
        values = {"type": "text", "text": {"preview_url": True, "body": text}}
        return (yield from self._send(settings, thread, values, reply_to))

    def send_file(self, settings, thread, file, caption="", key=""):
        kind, limit = UPLOADS.get(file.mimetype, ("document", MAX_DOCUMENT))
        if len(file.content) > limit and kind != "document":
            kind, limit = "document", MAX_DOCUMENT
        if len(file.content) > limit:
            raise SendError(
                speech._("WhatsApp takes files of up to 100 MB."), final=True
            )
        number_id = self._number_id(settings, thread)
        uploaded = yield from self._graph(
            settings,
            "POST",
            f"{quote(number_id, safe='')}/media",
            data={"messaging_product": "whatsapp", "type": file.mimetype},
            files=[("file", file.name, file.content, file.mimetype)],
        )
        part = {"id": text(uploaded, "id")}
        if kind == "document":
            part["filename"] = file.name
        fits = kind != "audio" and len(caption) <= MAX_CAPTION
        if caption and fits:
            part["caption"] = caption
        sent = yield from self._send(settings, thread, {"type": kind, kind: part})
        if caption and not fits:
            for piece in self.pieces(caption):
                yield from self.send_text(settings, thread, piece)
        return sent

    def fetch(self, settings, ref):
        found = yield from self._graph(settings, "GET", quote(ref, safe=""))
        file = yield from download(
            text(found, "url"),
            self._media_bases(settings),
            MEDIA_DOMAINS,
            bearing(settings.require("access_token")),
        )
        return File(file.name, line(found, "mime_type") or file.mimetype, file.content)

    def _send(self, settings, thread, values, reply_to=""):
        address = thread.partition("/")[2]
        # A number goes into another field than the id of somebody who hides it.
        field = "to" if address.isdecimal() else "recipient"
        values = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            field: address,
            **values,
        }
        if reply_to:
            values["context"] = {"message_id": reply_to}
        number_id = quote(self._number_id(settings, thread), safe="")
        sent = yield from self._graph(
            settings, "POST", f"{number_id}/messages", json=values
        )
        return text(sent, "messages", 0, "id")

    def _number_id(self, settings, thread):
        """The number that the customer wrote to."""
        return thread.partition("/")[0] or settings.require("phone_number_id")

    def sample(self, settings, number):
        value = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": "0",
                "phone_number_id": settings["phone_number_id"],
            },
            "contacts": [{"profile": {"name": "Test"}, "user_id": f"FI.test{number}"}],
            "messages": [
                {
                    "from_user_id": f"FI.test{number}",
                    "id": f"wamid.test{number}",
                    "timestamp": "1700000000",
                    "type": "text",
                    "text": {"body": "Test"},
                }
            ],
        }
        change = {"field": "messages", "value": value}
        entry = {"id": "0", "changes": [change]}
        return self._signed(settings, {"object": self.webhook_object, "entry": [entry]})
