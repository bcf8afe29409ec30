"""Telnyx: calls and text messages (https://developers.telnyx.com)."""

import base64
import binascii
import re
from urllib.parse import quote, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from odoo.addons.crm_orders_inbound.tools.calling import bearing, download, retry_after
from odoo.addons.crm_orders_inbound.tools.channel import (
    Attachment,
    Call,
    Channel,
    File,
    Handle,
    HttpCall,
    Ignored,
    Message,
    Person,
    Refused,
    SendError,
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
    rows,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)

SIGNATURE_HEADER = "Telnyx-Signature-Ed25519"
TIMESTAMP_HEADER = "Telnyx-Timestamp"
# Older ones may have been listened to and sent again.
TOLERANCE = 300
# Telnyx keeps recordings and pictures at Amazon.
MEDIA_DOMAINS = ("telnyx.com", "amazonaws.com")

DIRECTIONS = {"incoming": "in", "inbound": "in", "outgoing": "out", "outbound": "out"}
NOT_ANSWERED = {
    "call_rejected",
    "no_answer",
    "originator_cancel",
    "timeout",
    "time_limit_not_answered",
    "user_busy",
}
BROKEN = {
    "destination_out_of_order",
    "not_found",
    "unallocated_number",
    "unspecified",
}
SMS_STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "delivery_failed": "failed",
    "sending_failed": "failed",
    "expired": "failed",
}


