"""Twilio: calls and text messages.

https://www.twilio.com/docs/usage/webhooks/voice-webhooks
https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

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
from odoo.addons.crm_orders_inbound.tools.reading import line, make_id, number, text
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from . import twilio_signature as signature
from . import twilio_twiml as twiml
from .twilio_api import TwilioApi
from .twilio_twiml import DIALLED, LEG, NO_ACTION, OUTGOING, RECORDED

speech = Speech(__name__)

SIGNATURE_HEADER = "X-Twilio-Signature"
# What Twilio writes for callers who hide their number.
# https://help.twilio.com/articles/223179988
HIDDEN = {
    "+266696687",
    "+7378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
    "anonymous",
    "restricted",
    "unavailable",
    "unknown",
}
CALL_STATES = {
    "queued": "ringing",
    "initiated": "ringing",
    "ringing": "ringing",
    "in-progress": "answered",
    "answered": "answered",
    "completed": "ended",
    "busy": "missed",
    "no-answer": "missed",
    "canceled": "missed",
    "failed": "failed",
}
# What became of the person whom <Dial> rang.
DIAL_STATES = {**CALL_STATES, "completed": "answered", "failed": "missed"}
SMS_STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
}


class Twilio(TwilioApi):
    """A number that people call and send text messages to."""

    kind = "twilio"
    max_text = 1600
    settings = (
        Setting("account_sid", "Account SID", "On the first page of Twilio's console."),
        Setting("auth_token", "Auth Token", "Beside the Account SID.", secret=True),
        Setting("number", "Number", "Your number at Twilio, such as +358401234567."),
        Setting(
            "forward_to",
            "Ring These Numbers",
            "Separated by commas; all ring at once. Leave it empty when Twilio is told"
            " elsewhere what to do with calls.",
            required=False,
        ),
        Setting(
            "greeting",
            "Greeting",
            "Said when nobody answers, before the caller may leave a message.",
            required=False,
        ),
        Setting(
            "language",
            "Language of the Greeting",
            required=False,
            default="fi-FI",
        ),
        Setting(
            "record",
            "Record Calls",
            "Write yes to record calls. Callers must be told so.",
            required=False,
        ),
        Setting(
            "api_url",
            "Address of the API",
            required=False,
            default="https://api.twilio.com",
            advanced=True,
        ),
    )

    # --- in ---

    def verify(self, request, settings):
        given = request.header(SIGNATURE_HEADER).strip()
        if not given:
            raise Refused(401, "unsigned", speech._("Twilio's signature is missing."))
        try:
            known = signature.is_signed(request, settings.accepted("auth_token"), given)
        except (Unreadable, ValueError):
            known = False
        if not known:
            raise Refused(
                403, "wrong_signature", speech._("Twilio's signature is wrong.")
            )

    def _fields(self, request):
        """Form fields, and our own marks on the address, by name."""
        mimetype = request.header("Content-Type").partition(";")[0].strip().lower()
        if mimetype == "application/json":
            found = dict(request.json)
        elif request.method == "GET" or not request.body:
            found = dict(request.query)
        else:
            found = dict(request.form)
        marks = {
            f"our_{name}": value
            for name, value in request.query.items()
            if name in ("step", "to", "agent")
        }
        return {
            **{name: text(value) for name, value in found.items()},
            **{name: text(value) for name, value in marks.items()},
        }

    def split(self, request):
        fields = self._fields(request)
        get = fields.get
        if sid := get("MessageSid") or get("SmsSid"):
            state = get("MessageStatus") or get("SmsStatus") or "received"
            if state == "received":
                return [make_id("message", sid)]
            return [make_id("status", sid, state)]
        sid = get("CallSid")
        if not sid:
            raise Unreadable(speech._("There is neither a call nor a message in it."))
        if state := get("DialCallStatus"):
            return [make_id("dial", sid, state)]
        if recording := get("RecordingSid"):
            return [make_id("recording", recording, get("RecordingStatus") or "made")]
        step = get("our_step") or get("CallbackSource") or "call"
        return [make_id("call", sid, get("CallStatus") or "unknown", step)]

    def read(self, request, index, settings):
        if index != 0:
            raise Unreadable(speech._("A request holds one thing."))
        fields = self._fields(request)
        if fields.get("MessageSid") or fields.get("SmsSid"):
            return self._read_message(fields)
        if fields.get("CallSid"):
            return self._read_call(fields, settings)
        raise Unreadable(speech._("There is neither a call nor a message in it."))

    def _read_message(self, fields):
        sid = fields.get("MessageSid") or fields.get("SmsSid")
        state = fields.get("MessageStatus") or fields.get("SmsStatus") or "received"
        if state != "received":
            if state not in SMS_STATES:
                return Ignored(
                    speech._("A text message is %(state)s.", state=line(state))
                )
            error = fields.get("ErrorCode", "")
            error = f"Twilio's error {line(error)}" if error else ""
            return Status(SMS_STATES[state], [sid], error=error)
        sender, receiver = fields.get("From", ""), fields.get("To", "")
        if not sender:
            raise Unreadable(speech._("The message does not say who sent it."))
        kind, _colon, address = sender.rpartition(":")
        handles = [Handle("phone", address)]
        if kind == "whatsapp":
            handles.insert(0, Handle("whatsapp", address.removeprefix("+")))
        count = number(fields, "NumMedia") or 0
        return Message(
            external_id=sid,
            person=Person(handles, name=line(fields, "ProfileName")),
            thread=f"{receiver}/{sender}",
            text=fields.get("Body", ""),
            attachments=[
                self._attachment(fields, place)
                for place in range(min(int(count), 10))
                if fields.get(f"MediaUrl{place}")
            ],
            reply_to=fields.get("OriginalRepliedMessageSid", ""),
        )

    def _attachment(self, fields, place):
        mimetype = line(fields, f"MediaContentType{place}")
        ending = mimetype.rpartition("/")[2]
        name = f"file.{ending}" if ending.isalnum() else "file"
        return Attachment(fields[f"MediaUrl{place}"], name, mimetype)

    def _read_call(self, fields, settings):
        step = fields.get("our_step", "")
        call = Call(
            external_id=fields.get("ParentCallSid") or fields["CallSid"],
            direction="",
            state="",
            occurred=self._moment(fields.get("Timestamp", "")),
        )
        if step == LEG:
            call.direction = "in"
            call.agent = fields.get("To", "")
            call.state = "answered" if fields.get("CallStatus") == "in-progress" else ""
            return call
        if fields.get("ParentCallSid"):
            return Ignored(speech._("A part of another call."))
        if step == OUTGOING:
            self._fill_outgoing(call, fields)
        else:
            self._fill_incoming(call, fields, settings)
        if sid := fields.get("RecordingSid"):
            self._fill_recording(call, fields, sid)
        duration = number(fields, "CallDuration")
        call.duration = int(duration) if duration is not None else None
        return call

    def _fill_incoming(self, call, fields, settings):
        call.direction = "out" if "outbound" in fields.get("Direction", "") else "in"
        # Reports about recordings do not say who called whom.
        if not fields.get("Direction"):
            call.direction = ""
        call.caller = self._shown(fields.get("From", ""))
        call.callee = fields.get("To", "")
        call.caller_name = line(fields, "CallerName")
        if dialled := fields.get("DialCallStatus"):
            call.state = DIAL_STATES.get(dialled, "")
            return
        call.state = CALL_STATES.get(fields.get("CallStatus", ""), "")
        is_first = not fields.get("CallbackSource")
        by_twilio = is_first or settings["forward_to"]
        if call.direction == "in" and call.state == "answered" and by_twilio:
            # Twilio itself has answered, to play or to ring our people.
            call.state = "ringing"

    def _fill_outgoing(self, call, fields):
        """A call that we asked for: first our person's telephone rings."""
        call.direction = "out"
        call.caller = fields.get("From", "")
        call.callee = fields.get("our_to", "")
        call.agent = fields.get("our_agent", "")
        state = CALL_STATES.get(fields.get("CallStatus", ""), "")
        if dialled := fields.get("DialCallStatus"):
            call.state = DIAL_STATES.get(dialled, "")
        elif state == "answered":
            call.state = "ringing"
        else:
            call.state = "failed" if state == "missed" else state

    def _fill_recording(self, call, fields, sid):
        if fields.get("RecordingStatus", "completed") == "completed":
            call.recording = sid
        is_voicemail = (
            fields.get("our_step") == RECORDED
            or fields.get("RecordingSource") == "RecordVerb"
        )
        if is_voicemail:
            call.state = "missed"
        elif not fields.get("DialCallStatus"):
            call.state = ""

    def _shown(self, number):
        return "" if number.lower() in HIDDEN else number

    def _moment(self, value):
        try:
            return parsedate_to_datetime(value).timestamp()
        except (TypeError, ValueError, OverflowError):
            return None

    # --- what Twilio shall do with a call ---

    def answer(self, request, settings):
        try:
            fields = self._fields(request)
        except Unreadable:
            fields = {}
        return Answer(200, self._twiml(request, fields, settings), "text/xml")

    def _twiml(self, request, fields, settings):
        step = fields.get("our_step")
        is_report = fields.get("CallbackSource") or fields.get("MessageSid")
        if is_report or not fields.get("CallSid") or step in (LEG, RECORDED, OUTGOING):
            return NO_ACTION
        here = request.url.partition("?")[0]
        if step == DIALLED:
            if DIAL_STATES.get(fields.get("DialCallStatus")) == "answered":
                return twiml.response("<Hangup/>")
            return twiml.voicemail(settings, here)
        numbers = [
            word.strip() for word in settings["forward_to"].split(",") if word.strip()
        ]
        if not numbers or fields.get("CallStatus") != "ringing":
            return NO_ACTION
        return twiml.dial(settings, here, numbers)

    def sample(self, settings, number):
        url = "https://test.invalid/"
        fields = {
            "AccountSid": settings["account_sid"],
            "MessageSid": f"SMtest{number}",
            "From": "+15005550006",
            "To": settings["number"],
            "Body": "Test",
            "NumMedia": "0",
        }
        headers = {
            "Content-Type": signature.FORM,
            SIGNATURE_HEADER: signature.sign(
                settings["auth_token"], url, fields.items()
            ),
        }
        return Request("POST", url, headers, urlencode(fields).encode())
