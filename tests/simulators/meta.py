"""Meta's Graph API and webhooks: WhatsApp, Messenger and Instagram."""

import hashlib
import hmac
import json
import re
import time
from urllib.parse import urlencode

from .base import Simulator

MEDIA = ("image", "video", "audio", "document", "sticker")


class Meta(Simulator):
    secret = "simulated-app-secret"
    token = "EAAsimulated"
    object_name = ""
    account = "102290129340398"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.verify_token = ""
        self.sent = []
        # What is reported of itself after a message was sent.
        self.states = []

    def settings(self):
        return {
            "app_secret": self.secret,
            "access_token": self.token,
            "api_url": self.url,
            "media_url": self.url,
        }

    def set_states(self, *states):
        self.states = list(states)

    def set_verify_token(self, token):
        self.verify_token = token

    def sign(self, method, url, body):
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}"}

    def handshake(self, token=None, url=None):
        """Ask the hook whether it is ours; true when it repeats the challenge."""
        challenge = str(self.number() * 7919)
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": self.verify_token if token is None else token,
        }
        found = self.ask("GET", f"{url or self.hook_url}?{urlencode(query)}")
        return found.status == 200 and found.body == challenge

    def entries(self, *entries):
        return self.post({"object": self.object_name, "entry": list(entries)})

    # --- the Graph API ---

    def answer(self, received):
        if received.path.startswith("/media/"):
            return self._media(received)
        match = re.fullmatch(r"/v\d+\.\d+/(.+)", received.path)
        token = received.header("Authorization").removeprefix("Bearer ")
        if not match:
            return self.error(2500, "Unknown path components")
        if token not in (self.token, f"77|{self.secret}"):
            return self.error(190, "Invalid OAuth access token", 401)
        return self.graph(received, match[1])

    def graph(self, received, path):
        raise NotImplementedError

    def error(self, code, message, status=400, **values):
        body = {"message": message, "type": "OAuthException", "code": code, **values}
        return status, {"error": body}

    def _media(self, received):
        name = received.path.rpartition("/")[2]
        if name not in self.files:
            return 404, b"", {}
        content, mimetype = self.files[name]
        return 200, content, {"Content-Type": mimetype}


class WhatsApp(Meta):
    kind = "whatsapp"
    object_name = "whatsapp_business_account"
    number_id = "106540352242922"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.window_closed = False

    def settings(self):
        return {**super().settings(), "phone_number_id": self.number_id}

    def close_window(self, closed=True):
        self.window_closed = closed

    def change(self, **value):
        metadata = {
            "display_phone_number": "15550783881",
            "phone_number_id": self.number_id,
        }
        value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        change = {"field": "messages", "value": value}
        return self.entries({"id": self.account, "changes": [change]})

    def message(self, text="", sender="358401234567", name="Aino", **content):
        """A message; without a `sender` the person hides the number."""
        message = {"id": f"wamid.IN{self.number()}", "timestamp": str(int(time.time()))}
        card = {"profile": {"name": name}, "user_id": "FI.13491208655302741918"}
        message["from_user_id"] = card["user_id"]
        if sender:
            message["from"] = card["wa_id"] = sender
        if text:
            content |= {"type": "text", "text": {"body": text}}
        return self.change(contacts=[card], messages=[{**message, **content}])

    def photo(self, content="JPEG", caption="", **values):
        name = self.keep_file(content.encode(), "image/jpeg", str(self.number()))
        image = {"id": name, "mime_type": "image/jpeg", "caption": caption}
        return self.message(type="image", image=image, **values)

    def report(self, message_id, state, recipient="358401234567", errors=None):
        status = {
            "id": message_id,
            "status": state,
            "timestamp": str(int(time.time())),
            "recipient_id": recipient,
        }
        if errors:
            status["errors"] = errors
        return self.change(statuses=[status])

    def graph(self, received, path):
        if path == f"{self.number_id}/messages":
            return self._send(received.json)
        if path == f"{self.number_id}/media":
            _name, mimetype, content = received.files["file"]
            name = self.keep_file(content, mimetype, str(self.number()))
            return 200, {"id": name}
        if path == self.number_id:
            return 200, {
                "verified_name": "Shop",
                "display_phone_number": "+1 555-078-3881",
                "id": path,
            }
        if path in self.files:
            place = {"url": f"{self.url}/media/{path}", "id": path}
            return 200, {**place, "mime_type": self.files[path][1]}
        return self.error(100, "Unsupported get request", error_subcode=33)

    def _media(self, received):
        if received.header("Authorization") != f"Bearer {self.token}":
            return 401, b"", {}
        return super()._media(received)

    def _send(self, values):
        kind, receiver = values.get("type"), values.get("to") or values.get("recipient")
        if values.get("messaging_product") != "whatsapp" or not receiver:
            return self.error(100, "Invalid parameter")
        if kind in MEDIA and values[kind]["id"] not in self.files:
            return self.error(131053, "Media upload error")
        if self.window_closed:
            details = "More than 24 hours have passed since the customer last replied."
            return self.error(
                131047, "Re-engagement message", error_data={"details": details}
            )
        self.sent.append(values)
        message_id = f"wamid.OUT{self.number()}"
        for state in self.states:
            self.later(self.report, message_id, state, receiver)
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": receiver, "wa_id": receiver}],
            "messages": [{"id": message_id}],
        }


