"""Listens to an exchange for as long as it is let, whatever happens to the line.

Every change of a call is handed to a function; if that fails, the change waits and is
handed over again, in its order, so that a database that is away loses no call.
"""

import logging
import queue
import socket
import ssl
import time
from collections import deque

from .ami import Connection
from .ami_calls import Calls
from .ami_protocol import BackOff, LoginRefused, ProtocolError

_logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 10
# How often it is looked whether to stop, to keep the line alive, or to call somebody.
TURN = 0.5
# More changes than come in hours; then the oldest are given up.
MAX_WAITING = 10_000
RETRY_SECONDS = 5
# What Asterisk puts before the path that its recordings are shown at.
MONITOR = "/monitor/"


class Client:
    """One line to one exchange.

    :param deliver: function of a :class:`Call`; what it raises means "later again"
    :param tls: an `ssl.SSLContext` where the exchange speaks TLS
    """

    def __init__(self, address, username, secret, deliver, tls=None, contexts=None):
        self.address = address
        self.status = "new"
        self._username, self._secret = username, secret
        self._deliver = deliver
        self._tls = tls
        self._calls = Calls(contexts) if contexts else Calls()
        self._waiting = deque(maxlen=MAX_WAITING)
        self._not_before = 0
        self._orders = queue.SimpleQueue()

    def run(self, stop):
        """Listen until `stop`, a `threading.Event`, is set."""
        back_off = BackOff()
        while not stop.is_set():
            try:
                self._listen(stop, back_off)
                pause = 0
            except LoginRefused as error:
                self.status = f"refused: {error}"
                pause = back_off.refused()
            except (OSError, ProtocolError) as error:
                self.status = f"no connection: {error}"
                pause = back_off.failed()
            if pause:
                _logger.warning("Asterisk at %s: %s", self.address[0], self.status)
            self._wait(stop, pause)
        self._hand_over(time.time(), last=True)
        self.status = "stopped"

    def call(self, channel, number, context="from-internal"):
        """Ring our person and then the customer; from any thread."""
        self._orders.put((channel, number, context))

    def _wait(self, stop, pause):
        end = time.monotonic() + pause
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            stop.wait(min(TURN, left))
            self._hand_over(time.time())

    def _listen(self, stop, back_off):
        with socket.create_connection(self.address, CONNECT_TIMEOUT) as plain:
            line = self._secured(plain)
            line.settimeout(TURN)
            connection = Connection(
                self._username, self._secret, self._calls, time.time()
            )
            while not stop.is_set():
                self._turn(line, connection)
                if connection.ready and self.status != "listening":
                    self.status = "listening"
                    back_off.succeeded()

    def _secured(self, plain):
        if self._tls is None:
            return plain
        return self._tls.wrap_socket(plain, server_hostname=self.address[0])

    def _turn(self, line, connection):
        if connection.ready:
            while not self._orders.empty():
                connection.originate(*self._orders.get())
        if data := connection.outgoing:
            line.sendall(data)
        try:
            received = line.recv(65536)
        except (TimeoutError, ssl.SSLWantReadError):
            received = None
        now = time.time()
        if received == b"":
            raise ProtocolError("Asterisk has closed the connection.")
        if received:
            self._waiting.extend(connection.feed(received, now))
        connection.tick(now)
        self._hand_over(now)

    def _hand_over(self, now, last=False):
        if now < self._not_before and not last:
            return
        while self._waiting:
            try:
                self._deliver(self._waiting[0])
            except Exception:
                _logger.exception("A change of a call could not be stored")
                self._not_before = now + RETRY_SECONDS
                return
            self._waiting.popleft()


def to_form(call, token):
    """A change of a call as the form that the adapter for dialplans reads."""
    fields = {
        "token": token,
        "id": call.external_id,
        "event": call.state or "recording",
        "direction": call.direction,
        "caller": call.caller,
        "callee": call.callee,
        "agent": call.agent,
        "name": call.caller_name,
        "started": _written(call.started),
        "answered": _written(call.answered),
        "ended": _written(call.ended),
        "duration": "" if call.duration is None else str(call.duration),
        "recording": call.recording.rpartition(MONITOR)[2],
        "time": _written(call.occurred),
    }
    return {name: value for name, value in fields.items() if value}


def _written(moment):
    return "" if moment is None else f"{moment:.3f}"
