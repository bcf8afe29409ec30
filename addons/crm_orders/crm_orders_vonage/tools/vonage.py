"""Vonage: calls and text messages.

https://developer.vonage.com/en/voice/voice-api/webhook-reference
https://developer.vonage.com/en/getting-started/concepts/webhooks
"""

import hashlib
import json
import time
from urllib.parse import urlsplit

from odoo.addons.crm_orders_inbound.tools.calling import bearing
from odoo.addons.crm_orders_inbound.tools.channel import (
    Answer,
    Attachment,
    Call,
    Handle,
    Ignored,
    Message,
    Person,
    Refused,
    Request,
    Setting,
    Status,
    Unreadable,
)
from odoo.addons.crm_orders_inbound.tools.reading import (
    dig,
    iso_seconds,
    line,
    make_id,
    number,
    same,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from . import jwt
from .vonage_api import OWN_LEG, VonageApi, digits

speech = Speech(__name__)

# A token that is older may have been listened to and sent again.
TOLERANCE = 300
CALL_STATES = {
    "started": "ringing",
    "ringing": "ringing",
    "answered": "answered",
    "human": "answered",
    "completed": "ended",
    "busy": "missed",
    "cancelled": "missed",
    "disconnected": "ended",
    "rejected": "missed",
    "timeout": "missed",
    "unanswered": "missed",
    "failed": "failed",
}
SMS_STATES = {
    "submitted": "sent",
    "delivered": "delivered",
    "read": "read",
    "rejected": "failed",
    "undeliverable": "failed",
}
FILES = ("image", "audio", "video", "file", "vcard")
RING_SECONDS = 30
MAX_VOICEMAIL = 180
# Mark on the address that messages of callers come to.
RECORDED = "recorded"


class Vonage(VonageApi):
    """Numbers that people call and send text messages to."""

    kind = "vonage"
    max_text = 1000
    settings = (
        Setting(
            "signature_secret",
            "Signature Secret",
            "In Vonage's dashboard under API Settings.",
            secret=True,
        ),
        Setting("application_id", "Application Id", "Under Applications."),
        Setting(
            "private_key",
            "Private Key",
            "Made with the application. Needed to send, and to fetch recordings.",
            secret=True,
            required=False,
        ),
        Setting("number", "Number", "Such as 358401234567.", required=False),
        Setting(
            "forward_to",
            "Ring This Number",
            "Leave it empty when Vonage is told elsewhere what to do with calls.",
            required=False,
        ),
        Setting(
            "greeting",
            "Greeting",
            "Said when no number is to ring, before the caller may leave a message.",
            required=False,
        ),
        Setting(
            "language",
            "Language of the Greeting",
            required=False,
            default="fi-FI",
        ),
        Setting(
            "api_url",
            "Address of the API",
            required=False,
            default="https://api.nexmo.com",
            advanced=True,
        ),
    )

    # --- in ---

    def verify(self, request, settings):
        scheme, _space, token = request.header("Authorization").strip().partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(401, "unsigned", speech._("Vonage's token is missing."))
        try:
            claims = jwt.read(token.strip(), settings.accepted("signature_secret"))
        except jwt.BadToken as error:
            raise Refused(
                403,
                "wrong_signature",
                speech._("Vonage's token is wrong. %(error)s", error=error),
            ) from None
        self._check_time(claims, request.received)
        self._check_body(claims, request.body)
        application = text(claims, "application_id")
        if application and settings["application_id"] not in ("", application):
            raise Refused(
                403, "wrong_application", speech._("It is for another application.")
            )

    def _check_time(self, claims, now):
        made, ends = number(claims, "iat"), number(claims, "exp")
        if made is None or abs(now - made) > TOLERANCE:
            raise Refused(
                403, "too_old", speech._("Vonage's token was not made just now.")
            )
        if "exp" in claims and (ends is None or ends < now):
            raise Refused(403, "too_old", speech._("Vonage's token has ended."))
        starts = number(claims, "nbf")
        if "nbf" in claims and (starts is None or starts > now + TOLERANCE):
            raise Refused(
                403, "too_early", speech._("Vonage's token does not count yet.")
            )

    def _check_body(self, claims, body):
        given = text(claims, "payload_hash").lower()
        if not given and not body:
            return
        if not same(given, hashlib.sha256(body).hexdigest()):
            raise Refused(403, "wrong_body", speech._("Vonage signed another body."))

    def _event(self, request):
        """Fields of an event, which come as JSON or, when asked for, in the address."""
        return request.json if request.body else request.query

    def split(self, request):
        event = self._event(request)
        if message := text(event, "message_uuid"):
            if "status" in event and "message_type" not in event:
                return [make_id("status", message, text(event, "status"))]
            return [make_id("message", message)]
        if recording := text(event, "recording_uuid"):
            return [make_id("recording", recording)]
        state = text(event, "status") or "answer"
        leg = text(event, "uuid") or text(event, "conversation_uuid")
        if not leg:
            raise Unreadable(speech._("There is neither a call nor a message in it."))
        return [make_id("call", leg, state)]

    def read(self, request, index, settings):
        event = self._event(request)
        if index != 0:
            raise Unreadable(speech._("A request holds one thing."))
        if text(event, "message_uuid"):
            return self._read_message(event)
        call = Call(
            external_id=text(event, "conversation_uuid") or text(event, "uuid"),
            direction="",
            state="",
            occurred=iso_seconds(event, "timestamp"),
        )
        if not call.external_id:
            raise Unreadable(speech._("There is neither a call nor a message in it."))
        if url := text(event, "recording_url"):
            call.recording = url
            call.state = "missed" if request.query.get("step") == RECORDED else ""
            return call
        found = self._read_call(event, call, settings)
        if found is call and request.query.get("step") == OWN_LEG:
            self._read_own_leg(call)
        return found

    def _read_own_leg(self, call):
        """Our person's telephone, which rings before the customer's does.

        That our person picks it up is no answer yet, and how long it was in use is not
        how long they spoke.
        """
        call.direction, call.agent = "out", call.agent or call.callee
        call.caller = call.callee = ""
        call.answered = call.duration = None
        states = {"answered": "ringing", "missed": "failed"}
        call.state = states.get(call.state, call.state)

    def _read_message(self, event):
        message_id = text(event, "message_uuid")
        if "status" in event and "message_type" not in event:
            state = SMS_STATES.get(text(event, "status"))
            if not state:
                return Ignored(
                    speech._("A message is %(status)s.", status=line(event, "status"))
                )
            error = line(event, "error", "detail") or line(event, "error", "title")
            return Status(
                state,
                [message_id],
                error=error if state == "failed" else "",
                occurred=iso_seconds(event, "timestamp"),
            )
        sender = text(event, "from") or text(event, "from", "number")
        receiver = text(event, "to") or text(event, "to", "number")
        if not sender:
            raise Unreadable(speech._("The message does not say who sent it."))
        channel = text(event, "channel") or "sms"
        handles = []
        if _plus(sender) != sender or sender.startswith("+"):
            handles.append(Handle("phone", _plus(sender)))
        if channel == "whatsapp":
            handles.insert(0, Handle("whatsapp", sender))
        if not handles:
            return Ignored(
                speech._(
                    "A message of another channel: %(channel)s", channel=line(channel)
                )
            )
        kind = text(event, "message_type")
        file = dig(event, kind) if kind in FILES else None
        found = Message(
            external_id=message_id,
            person=Person(handles, name=line(event, "profile", "name")),
            thread=f"{channel}/{receiver}/{sender}",
            text=text(event, "text") or text(file, "caption"),
            occurred=iso_seconds(event, "timestamp"),
            reply_to=text(event, "context", "message_uuid"),
        )
        if url := text(file, "url"):
            name = line(file, "name") or line(_file_name(url)) or "file"
            found.attachments.append(Attachment(url, name))
        if not found.text and not found.attachments:
            found.text = speech._(
                "(A message of a kind that cannot be shown: %(kind)s)", kind=line(kind)
            )
        return found

    def _read_call(self, event, call, settings):
        status = text(event, "status")
        direction = text(event, "direction")
        call.caller, call.callee = _plus(text(event, "from")), _plus(text(event, "to"))
        if not status:
            # The question what to do with a call; only calls to us are asked about.
            call.direction, call.state = "in", "ringing"
            return call
        if status not in CALL_STATES:
            return Ignored(
                speech._(
                    "A report that changes nothing: %(status)s", status=line(status)
                )
            )
        call.direction = {"inbound": "in", "outbound": "out"}.get(direction, "")
        call.state = CALL_STATES[status]
        # Vonage itself answers, to ring our people or to take a message. How long that
        # took is not how long anybody spoke.
        by_vonage = direction == "inbound" and bool(
            _target(settings) or settings["greeting"]
        )
        if by_vonage and status == "answered":
            call.state = "ringing"
        if direction == "outbound" and call.callee == _plus(_target(settings)):
            # The telephone that rings for a call to us. Its reports may seem older than
            # the question what to do, as no two clocks agree.
            call.direction, call.agent = "in", call.callee
            call.caller = call.callee = ""
        if call.state == "answered":
            call.answered = iso_seconds(event, "timestamp")
        duration = None if by_vonage else number(event, "duration")
        call.duration = int(duration) if duration is not None else None
        call.started = iso_seconds(event, "start_time")
        call.ended = iso_seconds(event, "end_time")
        return call

    def answer(self, request, settings):
        """Vonage asks what to do with a call; all else needs no answer."""
        try:
            event = self._event(request)
        except Unreadable:
            return Answer()
        is_question = (
            text(event, "uuid")
            and text(event, "to")
            and not any(
                name in event for name in ("status", "recording_url", "message_uuid")
            )
        )
        if not is_question:
            return Answer()
        actions = self._actions(event, settings, request.url.partition("?")[0])
        return Answer(200, json.dumps(actions), "application/json")

    def _actions(self, event, settings, here):
        if target := _target(settings):
            return [
                {
                    "action": "connect",
                    "from": text(event, "to"),
                    "timeout": RING_SECONDS,
                    "eventUrl": [here],
                    "endpoint": [{"type": "phone", "number": target}],
                }
            ]
        if settings["greeting"]:
            return [
                {
                    "action": "talk",
                    "text": settings["greeting"],
                    "language": settings["language"] or "fi-FI",
                },
                {
                    "action": "record",
                    "beepStart": True,
                    "timeOut": MAX_VOICEMAIL,
                    "eventUrl": [f"{here}?step={RECORDED}"],
                },
            ]
        return []

    def sample(self, settings, number):
        event = {
            "channel": "sms",
            "message_uuid": f"test{number}",
            "from": "358401234567",
            "to": digits(settings["number"]),
            "message_type": "text",
            "text": "Test",
        }
        body = json.dumps(event).encode()
        claims = {
            "iat": int(time.time()),
            "payload_hash": hashlib.sha256(body).hexdigest(),
        }
        token = jwt.make(claims, settings["signature_secret"])
        headers = {"Content-Type": "application/json", **bearing(token)}
        return Request("POST", "", headers, body)


def _file_name(url):
    """Name of a file at an address; empty for what is no address."""
    try:
        return urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        return ""


def _plus(number):
    """Vonage writes numbers without the plus that makes them international."""
    return f"+{number}" if number.isascii() and number.isdecimal() else number


def _target(settings):
    """The number that rings for calls to us, in digits."""
    return digits(settings["forward_to"])
