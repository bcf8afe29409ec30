"""What Twilio is asked to do: calls, messages, files.

https://www.twilio.com/docs/usage/api
"""

import base64
import re
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape, quoteattr

from odoo.addons.crm_orders_inbound.tools.calling import download, retry_after
from odoo.addons.crm_orders_inbound.tools.channel import (
    Channel,
    File,
    HttpCall,
    SendError,
)
from odoo.addons.crm_orders_inbound.tools.reading import line, text
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from . import twilio_twiml as twiml

speech = Speech(__name__)


class TwilioApi(Channel):
    """What goes out by a number at Twilio."""

    def register(self, settings, hook_url):
        """Point the number's calls and messages to us."""
        wanted = settings.require("number")
        found = yield from self._call_api(
            settings,
            "GET",
            f"IncomingPhoneNumbers.json?{urlencode({'PhoneNumber': wanted})}",
        )
        sid = text(found, "incoming_phone_numbers", 0, "sid")
        if not sid:
            raise SendError(
                speech._("Twilio knows no number %(wanted)s.", wanted=wanted),
                final=True,
            )
        values = {
            "SmsUrl": hook_url,
            "SmsMethod": "POST",
            "StatusCallback": hook_url,
            "StatusCallbackMethod": "POST",
        }
        if settings["forward_to"]:
            values |= {"VoiceUrl": hook_url, "VoiceMethod": "POST"}
        yield from self._call_api(
            settings, "POST", f"IncomingPhoneNumbers/{quote(sid)}.json", values
        )
        return speech._(
            "%(wanted)s reports its calls and messages here.", wanted=wanted
        )

    def check(self, settings):
        sid = quote(settings.require("account_sid"), safe="")
        found = yield from self._request(
            settings, "GET", f"/2010-04-01/Accounts/{sid}.json"
        )
        return speech._(
            "%(friendly_name)s is %(status)s.",
            friendly_name=line(found, "friendly_name"),
            status=line(found, "status"),
        )

    def call(self, settings, agent, number, hook_url):
        marks = {"step": twiml.OUTGOING, "to": number, "agent": agent}
        report = f"{hook_url}?{urlencode(marks)}"
        own = settings.require("number")
        script = twiml.response(
            f'<Dial callerId={quoteattr(own)} answerOnBridge="true"'
            f" action={quoteattr(report)}><Number>{escape(number)}</Number></Dial>"
        )
        found = yield from self._call_api(
            settings,
            "POST",
            "Calls.json",
            {
                "To": agent,
                "From": own,
                "Twiml": script,
                "StatusCallback": report,
                "StatusCallbackEvent": [
                    "initiated",
                    "ringing",
                    "answered",
                    "completed",
                ],
            },
        )
        return text(found, "sid")

    def send_text(self, settings, thread, text, reply_to="", key=""):
        sender, _slash, receiver = thread.partition("/")
        found = yield from self._call_api(
            settings,
            "POST",
            "Messages.json",
            {
                "To": receiver,
                "From": sender or settings.require("number"),
                "Body": text,
            },
        )
        return found.get("sid") or ""

    def fetch(self, settings, ref):
        headers = self._headers(settings)
        base = self.base_url(settings)
        if re.fullmatch(r"RE[0-9a-zA-Z]{1,64}", ref):
            sid = quote(settings.require("account_sid"), safe="")
            url = f"{base}/2010-04-01/Accounts/{sid}/Recordings/{ref}.mp3"
        else:
            url = ref
        file = yield from download(
            url, [base], ("twilio.com", "twiliocdn.com"), headers
        )
        is_recording = url != ref
        return File(
            file.name, "audio/mpeg" if is_recording else file.mimetype, file.content
        )

    def _headers(self, settings):
        pair = f"{settings.require('account_sid')}:{settings.require('auth_token')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _call_api(self, settings, method, path, values=None):
        sid = quote(settings.require("account_sid"), safe="")
        path = f"/2010-04-01/Accounts/{sid}/{path}"
        return (yield from self._request(settings, method, path, values))

    def _request(self, settings, method, path, values=None):
        answer = yield HttpCall(
            method,
            f"{self.base_url(settings)}{path}",
            headers=self._headers(settings),
            data=values,
        )
        if 200 <= answer.status < 300:
            return answer.json
        said = line(answer.json, "message", limit=500) or speech._("no words")
        code = line(answer.json, "code")
        raise SendError(
            speech._(
                "Twilio: %(said)s (code %(code)s)",
                said=said,
                code=code or answer.status,
            ),
            final=400 <= answer.status < 500 and answer.status not in (408, 429),
            retry_after=retry_after(answer),
            uncertain=answer.status >= 500,
        )
