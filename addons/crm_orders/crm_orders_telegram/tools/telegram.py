"""Telegram's Bot API (https://core.telegram.org/bots/api), seen from a shop's bot."""

import json
import re
from urllib.parse import quote

from odoo.addons.crm_orders_inbound.tools.calling import download, retry_after
from odoo.addons.crm_orders_inbound.tools.channel import (
    Answer,
    Channel,
    Handle,
    HttpCall,
    Ignored,
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

from . import telegram_content as content

speech = Speech(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a name)
MESSAGES = {
    "message": False,
    "edited_message": True,
    "business_message": False,
    "edited_business_message": True,
}
# What Telegram may send besides messages, and why nothing is made of it.
WITHOUT_LEAD = {
    "business_connection": speech._(
        "The bot was connected to an account, or taken off it."
    ),
    "channel_post": speech._("A post in a channel, not a message to the shop."),
    "chat_boost": speech._("Somebody boosts a channel."),
    "chat_join_request": speech._("Somebody asks to join a group or channel."),
    "chat_member": speech._("Somebody joined or left a group."),
    "chosen_inline_result": speech._("Somebody used the bot in another conversation."),
    "deleted_business_messages": speech._("Messages were deleted."),
    "edited_channel_post": speech._("A post in a channel, not a message to the shop."),
    "inline_query": speech._("Somebody types the bot's name in another conversation."),
    "message_reaction": speech._("A reaction to a message."),
    "message_reaction_count": speech._("Reactions to a message."),
    "my_chat_member": speech._("Somebody blocked the bot, or took it back."),
    "poll": speech._("A vote was counted."),
    "poll_answer": speech._("Somebody voted."),
    "pre_checkout_query": speech._(
        "A question of a payment, which this shop does not take."
    ),
    "purchased_paid_media": speech._("Somebody bought paid media."),
    "removed_chat_boost": speech._("Somebody no longer boosts a channel."),
    "shipping_query": speech._(
        "A question of a payment, which this shop does not take."
    ),
}
WANTED = [*MESSAGES, "callback_query", "business_connection", "my_chat_member"]

MAX_CAPTION = 1024
MAX_UPLOAD = 50 * 1024 * 1024
UPLOADS = {
    "image/jpeg": ("sendPhoto", "photo"),
    "image/png": ("sendPhoto", "photo"),
    "video/mp4": ("sendVideo", "video"),
    "audio/mpeg": ("sendAudio", "audio"),
    "audio/ogg": ("sendVoice", "voice"),
}
# Larger pictures are refused as photos, but not as documents.
MAX_PHOTO = 10 * 1024 * 1024


class Telegram(Channel):
    """A bot that people write to."""

    kind = "telegram"
    settings = (
        Setting(
            "bot_token",
            "Bot Token",
            "Write to @BotFather in Telegram, send /newbot, and copy the token here.",
            secret=True,
        ),
        Setting(
            "webhook_secret",
            "Secret of the Webhook",
            "Telegram sends it along with every message. It is handed over by Connect.",
            secret=True,
            made=True,
        ),
        Setting(
            "api_url",
            "Address of the Bot API",
            "Another one only for a Bot API server of your own.",
            required=False,
            default="https://api.telegram.org",
            advanced=True,
        ),
    )

    # --- in ---

    def verify(self, request, settings):
        given = request.header(SECRET_HEADER)
        if not given:
            raise Refused(
                401, "unsigned", speech._("Telegram's secret token is missing.")
            )
        if not same_as_any(given, settings.accepted("webhook_secret")):
            raise Refused(
                403, "wrong_signature", speech._("Telegram's secret token is wrong.")
            )

    def split(self, request):
        update_id = text(request.json, "update_id")
        if not update_id:
            raise Unreadable(speech._("The update has no update_id."))
        return [make_id("update", update_id)]

    def answer(self, request, settings):
        """A pressed button stops spinning when it hears this."""
        try:
            query = text(request.json, "callback_query", "id")
        except Unreadable:
            query = ""
        if not query:
            return Answer()
        reply = {"method": "answerCallbackQuery", "callback_query_id": query}
        return Answer(200, json.dumps(reply), "application/json")

    def read(self, request, index, settings):
        update = request.json
        if index != 0:
            raise Unreadable(speech._("An update holds one thing."))
        for kind, edited in MESSAGES.items():
            if kind in update:
                return self._read_message(update[kind], kind, edited)
        if "callback_query" in update:
            return self._read_button(update["callback_query"])
        for kind, reason in WITHOUT_LEAD.items():
            if kind in update:
                return Ignored(speech._(reason))
        kinds = ", ".join(line(kind, limit=64) for kind in list(update)[:5])
        return Ignored(speech._("An update of an unknown kind: %(kinds)s", kinds=kinds))

    def _read_message(self, message, kind, edited):
        if not isinstance(message, dict):
            raise Unreadable(speech._("The message is no object."))
        chat, sender = text(message, "chat", "id"), text(message, "from", "id")
        if not self._is_private(message, chat, sender):
            return Ignored(speech._("Written in a group or channel, not to the shop."))
        if not (chat and sender):
            raise Unreadable(speech._("The message does not say who wrote it."))
        if "business" in kind and chat != sender:
            return Ignored(speech._("Written by the shop itself."))
        if dig(message, "from", "is_bot") is True:
            return Ignored(speech._("Written by a bot."))
        if content.is_service(message):
            return Ignored(speech._("Telegram reports something, nobody wrote it."))
        found = Message(
            external_id=make_id(chat, text(message, "message_id")) or "",
            person=self._person(message["from"]),
            thread=self._thread(message, chat),
            text=content.words(message),
            attachments=content.attachments(message),
            occurred=seconds(message, "edit_date" if edited else "date"),
            edited=edited,
            reply_to=make_id(chat, text(message, "reply_to_message", "message_id"))
            or "",
            extra=self._extra(message),
        )
        if phone := content.shared_phone(message):
            found.person.handles.append(Handle("phone", phone))
        if not found.text and not found.attachments:
            kinds = ", ".join(sorted(line(field, limit=40) for field in message))
            found.text = speech._(
                "(A message of a kind that cannot be shown: %(kind)s)", kind=kinds[:300]
            )
        return found

    def _read_button(self, query):
        sender = text(query, "from", "id")
        if not sender:
            raise Unreadable(speech._("The button does not say who pressed it."))
        message = dig(query, "message")
        chat = text(message, "chat", "id") or sender
        if chat != sender:
            return Ignored(speech._("A button in a group or channel."))
        return Message(
            external_id=make_id("callback", text(query, "id")) or "",
            person=self._person(query["from"]),
            thread=self._thread(message, chat),
            text=self._button_label(query) or "(A button was pressed.)",
            reply_to=make_id(chat, text(message, "message_id")) or "",
        )

    def _button_label(self, query):
        data = text(query, "data") or text(query, "game_short_name")
        for row in rows(query, "message", "reply_markup", "inline_keyboard"):
            for button in rows(row):
                if data and text(button, "callback_data") == data:
                    return line(button, "text") or data
        return data

    def _is_private(self, message, chat, sender):
        kind = text(message, "chat", "type")
        # The oldest samples in Telegram's documentation have no type.
        return kind == "private" or (not kind and chat == sender)

    def _thread(self, message, chat):
        connection = text(message, "business_connection_id")
        return f"{chat}/{connection}" if connection else chat

    def _person(self, user):
        return Person(
            handles=[Handle("telegram", text(user, "id"))],
            name=content.person_name(user),
            username=line(user, "username", limit=64),
            lang=line(user, "language_code", limit=12),
        )

    def _extra(self, message):
        found = []
        start = re.fullmatch(r"/start\s+(\S{1,64})", text(message, "text"))
        if start:
            found.append(("start", start[1]))
        if forwarded := content.origin(message):
            found.append(("forwarded_from", forwarded))
        return found

    # --- out ---

    def register(self, settings, hook_url):
        yield from self._call(
            settings,
            "setWebhook",
            {
                "url": hook_url,
                "secret_token": settings.require("webhook_secret"),
                "allowed_updates": WANTED,
            },
        )
        name = yield from self._bot_name(settings)
        return speech._("%(name)s sends its messages here.", name=name)

    def check(self, settings):
        name = yield from self._bot_name(settings)
        hook = yield from self._call(settings, "getWebhookInfo", {})
        if not text(hook, "url"):
            return speech._(
                "%(name)s answers, but is not connected yet: press Connect.", name=name
            )
        if error := line(hook, "last_error_message"):
            return speech._(
                "%(name)s answers. The last delivery failed: %(error)s",
                name=name,
                error=error,
            )
        return speech._("%(name)s answers and sends its messages here.", name=name)

    def _bot_name(self, settings):
        bot = yield from self._call(settings, "getMe", {})
        return f"{content.person_name(bot)} (@{line(bot, 'username')})"

    def send_text(self, settings, thread, text, reply_to="", key=""):
        values = {**self._where(thread, reply_to), "text": text}
        sent = yield from self._call(settings, "sendMessage", values)
        return self._sent_id(thread, sent)

    def send_file(self, settings, thread, file, caption="", key=""):
        if len(file.content) > MAX_UPLOAD:
            raise SendError(
                speech._("Telegram takes files of up to 50 MB."), final=True
            )
        method, field = UPLOADS.get(file.mimetype, ("sendDocument", "document"))
        if method == "sendPhoto" and len(file.content) > MAX_PHOTO:
            method, field = "sendDocument", "document"
        values = self._where(thread)
        if caption and len(caption) <= MAX_CAPTION:
            values["caption"] = caption
        files = [(field, file.name, file.content, file.mimetype)]
        sent = yield from self._call(settings, method, values, files)
        if caption and "caption" not in values:
            for piece in self.pieces(caption):
                yield from self.send_text(settings, thread, piece)
        return self._sent_id(thread, sent)

    def fetch(self, settings, ref):
        found = yield from self._call(settings, "getFile", {"file_id": ref})
        path = text(found, "file_path")
        if not path or ".." in path.split("/"):
            raise SendError(speech._("Telegram no longer has this file."), final=True)
        token = settings.require("bot_token")
        base = self.base_url(settings)
        url = f"{base}/file/bot{quote(token, safe=':')}/{quote(path)}"
        return (yield from download(url, [base]))

    def _where(self, thread, reply_to=""):
        chat, _slash, connection = thread.partition("/")
        values = {"chat_id": chat}
        if connection:
            values["business_connection_id"] = connection
        message_id = reply_to.rpartition(":")[2]
        if message_id.isascii() and message_id.isdecimal():
            values["reply_parameters"] = {
                "message_id": int(message_id),
                "allow_sending_without_reply": True,
            }
        return values

    def _sent_id(self, thread, sent):
        return make_id(thread.partition("/")[0], text(sent, "message_id")) or ""

    def _call(self, settings, method, values, files=()):
        token = settings.require("bot_token")
        url = f"{self.base_url(settings)}/bot{quote(token, safe=':')}/{method}"
        if files:
            answer = yield HttpCall("POST", url, data=values, files=list(files))
        else:
            answer = yield HttpCall("POST", url, json=values)
        if answer.json.get("ok") is True:
            return answer.json.get("result")
        said = line(answer.json, "description", limit=500)
        code = number(answer.json, "error_code") or answer.status
        wait = number(answer.json, "parameters", "retry_after")
        raise SendError(
            speech._(
                "Telegram: %(said)s",
                said=said
                or speech._(
                    "no answer that can be read (%(status)s)", status=answer.status
                ),
            ),
            final=400 <= code < 500 and code not in (408, 429),
            retry_after=wait if wait is not None else retry_after(answer),
            uncertain=answer.status >= 500,
        )

    def sample(self, settings, number):
        user = {"id": number, "is_bot": False, "first_name": "Test"}
        update = {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": 1700000000,
                "from": user,
                "chat": {"id": number, "type": "private", "first_name": "Test"},
                "text": "Test",
            },
        }
        headers = {
            "Content-Type": "application/json",
            SECRET_HEADER: settings["webhook_secret"],
        }
        return Request("POST", "", headers, json.dumps(update).encode())
