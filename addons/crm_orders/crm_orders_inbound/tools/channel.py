"""The contract between the inbound engine and the adapters of providers.

An adapter knows one provider's protocol and nothing of Odoo: it is handed what came in
and says what it means. The engine calls it in this order::

    handshake  when the provider asks whether the address is ours
    verify     is the request really the provider's? Nothing is stored before
    split      which things does it hold, and what are their ids? They are stored now
    answer     what the provider wants to hear afterwards
    read       later, in the background: what one of the things means

What goes out is described by generators that yield an :class:`HttpCall` and get an
:class:`HttpAnswer`, so that adapters do no input or output themselves.
"""

import json
import time
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, urlsplit

from .reading import pieces
from .speech import Speech

speech = Speech(__name__)

MAX_PARTS = 1000


class Refused(Exception):
    """A request that is not taken; the provider gets `status`, the log `code`."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.code = code


class Unreadable(Exception):
    """A verified request, or a part of it, that does not follow the protocol.

    It is kept for people to look at, as it may hold a customer's words.
    """


class SendError(Exception):
    """A provider did not take what we sent.

    :param final: trying again cannot help
    :param retry_after: seconds that the provider asks us to wait
    :param uncertain: the provider may have taken it, and we did not hear of it
    """

    def __init__(self, message, final=False, retry_after=None, uncertain=False):
        super().__init__(message)
        self.final = final
        self.retry_after = retry_after
        self.uncertain = uncertain


# --- settings of a source ---


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to fill in before a source of this kind works.

    :param secret: never shown again once it is set; the value that was in use before
        is still accepted for some time, as events signed with it may be under way
    :param default: what is used when it is left empty
    :param made: the system makes a random value itself, people only copy it
    :param in_body: the provider repeats it in what it sends, so it is blotted out there
        before anything is stored
    :param advanced: right as it is for nearly everybody, so it is not shown at first
    """

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""
    made: bool = False
    in_body: bool = False
    advanced: bool = False

    @property
    def is_address(self):
        """Whether it says where to send what is sent, the secrets included.

        Such a setting is named after the service at the other end: `api_url`.
        """
        return self.name.endswith("_url")


class Settings:
    """Values of a source's settings by name."""

    def __init__(self, values, previous=None):
        """
        :param values: dict of the values in use
        :param previous: dict of lists, values that are still accepted from outside
        """
        self._values = values
        self._previous = previous or {}

    def __getitem__(self, name):
        """The value in use; an empty text when it was not set."""
        return self._values.get(name) or ""

    def accepted(self, name):
        """All values that a request may be signed with, the newest first."""
        found = [self[name], *self._previous.get(name, ())]
        return [value for value in found if value]

    def require(self, name):
        """The value in use.

        :raise SendError: when it was not set, so nothing can be sent
        """
        if not self[name]:
            raise SendError(
                speech._("The setting %(name)s is missing.", name=name), final=True
            )
        return self[name]


# --- what comes in ---


@dataclass(frozen=True)
class Request:
    """A request as it came in.

    :param url: the public address that was called, with its query
    :param headers: mapping that ignores the case of names
    :param received: seconds since 1970
    """

    method: str
    url: str
    headers: dict
    body: bytes
    received: float = field(default_factory=time.time)

    def header(self, name):
        """The value of a header, or an empty text."""
        name = name.lower()
        for key, value in self.headers.items():
            if key.lower() == name:
                return value
        return ""

    @cached_property
    def query(self):
        """The query of the address as a dict; of names given twice the last counts."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @cached_property
    def form(self):
        """The body's form fields as a list of pairs."""
        try:
            return parse_qsl(
                self.body.decode(),
                keep_blank_values=True,
                strict_parsing=bool(self.body),
                errors="strict",
                max_num_fields=500,
            )
        except ValueError:
            raise Unreadable(speech._("The body is not a form in UTF-8.")) from None

    @cached_property
    def json(self):
        """The body as a dict.

        :raise Unreadable: when it is anything else
        """
        try:
            value = json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise Unreadable(speech._("The body is not JSON in UTF-8.")) from None
        if not isinstance(value, dict):
            raise Unreadable(speech._("The body is not one JSON object."))
        return value


@dataclass(frozen=True)
class Answer:
    """What the provider hears."""

    status: int = 200
    body: str = ""
    mimetype: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Handle:
    """One way to know or reach a person.

    :param kind: of the kinds of identities: phone, email, telegram, whatsapp ...
    :param scope: page, account or bot that the value means something to
    """

    kind: str
    value: str
    scope: str = ""


@dataclass
class Person:
    """Who wrote or called."""

    handles: list[Handle] = field(default_factory=list)
    name: str = ""
    username: str = ""
    lang: str = ""


@dataclass
class Attachment:
    """A file of a message; `ref` is what the adapter needs to fetch it."""

    ref: str
    name: str = ""
    mimetype: str = ""
    size: int = 0


@dataclass
class Message:
    """Somebody wrote something.

    :param thread: where an answer is to be sent
    :param text: what was written; what cannot be shown (a place, a contact, a sticker)
        is said in words
    :param edited: the message with this id was written anew
    :param occurred: seconds since 1970, None when the provider does not say
    :param reply_to: external id of the message that this one answers
    """

    external_id: str
    person: Person
    thread: str
    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    occurred: float | None = None
    edited: bool = False
    reply_to: str = ""
    extra: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Contact:
    """Somebody made themselves known without a word: subscribed, joined, followed.

    :param how: subscribed, joined, asked (to join), followed, opened (the chat),
        allowed (messages), called, advert or link (that led here)
    """

    person: Person
    thread: str
    how: str
    occurred: float | None = None
    extra: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Status:
    """What became of messages that we sent.

    :param state: sent, delivered, read or failed
    :param external_ids: the messages; empty when `until` says which
    :param until: every message in `thread` up to this time (seconds since 1970)
    """

    state: str
    external_ids: list[str] = field(default_factory=list)
    thread: str = ""
    until: float | None = None
    error: str = ""
    occurred: float | None = None


