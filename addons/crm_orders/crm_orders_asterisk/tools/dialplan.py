"""A telephone exchange that reports its calls by HTTP, from its own dialplan.

In Asterisk, one line of a dialplan does it::

    same => n,Set(R=${CURL(ADDRESS,token=TOKEN&id=${CHANNEL(linkedid)}&event=ringing
        &direction=in&caller=${CALLERID(num)}&callee=${EXTEN})})

Anything else that can post a form can do the same.
"""

import base64
import re
from urllib.parse import quote, urlencode

from odoo.addons.crm_orders_inbound.tools.calling import download
from odoo.addons.crm_orders_inbound.tools.channel import (
    Answer,
    Call,
    Channel,
    File,
    Refused,
    Request,
    SendError,
    Setting,
    Unreadable,
)
from odoo.addons.crm_orders_inbound.tools.reading import (
    iso_seconds,
    line,
    make_id,
    number,
    same_as_any,
    seconds,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)

TOKEN_HEADER = "X-Asterisk-Token"  # noqa: S105
# What our own states and Asterisk's own words mean.
STATES = {
    "ringing": "ringing",
    "ring": "ringing",
    "start": "ringing",
    "answered": "answered",
    "answer": "answered",
    "up": "answered",
    "missed": "missed",
    "noanswer": "missed",
    "busy": "missed",
    "cancel": "missed",
    "ended": "ended",
    "end": "ended",
    "hangup": "ended",
    "failed": "failed",
    "congestion": "failed",
    "chanunavail": "failed",
    "recording": "",
}
# How a call ended, in DIALSTATUS or in a record of calls.
DISPOSITIONS = {
    "answer": "ended",
    "answered": "ended",
    "busy": "missed",
    "cancel": "missed",
    "noanswer": "missed",
    "failed": "failed",
    "congestion": "failed",
    "chanunavail": "failed",
}
DIRECTIONS = {
    "in": "in",
    "inbound": "in",
    "incoming": "in",
    "out": "out",
    "outbound": "out",
    "outgoing": "out",
}
RECORDING = re.compile(r"[\w./+@ -]{1,300}")


class Asterisk(Channel):
    """Calls that an exchange reports by HTTP."""

    kind = "asterisk"
    settings = (
        Setting(
            "token",
            "Token",
            "The exchange sends it in the field token, or in the header"
            f" {TOKEN_HEADER}.",
            secret=True,
            made=True,
            in_body=True,
        ),
        Setting(
            "recordings_url",
            "Address of Recordings",
            "Where the exchange shows its recordings by HTTP, if it does.",
            required=False,
        ),
        Setting("recordings_user", "User for Recordings", required=False),
        Setting(
            "recordings_password",
            "Password for Recordings",
            secret=True,
            required=False,
        ),
    )

    # --- in ---

    def verify(self, request, settings):
        given = request.header(TOKEN_HEADER).strip()
        if not given:
            try:
                given = self._fields(request).get("token", "")
            except Unreadable:
                given = ""
        if not given:
            raise Refused(
                401, "no_token", speech._("The token of the exchange is missing.")
            )
        if not same_as_any(given, settings.accepted("token")):
            raise Refused(
                403, "wrong_token", speech._("The token of the exchange is wrong.")
            )

    def _fields(self, request):
        """Fields of the form or the address, names in lower case."""
        found = dict(request.query)
        if request.body:
            mimetype = request.header("Content-Type").partition(";")[0].strip().lower()
            if mimetype == "application/json":
                found |= request.json
            else:
                found |= dict(request.form)
        return {str(name).lower(): text(value) for name, value in found.items()}

    def split(self, request):
        fields = self._fields(request)
        call_id = self._call_id(fields)
        if not call_id:
            raise Unreadable(speech._("There is no id of a call in it."))
        parts = [fields.get("event") or "call", fields.get("disposition") or "-"]
        # The same extension may ring twice within a call.
        parts += [fields.get("agent") or "-", fields.get("time") or "-"]
        return [make_id("call", call_id, *parts)]

    def _call_id(self, fields):
        return (
            fields.get("id") or fields.get("linkedid") or fields.get("uniqueid") or ""
        )

    def read(self, request, index, settings):
        if index != 0:
            raise Unreadable(speech._("A request holds one thing."))
        fields = self._fields(request)
        call_id = self._call_id(fields)
        if not call_id:
            raise Unreadable(speech._("There is no id of a call in it."))
        event = _word(fields.get("event", ""))
        disposition = _word(fields.get("disposition") or fields.get("dialstatus", ""))
        if event not in STATES and disposition not in DISPOSITIONS:
            raise Unreadable(
                speech._(
                    "An event that is not known: %(event)s", event=line(event, limit=40)
                )
            )
        state = STATES.get(event, "ended")
        if state == "ended" and disposition in DISPOSITIONS:
            state = DISPOSITIONS[disposition]
        duration = number(fields, "billsec")
        duration = number(fields, "duration") if duration is None else duration
        return Call(
            external_id=call_id,
            direction=DIRECTIONS.get(_word(fields.get("direction", "")), ""),
            state=state,
            caller=fields.get("caller", ""),
            callee=fields.get("callee", ""),
            agent=fields.get("agent", ""),
            caller_name=line(fields, "name"),
            started=_moment(fields, "started"),
            answered=_moment(fields, "answered"),
            ended=_moment(fields, "ended"),
            duration=int(duration) if duration is not None else None,
            recording=line(fields, "recording", limit=300),
            occurred=_moment(fields, "time"),
        )

    def answer(self, request, settings):
        return Answer(200, "OK")

    # --- out ---

    def fetch(self, settings, ref):
        """A recording; the reference is a path, never an address."""
        base = settings.require("recordings_url").rstrip("/")
        path = ref.strip("/")
        if not RECORDING.fullmatch(path) or ".." in path.split("/"):
            raise SendError(
                speech._("The name of the recording is not a path."), final=True
            )
        headers = _basic(settings["recordings_user"], settings["recordings_password"])
        file = yield from download(f"{base}/{quote(path)}", [base], headers=headers)
        mimetype = "audio/mpeg" if path.endswith(".mp3") else "audio/wav"
        if file.mimetype.startswith("audio/"):
            mimetype = file.mimetype
        return File(file.name, mimetype, file.content)

    def sample(self, settings, number):
        fields = {
            "token": settings["token"],
            "id": f"test{number}",
            "event": "missed",
            "direction": "in",
            "caller": "+358401234567",
            "callee": "100",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", "", headers, urlencode(fields).encode())


def _word(value):
    return re.sub(r"[^a-z]", "", value.lower())


def _moment(fields, name):
    return seconds(fields, name) or iso_seconds(fields, name)


def _basic(user, password):
    if not user:
        return {}
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
