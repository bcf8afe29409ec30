"""What Meta's products have in common: how they sign, ask, batch and complain.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import hashlib
import hmac
import json
from urllib.parse import quote

from odoo.addons.crm_orders_inbound.tools.calling import bearing, retry_after
from odoo.addons.crm_orders_inbound.tools.channel import (
    MAX_PARTS,
    Answer,
    Channel,
    HttpCall,
    Ignored,
    Refused,
    Request,
    SendError,
    Setting,
    Unreadable,
)
from odoo.addons.crm_orders_inbound.tools.reading import (
    dig,
    line,
    number,
    same_as_any,
    text,
)
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)

SIGNATURE_HEADER = "X-Hub-Signature-256"
MAX_CHALLENGE = 512
# Where Meta keeps files; what else a message names is not fetched.
MEDIA_DOMAINS = ("fbsbx.com", "fbcdn.net", "cdninstagram.com")

# https://developers.facebook.com/docs/graph-api/guides/error-handling and
# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
TEMPORARY = {1, 2, 341, 368, 1200, 131000, 131016, 133004, 135000}
TOO_FAST = {4, 17, 32, 613, 80002, 80006, 80007, 130429, 131048, 131056, 133016}
WINDOW_CLOSED = {(131047, None), (10, 2018278), (10, 2534022)}
WINDOW_WORDS = speech._(
    "The customer wrote more than 24 hours ago, so Meta takes no answer."
)
PAUSE = 60


class MetaChannel(Channel):
    """Base of WhatsApp, Messenger and Instagram."""

    # What the webhook of this product calls itself.
    webhook_object = ""
    reply_hours = 24
    settings = (
        Setting(
            "app_secret",
            "App Secret",
            "In Meta's app dashboard under App Settings, Basic.",
            secret=True,
        ),
        Setting(
            "verify_token",
            "Verify Token",
            "Copy it into the webhook settings of Meta's app dashboard.",
            secret=True,
            made=True,
        ),
        Setting(
            "access_token",
            "Access Token",
            "A permanent token, of a system user for WhatsApp, else of the page.",
            secret=True,
        ),
        Setting(
            "api_url",
            "Address of the Graph API",
            required=False,
            default="https://graph.facebook.com",
            advanced=True,
        ),
        Setting(
            "api_version",
            "Version of the Graph API",
            "Meta takes old versions out of use about two years after they came.",
            required=False,
            default="v23.0",
            advanced=True,
        ),
        Setting(
            "media_url",
            "Address of Files",
            "Files are fetched from Meta's own addresses, and from this one.",
            required=False,
            default="https://lookaside.fbsbx.com",
            advanced=True,
        ),
    )

    # --- in ---

    def handshake(self, request, settings):
        if request.method != "GET" or "hub.mode" not in request.query:
            return None
        challenge = request.query.get("hub.challenge", "")
        token = request.query.get("hub.verify_token", "")
        is_ours = same_as_any(token, settings.accepted("verify_token"))
        if request.query["hub.mode"] != "subscribe" or not is_ours:
            raise Refused(403, "wrong_token", speech._("The verify token is wrong."))
        if not challenge or len(challenge) > MAX_CHALLENGE:
            raise Refused(
                403, "no_challenge", speech._("There is no challenge to answer.")
            )
        return Answer(200, text(challenge))

    def verify(self, request, settings):
        algorithm, _equals, given = request.header(SIGNATURE_HEADER).partition("=")
        if not given:
            raise Refused(401, "unsigned", speech._("Meta's signature is missing."))
        expected = [
            sign(secret, request.body) for secret in settings.accepted("app_secret")
        ]
        if algorithm != "sha256" or not same_as_any(given.strip(), expected):
            raise Refused(
                403, "wrong_signature", speech._("Meta's signature is wrong.")
            )
        try:
            kind = request.json.get("object")
        except Unreadable:
            return
        if kind != self.webhook_object:
            # Meta goes on trying, and shows the error where the mistake was made.
            raise Refused(
                404,
                "wrong_object",
                speech._(
                    "This is no %(webhook_object)s.", webhook_object=self.webhook_object
                ),
            )

    def split(self, request):
        return [external_id for external_id, _read in self._things(request)]

    def read(self, request, index, settings):
        things = self._things(request)
        if not 0 <= index < len(things):
            raise Unreadable(speech._("The request does not hold so many things."))
        _external_id, read = things[index]
        return read()

    def _things(self, request):
        """`(id, function that reads it)` of everything that a request holds."""
        entries = request.json.get("entry")
        if not isinstance(entries, list):
            raise Unreadable(speech._("The request has no list of entries."))
        found = []
        for entry in entries:
            if isinstance(entry, dict):
                found += self._entry_things(entry)
            else:
                found.append((None, unreadable(speech._("An entry is no object."))))
            if len(found) > MAX_PARTS:
                raise Unreadable(
                    speech._(
                        "The request holds more than %(max_parts)s things.",
                        max_parts=MAX_PARTS,
                    )
                )
        return found

    def _entry_things(self, entry):
        raise NotImplementedError

    # --- out ---

    def _graph(self, settings, method, path, **values):
        """Call the Graph API; returns its answer, a dict."""
        token = settings.require("access_token")
        version = settings["api_version"] or self._default_version()
        url = f"{self.base_url(settings)}/{quote(version)}/{path}"
        answer = yield HttpCall(method, url, headers=bearing(token), **values)
        if 200 <= answer.status < 300 and "error" not in answer.json:
            return answer.json
        raise graph_error(answer)

    def _default_version(self):
        return next(
            item.default for item in self.settings if item.name == "api_version"
        )

    def _media_bases(self, settings):
        return [self.base_url(settings, "media_url"), self.base_url(settings)]

    def _signed(self, settings, payload):
        body = json.dumps(payload).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: f"sha256={sign(settings['app_secret'], body)}",
        }
        return Request("POST", "", headers, body)


def sign(secret, body):
    """Meta's signature of a raw body."""
    key = secret.encode("utf-8", "surrogatepass")
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def unreadable(reason):
    """A reader of something that cannot be read."""

    def read():
        raise Unreadable(reason)

    return read