class Telnyx(Channel):
    """Numbers that people call and send text messages to."""

    kind = "telnyx"
    max_text = 1600
    settings = (
        Setting(
            "public_key",
            "Public Key",
            "In Telnyx's portal under Account, Keys & Credentials, Public Key.",
        ),
        Setting("api_key", "API Key", "On the same page.", secret=True),
        Setting(
            "number",
            "Number",
            "Your number at Telnyx, such as +358401234567.",
            required=False,
        ),
        Setting(
            "api_url",
            "Address of the API",
            required=False,
            default="https://api.telnyx.com",
            advanced=True,
        ),
    )

    # --- in ---

    def verify(self, request, settings):
        given = request.header(SIGNATURE_HEADER)
        stamp = request.header(TIMESTAMP_HEADER).strip()
        if not given or not stamp:
            raise Refused(401, "unsigned", speech._("Telnyx's signature is missing."))
        if not re.fullmatch(r"[0-9]{1,12}", stamp):
            raise Refused(403, "wrong_signature", speech._("Telnyx's time is no time."))
        if abs(request.received - int(stamp)) > TOLERANCE:
            raise Refused(403, "too_old", speech._("Telnyx signed it too long ago."))
        signed = f"{stamp}|".encode() + request.body
        signature = _decoded(given.strip())
        keys = settings.accepted("public_key")
        if not any(_is_signed(_decoded(key), signature, signed) for key in keys):
            raise Refused(
                403, "wrong_signature", speech._("Telnyx's signature is wrong.")
            )

    def split(self, request):
        event = request.json.get("data")
        if not isinstance(event, dict):
            raise Unreadable(speech._("The request holds no event."))
        return [make_id("event", text(event, "id"))]

    def read(self, request, index, settings):
        event = request.json.get("data")
        if index != 0 or not isinstance(event, dict):
            raise Unreadable(speech._("The request holds no such event."))
        kind = text(event, "event_type").replace("call_", "call.", 1)
        payload = event.get("payload")
        if not isinstance(payload, dict):
            raise Unreadable(speech._("The event holds nothing."))
        occurred = iso_seconds(event, "occurred_at")
        if kind == "message.received":
            return self._read_message(payload)
        if kind in ("message.sent", "message.finalized"):
            return self._read_status(payload, occurred)
        if kind.startswith("call."):
            return self._read_call(kind, payload, occurred)
        return Ignored(
            speech._("An event of an unknown kind: %(kind)s", kind=line(kind, limit=64))
        )

    def _read_message(self, payload):
        sender = text(payload, "from", "phone_number")
        if not sender:
            raise Unreadable(speech._("The message does not say who sent it."))
        receiver = text(payload, "to", 0, "phone_number")
        return Message(
            external_id=text(payload, "id"),
            person=Person([Handle("phone", sender)]),
            thread=f"{receiver}/{sender}",
            text=text(payload, "text"),
            attachments=[
                Attachment(
                    text(media, "url"),
                    line(text(media, "url").rpartition("/")[2]) or "file",
                    line(media, "content_type"),
                    int(number(media, "size") or 0),
                )
                for media in rows(payload, "media")
                if text(media, "url")
            ],
            occurred=iso_seconds(payload, "received_at"),
        )

    def _read_status(self, payload, occurred):
        state = text(payload, "to", 0, "status")
        message_id = text(payload, "id")
        if not message_id:
            raise Unreadable(speech._("The event does not say of which message."))
        if state not in SMS_STATES:
            return Ignored(speech._("A text message is %(state)s.", state=line(state)))
        errors = [
            " ".join(filter(None, (line(error, "title"), line(error, "detail"))))
            for error in rows(payload, "errors")
        ]
        return Status(
            SMS_STATES[state], [message_id], error="; ".join(errors), occurred=occurred
        )

    def _read_call(self, kind, payload, occurred):
        session = text(payload, "call_session_id") or text(payload, "call_leg_id")
        session = session or text(payload, "call_control_id")
        if not session:
            raise Unreadable(speech._("The event does not say of which call."))
        call = Call(
            external_id=session,
            direction=DIRECTIONS.get(text(payload, "direction"), ""),
            state="",
            caller=text(payload, "from"),
            callee=text(payload, "to"),
            caller_name=line(payload, "caller_id_name"),
            started=iso_seconds(payload, "start_time"),
            occurred=occurred,
        )
        if kind == "call.initiated":
            call.state = "ringing"
        elif kind in ("call.answered", "call.bridged"):
            call.state, call.answered = "answered", occurred
        elif kind == "call.hangup":
            self._fill_end(call, payload, occurred)
        elif kind == "call.recording.saved":
            call.recording = text(payload, "recording_id") or f"session:{session}"
        else:
            return Ignored(
                speech._(
                    "A report that changes nothing: %(kind)s", kind=line(kind, limit=64)
                )
            )
        return call

    def _fill_end(self, call, payload, occurred):
        cause = text(payload, "hangup_cause").lower()
        call.state = "ended"
        if cause in NOT_ANSWERED:
            call.state = "missed"
        elif cause in BROKEN:
            call.state = "failed"
        call.ended = iso_seconds(payload, "end_time") or occurred

    # --- out ---

    def check(self, settings):
        found = yield from self._call_api(settings, "GET", "phone_numbers?page[size]=5")
        numbers = [line(item, "phone_number") for item in rows(found, "data")]
        return speech._(
            "Telnyx answers; numbers: %(numbers)s.",
            numbers=", ".join(filter(None, numbers)) or speech._("none"),
        )

    def send_text(self, settings, thread, text, reply_to="", key=""):
        sender, _slash, receiver = thread.partition("/")
        values = {
            "from": sender or settings.require("number"),
            "to": receiver,
            "text": text,
        }
        found = yield from self._call_api(settings, "POST", "messages", values)
        return dig(found, "data", "id") or ""

    def fetch(self, settings, ref):
        base = self.base_url(settings)
        headers = bearing(settings.require("api_key"))
        if ref.startswith(("https://", "http://")):
            return (yield from download(ref, [base], MEDIA_DOMAINS))
        # Addresses of recordings end after ten minutes, so a new one is asked for.
        if ref.startswith("session:"):
            query = urlencode({"filter[call_session_id]": ref.partition(":")[2]})
            found = yield from self._call_api(settings, "GET", f"recordings?{query}")
            found = dig(found, "data", 0)
        else:
            path = f"recordings/{quote(ref, safe='')}"
            found = yield from self._call_api(settings, "GET", path)
            found = dig(found, "data")
        urls = dig(found, "download_urls")
        url = text(urls, "mp3") or text(urls, "wav")
        if not url:
            raise SendError(speech._("Telnyx has no such recording yet."))
        file = yield from download(url, [base], MEDIA_DOMAINS, headers)
        mimetype = "audio/mpeg" if text(urls, "mp3") else "audio/wav"
        return File(file.name, mimetype, file.content)

    def _call_api(self, settings, method, path, values=None):
        answer = yield HttpCall(
            method,
            f"{self.base_url(settings)}/v2/{path}",
            headers=bearing(settings.require("api_key")),
            json=values,
        )
        if 200 <= answer.status < 300:
            return answer.json
        error = dig(answer.json, "errors", 0)
        said = line(error, "detail", limit=500) or line(error, "title", limit=500)
        raise SendError(
            speech._(
                "Telnyx: %(said)s (code %(code)s)",
                said=said or speech._("no words"),
                code=line(error, "code") or answer.status,
            ),
            final=400 <= answer.status < 500 and answer.status not in (408, 429),
            retry_after=retry_after(answer),
            uncertain=answer.status >= 500,
        )


def _decoded(value):
    try:
        return base64.b64decode(value.encode("utf-8", "replace"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_signed(key, signature, signed):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
