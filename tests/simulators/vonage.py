"""Vonage: events with signed tokens, and its API."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .base import Simulator


def part(value):
    """A part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Vonage(Simulator):
    kind = "vonage"
    secret = "ZYcELDH2qLq0wMXbeY5gBZ8pAbCdEfGhIjKlMnOpQrStUvWx"
    application = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
    own_number = "358931580003"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.key = rsa.generate_private_key(65537, 2048)
        self.sent = []
        self.started = []

    def settings(self):
        pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return {
            "signature_secret": self.secret,
            "application_id": self.application,
            "private_key": pem.decode().replace("\n", " "),
            "number": self.own_number,
            "api_url": self.url,
        }

    def sign(self, method, url, body):
        claims = {
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
            "iss": "Vonage",
            "api_key": "abcdef01",
            "application_id": self.application,
        }
        if body:
            claims["payload_hash"] = hashlib.sha256(body).hexdigest()
        signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
        mac = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest()
        return {"Authorization": f"Bearer {signed}.{part(mac)}"}

    def question(self, conversation, caller="358401234567"):
        """Ask, as Vonage does with GET, what is to be done with a call."""
        query = {
            "to": self.own_number,
            "from": caller,
            "uuid": f"{conversation}-in",
            "conversation_uuid": conversation,
        }
        url = f"{self.hook_url}?{urlencode(query)}"
        return self.ask("GET", url, None, self.sign("GET", url, b""))

    def call(self, status, conversation, direction="inbound", **more):
        ends = {"from": "358401234567", "to": self.own_number}
        event = {
            **ends,
            "uuid": f"{conversation}-{direction}",
            "conversation_uuid": conversation,
            "status": status,
            "direction": direction,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            **more,
        }
        return self.post(event)

    def recording(self, conversation, content="ID3"):
        name = self.keep_file(content.encode(), "audio/mpeg", str(uuid.uuid4()))
        self.post(
            {
                "recording_url": f"{self.url}/v1/files/{name}",
                "recording_uuid": name,
                "conversation_uuid": conversation,
            }
        )
        return f"{self.url}/v1/files/{name}"

    def message(self, text, sender="358401234567"):
        return self.post(
            {
                "channel": "sms",
                "message_uuid": str(uuid.uuid4()),
                "to": self.own_number,
                "from": sender,
                "message_type": "text",
                "text": text,
            }
        )

    def report(self, message_id, state):
        return self.post(
            {"message_uuid": message_id, "status": state, "channel": "sms"}
        )

    def answer(self, received):
        token = received.header("Authorization").removeprefix("Bearer ")
        signed, _dot, signature = token.rpartition(".")
        try:
            self.key.public_key().verify(
                base64.urlsafe_b64decode(signature + "=="),
                signed.encode(),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except Exception:
            return 401, {
                "title": "Unauthorized",
                "detail": "You did not provide a key.",
            }
        if received.path == "/v1/messages":
            self.sent.append(received.json)
            return 202, {"message_uuid": str(uuid.uuid4())}
        if received.path == "/v1/calls" and received.method == "POST":
            self.started.append(received.json)
            ids = {
                "uuid": str(uuid.uuid4()),
                "conversation_uuid": f"CON-{uuid.uuid4()}",
            }
            return 201, {**ids, "status": "started"}
        if received.path == "/v1/calls":
            return 200, {"count": 0}
        name = received.path.removeprefix("/v1/files/")
        if name in self.files:
            return 200, self.files[name][0], {"Content-Type": "audio/mpeg"}
        return 404, {"title": "Not found", "detail": "No such file."}