@dataclass
class Call:
    """A telephone call as known at one moment; later events of it have the same id.

    What is empty is not known from this event and stays as it was; of direction, caller
    and callee the first that is known counts, as later events may be about other legs.

    :param direction: in or out
    :param state: ringing, answered, missed, ended (which may still be either), failed;
        empty when only something else became known, such as the recording
    :param caller: number that called, E.164 where the provider tells it so
    :param callee: number that was called
    :param agent: extension, user or number of our person who took or made it
    :param recording: reference that the adapter can fetch the recording by
    """

    external_id: str
    direction: str
    state: str
    caller: str = ""
    callee: str = ""
    agent: str = ""
    caller_name: str = ""
    started: float | None = None
    answered: float | None = None
    ended: float | None = None
    duration: int | None = None
    recording: str = ""
    occurred: float | None = None


@dataclass
class Lead:
    """A filled-in form: fields of `lead_payload.FIELDS`, and the rest.

    :param person: who filled it in, where the provider says so
    """

    fields: dict
    extra: list[tuple[str, str]] = field(default_factory=list)
    person: Person | None = None


@dataclass
class Ignored:
    """Nothing to do, and why, in words for people."""

    reason: str


# --- what goes out ---


@dataclass
class HttpCall:
    """A request to a provider.

    Redirects are not followed: an adapter that expects one looks at where it leads.

    :param files: list of `(field, filename, content, mimetype)`
    """

    method: str
    url: str
    headers: dict = field(default_factory=dict)
    json: object = None
    data: object = None
    files: list = field(default_factory=list)


@dataclass
class HttpAnswer:
    """What came back."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        """The body as a dict; an empty one when it is anything else."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    def header(self, name):
        """The value of a header, or an empty text."""
        name = name.lower()
        for key, value in self.headers.items():
            if key.lower() == name:
                return value
        return ""


@dataclass
class File:
    """A file that was fetched, or is to be sent."""

    name: str
    mimetype: str
    content: bytes


class Channel:
    """Base of all adapters; one instance serves every source of its kind."""

    kind = ""
    settings: tuple[Setting, ...] = ()
    # Longest text of one message; longer ones are sent as several.
    max_text = 4096
    # Hours after a customer's last message in which a free answer may be sent.
    reply_hours = None

    def base_url(self, settings, name="api_url"):
        """An address of the provider from the settings, or else the official one."""
        default = next(item.default for item in self.settings if item.name == name)
        return (settings[name] or default).rstrip("/")

    @staticmethod
    def text_size(text):
        """What `max_text` counts: characters, unless a provider counts otherwise."""
        return len(text)

    def pieces(self, text):
        """The texts to send instead of one that may be too long."""
        return pieces(text, self.max_text, self.text_size)

    def handshake(self, request, settings):
        """Answer to a question whether the address is ours, or None if it is none.

        :raise Refused: when it is one and is wrong
        """
        return None

    def verify(self, request, settings):
        """Make sure that the provider sent it; looks at the raw body only.

        :raise Refused: with 401 or 403
        """
        raise NotImplementedError

    def split(self, request):
        """Ids of the things that a request holds, in an order that never changes.

        An id is the provider's own where it has one, with a word before it where ids of
        several things could be alike; the same id twice is the same thing. None means
        that there is no id, so every such thing counts.

        :raise Unreadable: when it cannot be said; the request is kept as one thing
        """
        raise NotImplementedError

    def answer(self, request, settings):
        """What the provider wants to hear after everything was stored."""
        return Answer()

    def read(self, request, index, settings):
        """What thing number `index` of `split` means.

        :return: Message, Contact, Status, Call, Lead or Ignored
        :raise Unreadable: with the reason in words
        """
        raise NotImplementedError

    # Generators: they yield HttpCall, get HttpAnswer, and raise SendError.

    def register(self, settings, hook_url):
        """Tell the provider our address; returns a line that says what it answered."""
        yield from ()
        raise SendError(
            speech._("This provider is set up on its own pages."), final=True
        )

    def check(self, settings):
        """Ask the provider who we are; returns a line for people (bot or page name)."""
        yield from ()
        return ""

    def profile(self, settings, person):
        """Ask the provider who somebody is; returns a :class:`Person`.

        Some providers say in a message only who wrote it, and tell the name when asked.
        The person is returned as it was where there is nothing to ask.
        """
        yield from ()
        return person

    def send_text(self, settings, thread, text, reply_to="", key=""):
        """Send a text; returns the provider's id of the message.

        :param key: the same when the same text is tried again; some providers then
            deliver it once
        """
        yield from ()
        raise SendError(speech._("Nothing can be sent on this channel."), final=True)

    def send_file(self, settings, thread, file, caption="", key=""):
        """Send a :class:`File`; returns the provider's id of the message."""
        yield from ()
        raise SendError(speech._("Files cannot be sent on this channel."), final=True)

    def call(self, settings, agent, number, hook_url):
        """Ring our person and then connect `number`; returns the id of the call.

        :param agent: number or extension of our person
        """
        yield from ()
        raise SendError(speech._("This channel cannot make calls."), final=True)

    def fetch(self, settings, ref):
        """Fetch an attachment or a recording; returns a :class:`File`."""
        yield from ()
        raise SendError(speech._("This channel has no files."), final=True)

    def sample(self, settings, number):
        """A signed request as the provider would send it, to try the way in.

        It says "Test" and has an id that no real one has; None where that is impossible,
        because the provider signs with a key that we do not have.
        """
        return None
