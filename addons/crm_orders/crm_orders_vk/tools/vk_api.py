"""What the shop asks VK's API (https://dev.vk.com/en/method)."""

import hashlib
import json
import secrets

from odoo.addons.crm_orders_inbound.tools.calling import download, is_at, retry_after
from odoo.addons.crm_orders_inbound.tools.channel import (
    Channel,
    HttpCall,
    Person,
    SendError,
)
from odoo.addons.crm_orders_inbound.tools.reading import (
    dig,
    line,
    make_id,
    number,
    rows,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)

MEDIA_DOMAINS = (
    "userapi.com",
    "vk.com",
    "vk.ru",
    "vkuser.net",
    "vkuserphoto.ru",
    "mycdn.me",
    "okcdn.ru",
)
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


class VkApi(Channel):
    """The way out: VK is told where to send, and what to tell customers."""

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