def ignored(reason):
    """A reader of something that nothing is made of."""
    return lambda: Ignored(reason)


def error_words(error):
    """What an error of Meta says, with its number."""
    words = [
        line(error, "error_user_msg", limit=500),
        line(error, "error_data", "details", limit=500),
        line(error, "message", limit=500),
        line(error, "title", limit=500),
    ]
    words = list(dict.fromkeys(filter(None, words)))[:2]
    said = " ".join(words) or speech._("an error without words")
    code = line(error, "code")
    return speech._("%(said)s (code %(code)s)", said=said, code=code) if code else said


def graph_error(answer):
    """The error that an answer of the Graph API means."""
    error = answer.json.get("error")
    if not isinstance(error, dict):
        return SendError(
            speech._(
                "Meta gave no answer that can be read (%(status)s).",
                status=answer.status,
            ),
            final=400 <= answer.status < 500 and answer.status not in (408, 429),
            retry_after=retry_after(answer),
            uncertain=answer.status >= 500,
        )
    code = number(error, "code")
    subcode = number(error, "error_subcode")
    said = f"Meta: {error_words(error)}"
    if (code, None) in WINDOW_CLOSED or (code, subcode) in WINDOW_CLOSED:
        return SendError(f"{speech._(WINDOW_WORDS)} {said}", final=True)
    if code in TOO_FAST or answer.status == 429:
        return SendError(said, retry_after=retry_after(answer, PAUSE))
    temporary = (
        code in TEMPORARY
        or dig(error, "is_transient") is True
        or (answer.status >= 500 and code is None)
    )
    return SendError(said, final=not temporary, retry_after=retry_after(answer))
