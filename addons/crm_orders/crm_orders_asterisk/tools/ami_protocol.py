"""Asterisk's Manager Interface, the protocol only.

Bytes go in and out, sockets are somebody else's, so every dialogue can be tried.
https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Manager-Interface-AMI/
"""

import hashlib
import re
from collections import deque

MAX_PACKET = 256 * 1024
MAX_BANNER = 256


class ProtocolError(Exception):
    """The other side does not speak as agreed; the connection has to be closed."""


class LoginRefused(Exception):
    """The name or the secret is wrong; trying again at once would be blocked."""


class Packet(dict):
    """Fields of a packet; of a field given several times all values are in `all`."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.pairs = pairs

    def all(self, name):
        return [value for key, value in self.pairs if key == name]

    def get(self, name, default=""):
        return super().get(name, default)

    @property
    def event(self):
        return self.get("Event")


class Parser:
    """Cuts a stream of bytes into the banner and packets."""

    def __init__(self):
        self.banner = ""
        self._buffer = b""

    def feed(self, data):
        """Yield the packets that are complete now.

        :raise ProtocolError: when a packet has no end, or it is no manager at all
        """
        self._buffer += data
        if not self.banner:
            head, newline, rest = self._buffer.partition(b"\n")
            if not newline:
                self._limit(MAX_BANNER)
                return
            self.banner = head.decode("utf-8", "replace").strip()
            if "Manager" not in self.banner:
                raise ProtocolError("The other side is no Asterisk manager.")
            self._buffer = rest
        while match := re.search(rb"\r?\n\r?\n", self._buffer):
            raw = self._buffer[: match.start()]
            self._buffer = self._buffer[match.end() :]
            if len(raw) > MAX_PACKET:
                raise ProtocolError("A packet is too large.")
            if packet := self._packet(raw):
                yield packet
        self._limit(MAX_PACKET)

    def _limit(self, size):
        if len(self._buffer) > size:
            raise ProtocolError("A packet has no end.")

    def _packet(self, raw):
        pairs = []
        for row in raw.decode("utf-8", "replace").replace("\0", "").splitlines():
            name, colon, value = row.partition(":")
            if colon and name.strip():
                pairs.append((name.strip(), value.strip()))
        return Packet(pairs)


class Session:
    """Logs in and sends actions; hands on the events.

    `outgoing` are the bytes to send, `ready` says whether the login is done.
    """

    def __init__(self, username, secret):
        self.username = username
        self.secret = secret
        self.ready = False
        self._parser = Parser()
        self._outgoing = deque()
        self._count = 0
        self._waiting = {}

    @property
    def banner(self):
        return self._parser.banner

    @property
    def outgoing(self):
        """Take the bytes that are to be sent now."""
        found = b"".join(self._outgoing)
        self._outgoing.clear()
        return found

    def start(self):
        """Ask for a challenge, so that the secret itself never crosses the wire."""
        self.send("Challenge", AuthType="MD5")

    def send(self, action, **fields):
        """Queue an action; returns its id.

        :raise ValueError: when a value would end the line and begin another action
        """
        self._count += 1
        action_id = f"{action}-{self._count}"
        rows = {"Action": action, "ActionID": action_id, **fields}
        packed = []
        for name, value in rows.items():
            for one in value if isinstance(value, list) else [value]:
                if re.search(r"[\r\n\0]", f"{name}{one}"):
                    raise ValueError("A value of an action is one line.")
                packed.append(f"{name}: {one}\r\n")
        self._outgoing.append("".join([*packed, "\r\n"]).encode("utf-8", "replace"))
        self._waiting[action_id] = action
        return action_id

    def ping(self):
        """Ask for a sign of life."""
        return self.send("Ping")

    def originate(self, channel, number, context, caller_id="", timeout=30):
        """Ring `channel`, our person's telephone, then dial `number` from it."""
        if not re.fullmatch(r"[A-Za-z0-9_]+/[A-Za-z0-9_.@/-]+", channel):
            raise ValueError("The telephone is written as PJSIP/100.")
        if not re.fullmatch(r"\+?[0-9*#]{1,32}", number):
            raise ValueError("The number holds digits only.")
        fields = {"CallerID": caller_id} if caller_id else {}
        return self.send(
            "Originate",
            Channel=channel,
            Context=context,
            Exten=number,
            Priority="1",
            Timeout=str(int(timeout * 1000)),
            Async="true",
            **fields,
        )

    def feed(self, data):
        """Yield `(action, packet)` of what came: answers, and events with no action.

        :raise LoginRefused: when Asterisk does not let us in
        :raise ProtocolError: when it does not speak as agreed
        """
        for packet in self._parser.feed(data):
            action = ""
            if "Response" in packet and not packet.event:
                action = self._waiting.pop(packet.get("ActionID"), "")
            if action == "Challenge":
                self._log_in(packet)
            elif action == "Login":
                if packet.get("Response") != "Success":
                    raise LoginRefused(
                        packet.get("Message") or "The login was refused."
                    )
                self.ready = True
            if action or packet.event:
                yield action, packet

    def _log_in(self, packet):
        challenge = packet.get("Challenge")
        if packet.get("Response") != "Success" or not challenge:
            raise LoginRefused(packet.get("Message") or "There was no challenge.")
        # MD5 is what the protocol knows; it is used for nothing but this.
        key = hashlib.md5(
            f"{challenge}{self.secret}".encode(), usedforsecurity=False
        ).hexdigest()
        self.send(
            "Login",
            AuthType="MD5",
            Username=self.username,
            Key=key,
            Events="call,cdr,dialplan",
        )


class BackOff:
    """How long to wait before the next attempt to connect."""

    def __init__(self, first=1, longest=60, refused=300):
        self._first, self._longest, self._refused = first, longest, refused
        self._next = first

    def failed(self):
        """Seconds to wait after a connection broke or was not made."""
        wait = self._next
        self._next = min(self._next * 2, self._longest)
        return wait

    def refused(self):
        """Seconds to wait after the login was refused; a person has to look first."""
        return self._refused

    def succeeded(self):
        self._next = self._first