class Messenger(Meta):
    kind = "messenger"
    object_name = "page"
    account = "PAGE_ID"
    person = {"first_name": "Aino", "last_name": "Virtanen", "name": "Aino Virtanen"}

    def event(self, sender="PSID", **content):
        event = {
            "sender": {"id": sender},
            "recipient": {"id": self.account},
            "timestamp": int(time.time() * 1000),
            **content,
        }
        return self.entries({"id": self.account, "time": 1, "messaging": [event]})

    def message(self, text="", sender="PSID", **content):
        message = {"mid": f"m_{self.number()}", **content}
        if text:
            message["text"] = text
        return self.event(sender, message=message)

    def photo(self, content="JPEG", sender="PSID"):
        name = self.keep_file(content.encode(), "image/jpeg", f"f{self.number()}")
        payload = {"url": f"{self.url}/media/{name}"}
        return self.message(
            sender=sender, attachments=[{"type": "image", "payload": payload}]
        )

    def report(self, message_id, state, sender="PSID"):
        now = int(time.time() * 1000)
        if state == "delivered":
            return self.event(sender, delivery={"mids": [message_id], "watermark": now})
        return self.event(sender, read={"watermark": now})

    def graph(self, received, path):
        if path == "me/messages":
            return self._send(received)
        if path == "77/subscriptions":
            self.verify_token = received.form["verify_token"]
            self.hook_url = received.form["callback_url"]
            if not self.handshake():
                return self.error(2200, "(#2200) Callback verification failed")
            return 200, {"success": True}
        if path == "me/subscribed_apps":
            return 200, {"success": True}
        if path == "me":
            return 200, {"id": self.account, "name": "Shop", "username": "shop"}
        return 200, {**self.person, "id": path}

    def _send(self, received):
        values = dict(received.json) or {
            name: json.loads(value) if value.startswith("{") else value
            for name, value in received.form.items()
        }
        receiver = values.get("recipient", {}).get("id")
        message = values.get("message", {})
        if not receiver or not (message.get("text") or received.files):
            return self.error(100, "(#100) Invalid parameter")
        self.sent.append({**values, "files": list(received.files.values())})
        message_id = f"m_out{self.number()}"
        for state in self.states:
            self.later(self.report, message_id, state, receiver)
        return 200, {"recipient_id": receiver, "message_id": message_id}


class Instagram(Messenger):
    kind = "instagram"
    object_name = "instagram"
    account = "17841400000000000"
    person = {"name": "Aino Virtanen", "username": "aino_v"}

    def report(self, message_id, state, sender="PSID"):
        return self.event(sender, read={"mid": message_id})
