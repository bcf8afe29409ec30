"""VK's Callback API (https://dev.vk.com/en/api/callback/getting-started)."""

import json

from odoo.addons.crm_orders_inbound.tools.channel import (
    Answer,
    Contact,
    Handle,
    Ignored,
    Lead,
    Message,
    Person,
    Refused,
    Request,
    Setting,
    Unreadable,
)
from odoo.addons.crm_orders_inbound.tools.reading import (
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

from . import vk_content as content
from .vk_api import VkApi

speech = Speech(__name__)

# Conversations of several people have ids from here on.
FIRST_CHAT = 2_000_000_000
WITHOUT_LEAD = {
    "confirmation": speech._("VK asked whether the address is ours."),
    "group_leave": speech._("Somebody left the community."),
    "message_deny": speech._("Somebody no longer wants messages."),
    "message_reaction_event": speech._("A reaction to a message."),
    "message_read": speech._("Messages were read."),
    "message_reply": speech._("Written by the shop itself."),
    "message_typing_state": speech._("Somebody types."),
}
# Names of VK's form questions and of our fields.
FORM_FIELDS = {
    "phone_number": "phone",
    "email": "email",
    "patronymic_name": "",
    "first_name": "",
    "last_name": "",
}


class Vk(VkApi):
    """A community that people write to."""

    kind = "vk"
    settings = (
        Setting("group_id", "Community Id", "The number in the community's settings."),
        Setting(
            "confirmation",
            "Confirmation Code",
            "In the community under Manage, API usage, Callback API: the text that the"
            " server must return.",
        ),
        Setting(
            "secret",
            "Secret Key",
            "Letters and digits, at most 50. Fill in the same in VK beside the address.",
            secret=True,
            in_body=True,
        ),
        Setting(
            "access_token",
            "Access Token",
            "In the community under Manage, API usage, Access tokens: with the rights to"
            " messages, photos, files and the community's management.",
            secret=True,
        ),
        Setting(
            "api_url",
            "Address of the API",
            required=False,
            default="https://api.vk.com",
            advanced=True,
        ),
        Setting(
            "api_version",
            "Version of the API",
            required=False,
            default="5.199",
            advanced=True,
        ),
    )

    # --- in ---

    def handshake(self, request, settings):
        try:
            event = request.json
        except Unreadable:
            return None
        if event.get("type") != "confirmation":
            return None
        self._check_group(event, settings)
        secret = text(event, "secret")
        if secret and not same_as_any(secret, settings.accepted("secret")):
            raise Refused(403, "wrong_secret", speech._("VK's secret key is wrong."))
        if not settings["confirmation"]:
            raise Refused(
                403, "no_confirmation", speech._("There is no confirmation code yet.")
            )
        return Answer(200, settings["confirmation"])

    def verify(self, request, settings):
        try:
            event = request.json
        except Unreadable:
            # The secret key is in the body, so nobody can be told from it.
            raise Refused(
                401, "unsigned", speech._("VK's secret key cannot be read.")
            ) from None
        secret = text(event, "secret")
        if not secret:
            raise Refused(401, "unsigned", speech._("VK's secret key is missing."))
        if not same_as_any(secret, settings.accepted("secret")):
            raise Refused(403, "wrong_secret", speech._("VK's secret key is wrong."))
        self._check_group(event, settings)

    def _check_group(self, event, settings):
        if not settings["group_id"] or text(event, "group_id") != settings["group_id"]:
            raise Refused(
                403, "wrong_group", speech._("The event is of another community.")
            )

    def split(self, request):
        event = request.json
        kind = text(event, "type")
        if not kind:
            raise Unreadable(speech._("The event does not say what it is."))
        if event_id := text(event, "event_id"):
            return [make_id("event", event_id)]
        message = self._message_of(event)
        place = text(message, "conversation_message_id") or text(message, "id")
        changed = text(message, "update_time") or text(message, "date")
        return [make_id(kind, text(message, "peer_id"), place, changed)]

    def answer(self, request, settings):
        # After several other answers VK stops sending for a while.
        return Answer(200, "ok")

    def read(self, request, index, settings):
        if index != 0:
            raise Unreadable(speech._("An event holds one thing."))
        event = request.json
        kind, value = text(event, "type"), event.get("object")
        if kind in WITHOUT_LEAD:
            return Ignored(speech._(WITHOUT_LEAD[kind]))
        read = _READERS.get(kind)
        if not read:
            return Ignored(
                speech._(
                    "An event of an unknown kind: %(kind)s", kind=line(kind, limit=64)
                )
            )
        if not isinstance(value, dict):
            raise Unreadable(speech._("The event has no object."))
        return read(self, event)

    def _message_of(self, event):
        # Before version 5.103 the object was the message itself.
        inner = dig(event, "object", "message")
        return inner if isinstance(inner, dict) else dig(event, "object")

    def _read_message(self, event):
        message = self._message_of(event)
        sender, peer = number(message, "from_id"), number(message, "peer_id")
        if sender is None:
            sender = number(message, "user_id")
        if not isinstance(sender, int) or not isinstance(peer, int | None):
            raise Unreadable(speech._("The message does not say who wrote it."))
        if peer is not None and peer >= FIRST_CHAT:
            return Ignored(
                speech._("Written in a conversation of several, not to the shop.")
            )
        if sender < 0 or dig(message, "out") == 1:
            return Ignored(speech._("Written by a community."))
        thread = text(message, "peer_id") or text(sender)
        edited = text(event, "type") == "message_edit"
        found = Message(
            external_id=self._message_id(thread, message),
            person=self._person(text(sender)),
            thread=thread,
            text=content.words(message),
            attachments=content.attachments(message),
            occurred=(seconds(message, "update_time") if edited else None)
            or seconds(message, "date"),
            edited=edited,
            reply_to=self._message_id(thread, dig(message, "reply_message")),
            extra=content.origin(message),
        )
        if not found.text and not found.attachments:
            found.text = speech._("(A message of a kind that cannot be shown.)")
        return found

    def _message_id(self, thread, message):
        place = text(message, "conversation_message_id")
        if not place:
            found = text(message, "id")
            place = f"id{found}" if found and found != "0" else ""
        return make_id(thread, place) or ""

    def _read_button(self, event):
        value = event["object"]
        user, peer = self._user(value), number(value, "peer_id")
        if peer is not None and peer >= FIRST_CHAT:
            return Ignored(speech._("A button in a conversation of several."))
        payload = value.get("payload")
        words = text(payload) or json.dumps(payload)[:500]
        return Message(
            external_id=make_id("button", text(value, "event_id")) or "",
            person=self._person(user),
            thread=text(value, "peer_id") or user,
            text=f"(A button was pressed: {words})",
            reply_to=self._message_id(text(value, "peer_id") or user, value),
        )

    def _read_join(self, event):
        value = event["object"]
        user = self._user(value)
        how = "asked" if text(value, "join_type") == "request" else "joined"
        return Contact(self._person(user), user, how)

    def _read_allow(self, event):
        value = event["object"]
        user = self._user(value)
        extra = [("key", key)] if (key := line(value, "key")) else []
        return Contact(self._person(user), user, "allowed", extra=extra)

    def _read_form(self, event):
        """A filled-in form of an advert."""
        value = event["object"]
        fields, extra, names = {}, [], {}
        for item in rows(value, "answers"):
            name = text(item, "key")
            said = text(item, "answer") or ", ".join(
                filter(None, (text(part) for part in rows(item, "answer")))
            )
            if not said:
                continue
            if our_name := FORM_FIELDS.get(name):
                fields[our_name] = said
            elif name in FORM_FIELDS:
                names[name] = said
            else:
                extra.append((line(item, "question") or line(name), said))
        full_name = f"{names.get('first_name', '')} {names.get('last_name', '')}"
        if full_name := line(full_name):
            fields["name"] = full_name
        extra += [
            (name, said)
            for name in ("form_name", "ad_id", "lead_id")
            if (said := line(value, name))
        ]
        user = text(value, "user_id")
        return Lead(fields, extra, self._person(user) if user else None)

    def _read_order(self, event):
        value = event["object"]
        user = self._user(value)
        said = [f"Order {line(value, 'display_order_id') or line(value, 'id')} in VK"]
        said.append(line(value, "total_price", "text"))
        said += [
            f"{line(item, 'quantity')} x {line(item, 'item', 'title')}"
            for item in rows(value, "preview_order_items")
        ]
        said.append(text(value, "comment"))
        return Message(
            external_id=make_id("order", text(value, "id")) or "",
            person=self._person(user),
            thread=user,
            text="\n".join(filter(None, said)),
            occurred=seconds(value, "date"),
        )

    def _user(self, value):
        found = number(value, "user_id")
        if not isinstance(found, int) or found <= 0:
            raise Unreadable(speech._("The event does not say whose it is."))
        return text(found)

    def _person(self, user):
        return Person([Handle("vk", user)])

    def sample(self, settings, number):
        event = {
            "type": "message_new",
            "event_id": f"test{number}",
            "v": self._version(settings),
            "group_id": int(settings["group_id"] or 0),
            "secret": settings["secret"],
            "object": {
                "message": {
                    "date": 1700000000,
                    "from_id": number,
                    "peer_id": number,
                    "id": number,
                    "conversation_message_id": number,
                    "out": 0,
                    "text": "Test",
                    "attachments": [],
                }
            },
        }
        body = json.dumps(event).encode()
        return Request("POST", "", {"Content-Type": "application/json"}, body)


_READERS = {
    "message_new": Vk._read_message,
    "message_edit": Vk._read_message,
    "message_event": Vk._read_button,
    "message_allow": Vk._read_allow,
    "group_join": Vk._read_join,
    "lead_forms_new": Vk._read_form,
    "market_order_new": Vk._read_order,
}
