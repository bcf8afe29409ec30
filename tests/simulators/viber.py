"""Viber's bot platform."""

import hashlib
import hmac
import json
import time

from .base import Simulator

USER = {
    "id": "01234567890A=",
    "name": "Aino Virtanen",
    "language": "fi",
    "country": "FI",
}


class Viber(Simulator):
    kind = "viber"
    token = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.sent = []
        self.states = []

    def settings(self):
        return {
            "auth_token": self.token,
            "sender_name": "Shop",
            "api_url": self.url,
            "media_url": self.url,
        }

    def set_states(self, *states):
        self.states = list(states)

    def sign(self, method, url, body):
        digest = hmac.new(self.token.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Viber-Content-Signature": digest}

    def event(self, kind, token=None, **content):
        return self.post(
            {
                "event": kind,
                "timestamp": int(time.time() * 1000),
                "message_token": token or 4912661846655230000 + self.number(),
                **content,
            }
        )

    def message(self, text="", sender=None, **content):
        message = {"type": "text", "text": text, **content}
        return self.event("message", sender={**USER, **(sender or {})}, message=message)

    def photo(self, content="JPEG", caption=""):
        name = self.keep_file(content.encode(), "image/jpeg", f"f{self.number()}.jpg")
        return self.message(caption, type="picture", media=f"{self.url}/files/{name}")

    def start(self, context=""):
        return self.event("conversation_started", user=USER, context=context)

    def report(self, token, state, user=USER["id"]):
        extra = {"desc": "The telephone is too old."} if state == "failed" else {}
        return self.event(state, token, user_id=user, **extra)

    def answer(self, received):
        if received.path.startswith("/files/"):
            content, mimetype = self.files[received.path.rpartition("/")[2]]
            return 200, content, {"Content-Type": mimetype}
        if received.header("X-Viber-Auth-Token") != self.token:
            return 200, {"status": 2, "status_message": "invalidAuthToken"}
        if received.path == "/pa/set_webhook":
            return self._set_webhook(received.json)
        if received.path == "/pa/get_account_info":
            account = {"id": "pa:75346594275468546724", "name": "Shop"}
            return self._ok(**account, webhook=self.hook_url)
        if received.path == "/pa/send_message":
            return self._send(received.json)
        return 404, {}

    def _ok(self, **values):
        return 200, {"status": 0, "status_message": "ok", **values}

    def _set_webhook(self, values):
        body = json.dumps({"event": "webhook", "timestamp": 1, "message_token": 1})
        headers = self.sign("POST", values["url"], body.encode())
        found = self.ask("POST", values["url"], body.encode(), headers)
        if found.status != 200:
            return 200, {"status": 1, "status_message": "invalidUrl"}
        self.hook_url = values["url"]
        return self._ok(event_types=values.get("event_types", []))

    def _send(self, values):
        if not values.get("receiver") or not values.get("sender", {}).get("name"):
            return 200, {"status": 4, "status_message": "missingData"}
        if values["receiver"] != USER["id"]:
            return 200, {"status": 6, "status_message": "receiverNotSubscribed"}
        self.sent.append(values)
        token = 5741311803571720000 + self.number()
        for state in self.states:
            self.later(self.report, token, state)
        return self._ok(message_token=token)
