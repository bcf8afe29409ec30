"""VK's Callback API (https://dev.vk.com/en/api/callback/getting-started)."""

import hashlib
import json
import secrets

from odoo.addons.crm_orders_inbound.tools.calling import download, is_at, retry_after
from odoo.addons.crm_orders_inbound.tools.channel import (
    Answer,
    Channel,
    Contact,
    Handle,
    HttpCall,
    Ignored,
    Lead,
    Message,
    Person,
    Refused,
    Request,
    SendError,
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

speech = Speech(__name__)

# Conversations of several people have ids from here on.
FIRST_CHAT = 2_000_000_000
MEDIA_DOMAINS = (
    "userapi.com",
    "vk.com",
    "vk.ru",
    "vkuser.net",
    "vkuserphoto.ru",
    "mycdn.me",
    "okcdn.ru",
)
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
WANTED = (
    "message_new",
    "message_edit",
    "message_allow",
    "message_deny",
    "message_event",
    "group_join",
    "lead_forms_new",
    "market_order_new",
)
# https://dev.vk.com/en/reference/errors
TEMPORARY = {1: None, 6: 1, 9: 60, 10: None, 29: 3600}
MAX_RANDOM = 2**31 - 1


class Vk(Channel):
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

    # --- out ---

    def register(self, settings, hook_url):
        group = settings.require("group_id")
        found = yield from self._call(
            settings, "groups.getCallbackConfirmationCode", group_id=group
        )
        code = text(found, "code")
        if code != settings["confirmation"]:
            raise SendError(
                speech._(
                    "VK's confirmation code is %(code)s. Fill it in and connect again.",
                    code=code,
                ),
                final=True,
            )
        values = {
            "group_id": group,
            "url": hook_url,
            "title": "Orders",
            "secret_key": settings.require("secret"),
        }
        known = yield from self._call(
            settings, "groups.getCallbackServers", group_id=group
        )
        server = next(
            (
                text(item, "id")
                for item in rows(known, "items")
                if text(item, "url") == hook_url
            ),
            "",
        )
        if server:
            yield from self._call(
                settings, "groups.editCallbackServer", server_id=server, **values
            )
        else:
            added = yield from self._call(
                settings, "groups.addCallbackServer", **values
            )
            server = text(added, "server_id")
        yield from self._call(
            settings,
            "groups.setCallbackSettings",
            group_id=group,
            server_id=server,
            api_version=self._version(settings),
            **dict.fromkeys(WANTED, "1"),
        )
        return speech._(
            "VK sends the community's messages here once it has asked back."
        )

    def check(self, settings):
        found = yield from self._call(
            settings, "groups.getById", group_id=settings.require("group_id")
        )
        # A bare list before version 5.139.
        group = dig(found, "groups", 0) or dig(found, 0)
        return speech._("%(name)s answers.", name=line(group, "name"))

    def profile(self, settings, person):
        handle = next((one for one in person.handles if one.kind == "vk"), None)
        if handle is None:
            return person
        found = yield from self._call(
            settings, "users.get", user_ids=handle.value, fields="screen_name"
        )
        user = dig(found, 0)
        name = line(f"{text(user, 'first_name')} {text(user, 'last_name')}")
        return Person(
            person.handles,
            name or person.name,
            line(user, "screen_name", limit=64) or person.username,
            person.lang,
        )

    def send_text(self, settings, thread, text, reply_to="", key=""):
        values = {"message": text}
        place = reply_to.rpartition(":")[2]
        if place.isdecimal():
            values["forward"] = json.dumps(
                {
                    "peer_id": thread,
                    "conversation_message_ids": [int(place)],
                    "is_reply": 1,
                }
            )
        return (yield from self._send(settings, thread, key, **values))

    def send_file(self, settings, thread, file, caption="", key=""):
        if file.mimetype in ("image/jpeg", "image/png", "image/gif"):
            attachment = yield from self._upload_photo(settings, thread, file)
        else:
            attachment = yield from self._upload_document(settings, thread, file)
        return (
            yield from self._send(
                settings, thread, key, message=caption, attachment=attachment
            )
        )

    def fetch(self, settings, ref):
        return (yield from download(ref, [self.base_url(settings)], MEDIA_DOMAINS))

    def _send(self, settings, thread, key, **values):
        # VK delivers a text once, however often it is sent with the same number.
        digest = hashlib.sha256(f"{thread}:{key}".encode()).digest()
        once = int.from_bytes(digest[:8], "big") if key else secrets.randbits(62)
        found = yield from self._call(
            settings,
            "messages.send",
            peer_ids=thread,
            random_id=once % MAX_RANDOM + 1,
            **values,
        )
        sent = dig(found, 0)
        if isinstance(dig(sent, "error"), dict):
            raise self._error(sent["error"])
        place = text(sent, "conversation_message_id")
        return make_id(thread, place) or make_id(thread, text(sent, "message_id")) or ""

    def _upload_photo(self, settings, thread, file):
        found = yield from self._call(
            settings, "photos.getMessagesUploadServer", peer_id=thread
        )
        done = yield from self._upload(settings, found, "photo", file)
        saved = yield from self._call(
            settings,
            "photos.saveMessagesPhoto",
            server=text(done, "server"),
            photo=text(done, "photo"),
            hash=text(done, "hash"),
        )
        return self._attachment_name("photo", dig(saved, 0))

    def _upload_document(self, settings, thread, file):
        kind = "audio_message" if file.mimetype == "audio/ogg" else "doc"
        found = yield from self._call(
            settings, "docs.getMessagesUploadServer", peer_id=thread, type=kind
        )
        done = yield from self._upload(settings, found, "file", file)
        saved = yield from self._call(
            settings, "docs.save", file=text(done, "file"), title=file.name
        )
        saved = dig(saved, text(saved, "type") or "doc")
        return self._attachment_name("doc", saved)

    def _upload(self, settings, found, field, file):
        url = text(found, "upload_url")
        if not is_at(url, [self.base_url(settings)], MEDIA_DOMAINS):
            raise SendError(
                speech._("VK named an address that is not its own."), final=True
            )
        answer = yield HttpCall(
            "POST", url, files=[(field, file.name, file.content, file.mimetype)]
        )
        if answer.status != 200 or "error" in answer.json:
            said = line(answer.json, "error_descr") or line(answer.json, "error")
            raise SendError(
                speech._(
                    "VK did not take the file: %(said)s", said=said or answer.status
                )
            )
        return answer.json

    def _attachment_name(self, kind, saved):
        owner, item = text(saved, "owner_id"), text(saved, "id")
        if not (owner and item):
            raise SendError(speech._("VK did not keep the file."))
        access = text(saved, "access_key")
        return f"{kind}{owner}_{item}" + (f"_{access}" if access else "")

    def _version(self, settings):
        default = next(
            item.default for item in self.settings if item.name == "api_version"
        )
        return settings["api_version"] or default

    def _call(self, settings, method, **values):
        values["v"] = self._version(settings)
        values["access_token"] = settings.require("access_token")
        url = f"{self.base_url(settings)}/method/{method}"
        answer = yield HttpCall("POST", url, data=values)
        if isinstance(answer.json.get("error"), dict):
            raise self._error(answer.json["error"])
        if answer.status != 200 or "response" not in answer.json:
            raise SendError(
                speech._(
                    "VK gave no answer that can be read (%(status)s).",
                    status=answer.status,
                ),
                final=400 <= answer.status < 500 and answer.status not in (408, 429),
                retry_after=retry_after(answer),
                uncertain=answer.status >= 500,
            )
        return answer.json["response"]

    def _error(self, error):
        code = number(error, "error_code") or number(error, "code")
        said = line(error, "error_msg", limit=500)
        said = said or line(error, "description", limit=500)
        return SendError(
            speech._("VK: %(said)s (code %(code)s)", said=said, code=code),
            final=code not in TEMPORARY,
            retry_after=TEMPORARY.get(code),
        )

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
