"""Telnyx: signed events of calls and messages, and its API."""

import base64
import time
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .base import Simulator


class Telnyx(Simulator):
    kind = "telnyx"
    token = "KEYsimulated"
    own_number = "+358931580002"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.key = Ed25519PrivateKey.generate()
        self.sent = []

    def settings(self):
        public = self.key.public_key().public_bytes_raw()
        return {
            "public_key": base64.b64encode(public).decode(),
            "api_key": self.token,
            "number": self.own_number,
            "api_url": self.url,
        }

    def sign(self, method, url, body):
        stamp = str(int(time.time()))
        signed = self.key.sign(stamp.encode() + b"|" + body)
        return {
            "telnyx-signature-ed25519": base64.b64encode(signed).decode(),
            "telnyx-timestamp": stamp,
        }

    def event(self, kind, payload, event_id=None, at=None):
        """Tell of something that was just now, or at a time in seconds since 1970."""
        moment = time.gmtime(at)
        data = {
            "event_type": kind,
            "id": event_id or str(uuid.uuid4()),
            "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", moment),
            "payload": payload,
            "record_type": "event",
        }
        return self.post({"data": data, "meta": {"attempt": 1}})

    def call(
        self,
        kind,
        session,
        direction="incoming",
        other="+358401234567",
        event_id=None,
        at=None,
        **more,
    ):
        ends = [other, self.own_number]
        if direction == "outgoing":
            ends.reverse()
        payload = {
            "call_control_id": f"v2:{session}",
            "call_leg_id": session,
            "call_session_id": session,
            "direction": direction,
            "from": ends[0],
            "to": ends[1],
            **more,
        }
        return self.event(kind, payload, event_id, at)

    def recording(self, session, content="ID3"):
        name = self.keep_file(content.encode(), "audio/mpeg", str(uuid.uuid4()))
        self.call("call.recording.saved", session, recording_id=name)
        return name

    def message(self, text, sender="+358401234567"):
        payload = {
            "id": str(uuid.uuid4()),
            "direction": "inbound",
            "type": "SMS",
            "from": {"phone_number": sender},
            "to": [{"phone_number": self.own_number, "status": "webhook_delivered"}],
            "text": text,
            "media": [],
        }
        return self.event("message.received", payload)

    def report(self, message_id, state, errors=()):
        payload = {"id": message_id, "to": [{"status": state}], "errors": list(errors)}
        return self.event("message.finalized", payload)

    def answer(self, received):
        if received.path.startswith("/files/"):
            content, mimetype = self.files[received.path.rpartition("/")[2]]
            return 200, content, {"Content-Type": mimetype}
        if received.header("Authorization") != f"Bearer {self.token}":
            error = {"code": "10009", "title": "Authentication failed"}
            return 401, {"errors": [error]}
        if received.path == "/v2/messages":
            self.sent.append(received.json)
            return 200, {"data": {"id": str(uuid.uuid4())}}
        if received.path == "/v2/phone_numbers":
            return 200, {"data": [{"phone_number": self.own_number}]}
        name = received.path.removeprefix("/v2/recordings/")
        if name in self.files:
            url = f"{self.url}/files/{name}"
            return 200, {"data": {"id": name, "download_urls": {"mp3": url}}}
        return 404, {"errors": [{"code": "10005", "title": "Resource not found"}]}
