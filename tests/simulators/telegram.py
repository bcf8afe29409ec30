"""Telegram's servers, as a bot sees them."""

import json
import re
import time

from .base import Simulator

USER = {
    "id": 1111111,
    "is_bot": False,
    "first_name": "Aino",
    "last_name": "Virtanen",
    "username": "aino_v",
    "language_code": "fi",
}
SENDS = {
    "sendMessage": None,
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendAudio": "audio",
    "sendVoice": "voice",
}


class Telegram(Simulator):
    kind = "telegram"
    token = "123456:simulated-bot-token"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.secret = ""
        self.last_error = ""
        self.sent = []

    def settings(self):
        return {"bot_token": self.token, "api_url": self.url}

    # --- updates ---

    def sign(self, method, url, body):
        return {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}

    def update(self, **content):
        """Send an update, and carry out what the answer asks for."""
        found = self.post({"update_id": 900000 + self.number(), **content})
        self.last_error = (
            "" if found.status == 200 else f"Wrong response: {found.status}"
        )
        if found.body.startswith("{"):
            asked = json.loads(found.body)
            self.sent.append((asked.pop("method"), asked))
        return found

    def message(self, text="", user=None, kind="message", **content):
        return self.update(**{kind: self.make_message(text, user, **content)})

    def make_message(self, text="", user=None, **content):
        user = {**USER, **(user or {})}
        chat = {key: val for key, val in user.items() if key not in ("is_bot",)}
        chat.pop("language_code", None)
        found = {
            "message_id": self.number(),
            "from": user,
            "chat": {**chat, "type": "private"},
            "date": int(time.time()),
            **content,
        }
        if text:
            found["text"] = text
        return found

    def contact(self, phone, user_id=None, user=None):
        card = {"phone_number": phone, "first_name": "Aino"}
        if user_id:
            card["user_id"] = user_id
        return self.message(user=user, contact=card)

    def photo(self, content="JPEG", caption="", user=None):
        name = self.keep_file(content.encode(), "image/jpeg", f"p{self.number()}")
        size = {"file_id": name, "width": 800, "height": 600, "file_size": len(content)}
        return self.message(user=user, photo=[size], caption=caption)

    def press(self, data, label, user=None):
        user = {**USER, **(user or {})}
        keyboard = {"inline_keyboard": [[{"text": label, "callback_data": data}]]}
        message = self.make_message("?", user, reply_markup=keyboard)
        query = {"id": str(self.number()), "from": user, "data": data}
        return self.update(callback_query={**query, "message": message})

    def get_sent(self):
        """`(method, values)` of all that the shop has sent."""
        return self.sent

    # --- the Bot API ---

    def answer(self, received):
        match = re.fullmatch(r"/(file/)?bot([^/]+)/(.+)", received.path)
        if not match or match[2] != self.token:
            return self._error(401, "Unauthorized")
        if match[1]:
            content, mimetype = self.files[match[3].rpartition("/")[2]]
            return 200, content, {"Content-Type": mimetype}
        values = {**received.json, **received.form}
        method = match[3]
        if method in SENDS:
            return self._send(method, values, received)
        handler = {
            "getMe": self._get_me,
            "setWebhook": self._set_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "getFile": self._get_file,
        }.get(method)
        return handler(values) if handler else self._error(404, "Not Found")

    def _error(self, code, description, **values):
        body = {"ok": False, "error_code": code, "description": description}
        return code, {**body, **values}

    def _ok(self, result):
        return 200, {"ok": True, "result": result}

    def _get_me(self, values):
        bot = {
            "id": 123456,
            "is_bot": True,
            "first_name": "Shop",
            "username": "shop_bot",
        }
        return self._ok(bot)

    def _set_webhook(self, values):
        secret = values.get("secret_token", "")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            return self._error(
                400, "Bad Request: secret token contains illegal symbols"
            )
        self.hook_url, self.secret = values["url"], secret
        return self._ok(True)

    def _get_webhook_info(self, values):
        found = {"url": self.hook_url, "pending_update_count": 0}
        if self.last_error:
            found["last_error_message"] = self.last_error
        return self._ok(found)

    def _get_file(self, values):
        name = values.get("file_id")
        if name not in self.files:
            return self._error(400, "Bad Request: invalid file_id")
        return self._ok({"file_id": name, "file_path": f"photos/{name}"})

    def _send(self, method, values, received):
        if SENDS[method] and SENDS[method] not in received.files:
            return self._error(400, "Bad Request: there is no file in the request")
        if method == "sendMessage" and not 0 < len(values.get("text", "")) <= 4096:
            return self._error(400, "Bad Request: message is too long")
        if not str(values.get("chat_id", "")).lstrip("-").isdigit():
            return self._error(400, "Bad Request: chat not found")
        self.sent.append((method, values))
        message = {"message_id": self.number(), "date": int(time.time())}
        return self._ok({**message, "chat": {"id": int(values["chat_id"])}})
