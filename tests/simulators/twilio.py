"""Twilio: numbers that are called, and its API."""

import base64
import hashlib
import hmac
import re
from email.utils import formatdate
from urllib.parse import parse_qsl, urlencode, urljoin
from xml.etree import ElementTree

from .base import Simulator


class Twilio(Simulator):
    kind = "twilio"
    account = "AC00000000000000000000000000000001"
    token = "simulated-auth-token"
    own_number = "+358931580001"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.sent = []
        self.started = []
        self.hooks = {}

    def settings(self):
        return {
            "account_sid": self.account,
            "auth_token": self.token,
            "number": self.own_number,
            "api_url": self.url,
        }

    def sign(self, method, url, body):
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        content = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
        digest = hmac.new(self.token.encode(), content.encode(), hashlib.sha1).digest()
        return {"X-Twilio-Signature": base64.b64encode(digest).decode()}

    def form(self, fields, url=None):
        """Post form fields; what comes back is TwiML."""
        fields = {"AccountSid": self.account, "ApiVersion": "2010-04-01", **fields}
        body = urlencode(fields).encode()
        return self.post(body, "application/x-www-form-urlencoded", url)

    # --- calls ---

    def call_in(self, caller="+358401234567", sid=None):
        """Somebody calls; returns the id of the call and what is to be done."""
        sid = sid or f"CA{self.number():032x}"
        found = self.form(self._call(sid, caller, "ringing"))
        return {"sid": sid, "twiml": found.body, "status": found.status}

    def _call(self, sid, caller, status, **more):
        return {
            "CallSid": sid,
            "From": caller,
            "To": self.own_number,
            "CallStatus": status,
            "Direction": "inbound",
            **more,
        }

    def dialled(self, call, outcome, agent="", caller="+358401234567"):
        """What became of the telephones that rang; returns what is to be done next."""
        dial = ElementTree.fromstring(call["twiml"]).find("Dial")
        sid = call["sid"]
        if outcome == "completed":
            number = dial.find("Number")
            leg = self._call(f"{sid}x", caller, "in-progress", **self._progress())
            leg |= {"ParentCallSid": sid, "To": agent or number.text}
            leg["Direction"] = "outbound-dial"
            self.form(leg, urljoin(self.hook_url, number.get("statusCallback")))
        fields = self._call(sid, caller, "in-progress", DialCallStatus=outcome)
        return self.form(fields, urljoin(self.hook_url, dial.get("action")))

    def over(self, sid, status="completed", duration=0, caller="+358401234567"):
        fields = self._call(sid, caller, status, CallDuration=str(duration))
        return self.form({**fields, **self._progress()})

    def voicemail(self, sid, twiml, content="ID3", caller="+358401234567"):
        """The caller leaves a message."""
        record = ElementTree.fromstring(twiml).find("Record")
        name = self.keep_file(content.encode(), "audio/mpeg", f"RE{self.number():032x}")
        fields = self._call(sid, caller, "completed", RecordingSid=name)
        return self.form(fields, urljoin(self.hook_url, record.get("action")))

    def recording(self, sid, content="ID3"):
        name = self.keep_file(content.encode(), "audio/mpeg", f"RE{self.number():032x}")
        self.form(
            {"CallSid": sid, "RecordingSid": name, "RecordingStatus": "completed"}
        )
        return name

    def _progress(self):
        return {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": "0",
            "Timestamp": formatdate(),
        }

    # --- text messages ---

    def message(self, text, sender="+358401234567", sid=None):
        sid = sid or f"SM{self.number():032x}"
        return self.form(
            {
                "MessageSid": sid,
                "SmsStatus": "received",
                "From": sender,
                "To": self.own_number,
                "Body": text,
                "NumMedia": "0",
            }
        )

    def report(self, sid, state):
        return self.form({"MessageSid": sid, "SmsSid": sid, "MessageStatus": state})

    # --- the API ---

    def answer(self, received):
        pair = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if received.header("Authorization") != f"Basic {pair}":
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        base = f"/2010-04-01/Accounts/{self.account}"
        path = received.path.removeprefix(base)
        if match := re.fullmatch(r"/Recordings/(\w+)\.mp3", path):
            if match[1] not in self.files:
                return 404, {"code": 20404, "message": "Not found"}
            return 200, self.files[match[1]][0], {"Content-Type": "audio/mpeg"}
        if path == "/Messages.json":
            self.sent.append(received.form)
            return 201, {"sid": f"SM{self.number():032x}", "status": "queued"}
        if path == "/Calls.json":
            self.started.append(received.form)
            return 201, {"sid": f"CA{self.number():032x}", "status": "queued"}
        if path == "/IncomingPhoneNumbers.json":
            known = received.query.get("PhoneNumber") == self.own_number
            numbers = [{"sid": "PN1", "phone_number": self.own_number}] if known else []
            return 200, {"incoming_phone_numbers": numbers}
        if path == "/IncomingPhoneNumbers/PN1.json":
            self.hooks = received.form
            self.hook_url = received.form.get("StatusCallback", self.hook_url)
            return 200, {"sid": "PN1"}
        if path == ".json":
            return 200, {"friendly_name": "Shop", "status": "active"}
        return 404, {"code": 20404, "message": "The requested resource was not found"}
