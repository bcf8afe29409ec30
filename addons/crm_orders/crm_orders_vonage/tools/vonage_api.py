"""What Vonage is asked to do: calls, messages, files.

https://developer.vonage.com/en/api
"""

import secrets
import time

from odoo.addons.crm_orders_inbound.tools.calling import (
    bearing,
    download,
    is_at,
    retry_after,
)
from odoo.addons.crm_orders_inbound.tools.channel import Channel, HttpCall, SendError
from odoo.addons.crm_orders_inbound.tools.reading import line, text
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from . import jwt

speech = Speech(__name__)

API_DOMAINS = ("nexmo.com", "vonage.com")
# Mark on the address that reports of our own person's telephone come to.
OWN_LEG = "own"
# Tokens that we make are good for so long.
VALID_SECONDS = 300


class VonageApi(Channel):
    """What goes out by a number at Vonage."""

    def check(self, settings):
        yield from self._call_api(settings, "GET", "/v1/calls?page_size=1")
        return speech._("Vonage answers.")

    def call(self, settings, agent, number, hook_url):
        own = settings.require("number")
        values = {
            "to": [{"type": "phone", "number": digits(agent)}],
            "from": {"type": "phone", "number": digits(own)},
            "event_url": [f"{hook_url}?step={OWN_LEG}"],
            "ncco": [
                {
                    "action": "connect",
                    "from": digits(own),
                    "eventUrl": [hook_url],
                    "endpoint": [{"type": "phone", "number": digits(number)}],
                }
            ],
        }
        found = yield from self._call_api(settings, "POST", "/v1/calls", values)
        return text(found, "conversation_uuid") or text(found, "uuid")

    def send_text(self, settings, thread, text, reply_to="", key=""):
        channel, _slash, rest = thread.partition("/")
        sender, _slash, receiver = rest.partition("/")
        values = {
            "message_type": "text",
            "channel": channel or "sms",
            "from": sender or settings.require("number"),
            "to": receiver,
            "text": text,
        }
        found = yield from self._call_api(settings, "POST", "/v1/messages", values)
        return found.get("message_uuid") or ""

    def fetch(self, settings, ref):
        bases = [self.base_url(settings)]
        if is_at(ref, (), API_DOMAINS):
            # Recordings lie in the region where the call was, the token is the same.
            bases.append(ref)
        return (yield from download(ref, bases, API_DOMAINS, self._headers(settings)))

    def _headers(self, settings):
        now = int(time.time())
        claims = {
            "application_id": settings.require("application_id"),
            "iat": now,
            "exp": now + VALID_SECONDS,
            "jti": secrets.token_hex(16),
        }
        try:
            return bearing(jwt.make_rs256(claims, settings.require("private_key")))
        except ValueError:
            raise SendError(
                speech._("The private key cannot be read."), final=True
            ) from None

    def _call_api(self, settings, method, path, values=None):
        answer = yield HttpCall(
            method,
            f"{self.base_url(settings)}{path}",
            headers=self._headers(settings),
            json=values,
        )
        if 200 <= answer.status < 300:
            return answer.json
        said = line(answer.json, "detail", limit=500)
        said = said or line(answer.json, "title", limit=500) or speech._("no words")
        raise SendError(
            speech._("Vonage: %(said)s (%(status)s)", said=said, status=answer.status),
            final=400 <= answer.status < 500 and answer.status not in (408, 429),
            retry_after=retry_after(answer),
            uncertain=answer.status >= 500,
        )


def digits(number):
    """Vonage writes numbers without anything else."""
    return "".join(char for char in number if char.isdecimal())
