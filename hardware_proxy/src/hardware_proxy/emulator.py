"""A receipt printer made of software that speaks the bytes of a real one.

The virtual printer of the service is this emulator behind a pipe in memory; the tests
put the same emulator behind a TCP socket. It can run out of paper, be opened and be
switched off, and then behaves as the real thing: it stops taking data in the middle of
a receipt, answers status questions all the same, and goes on when the paper is back.
"""

import threading

from . import interpreter as command
from .interpreter import Interpreter
from .paper import Paper
from .raster import MAX_ROWS

#: Input that a stopped printer still takes before the line blocks.
BUFFER_BYTES = 16 * 1024

#: Paper that hangs out of the printer uncut is torn off here, or it would grow for
#: ever. More than any single receipt has.
TEAR_ROWS = MAX_ROWS + MAX_ROWS // 4

QUESTIONS = (b"\x01", b"\x02", b"\x03", b"\x04")


class Emulator:
    """State machine: bytes in, replies, receipts and drawer pulses out."""

    def __init__(self, dots=576, on_reply=None, on_receipt=None, on_pulse=None):
        self.paper = "ok"
        self.cover_open = False
        self.powered = True
        #: Rows of paper left on the roll; None is an endless roll.
        self.rows_left = None
        #: Cheap printers answer nothing at all.
        self.answers = True
        self.on_reply = on_reply or (lambda data: None)
        self.on_receipt = on_receipt or (lambda image: None)
        self.on_pulse = on_pulse or (lambda pin, milliseconds: None)
        self._sheet = Paper(dots)
        self._input = Interpreter()
        self._reports = False
        self._lock = threading.Lock()

    @property
    def online(self):
        return self.paper != "out" and not self.cover_open

    @property
    def has_room(self):
        """Whether the line takes more bytes."""
        return self.online or len(self._input.buffer) < BUFFER_BYTES

    def connected(self):
        """A new connection: reports are off until asked for."""
        self._reports = False

    def set(self, **changes):
        """Somebody opens the cover, puts in paper, ...; the printer reports it."""
        with self._lock:
            for name, value in changes.items():
                setattr(self, name, value)
            if changes.get("paper") in ("ok", "low") and "rows_left" not in changes:
                self.rows_left = None
            self._report()
            self._work()

    def receive(self, data):
        """Take bytes from the line."""
        with self._lock:
            # Real-time commands work while the printer is stopped, and in the middle
            # of a picture that never came to its end.
            if not self.online or (
                self._input.buffer and data.startswith((b"\x10\x04", b"\x10\x14\x08"))
            ):
                data = self._real_time(data)
            self._input.feed(data)
            self._work()

    def _real_time(self, data):
        """A stopped printer still answers status questions and clears its buffer."""
        rest = bytearray()
        at = 0
        while (found := data.find(b"\x10", at)) >= 0:
            rest += data[at:found]
            question = data[found : found + 3]
            if question[:2] == b"\x10\x04" and question[2:] in QUESTIONS:
                self._answer(question[2])
                at = found + 3
            elif question == b"\x10\x14\x08":
                self._input.clear()
                rest.clear()
                at = found + 10
            elif question == b"\x10\x14\x01" and len(data) >= found + 5:
                self.on_pulse(5 if data[found + 3] else 2, data[found + 4] * 100)
                at = found + 5
            else:
                rest.append(0x10)
                at = found + 1
        rest += data[at:]
        return bytes(rest)

    def _work(self):
        while self.online and (item := self._input.next()) is not None:
            self._do(item)

    def _do(self, item):
        if isinstance(item, command.AskStatus):
            self._answer(item.number)
        elif isinstance(item, command.AskSensor):
            self._reply(bytes([0x03 if self.paper == "low" else 0x00]))
        elif isinstance(item, command.AutoStatus):
            self._reports = item.enabled
            self._report()
        elif isinstance(item, command.Pulse):
            self.on_pulse(item.pin, item.milliseconds)
        elif isinstance(item, command.Cut):
            self._cut(item.feed)
        else:
            self._use_paper(self._sheet.take(item))
            if self._sheet.rows > TEAR_ROWS:
                self._cut(feed=False)

    def _cut(self, feed):
        if (image := self._sheet.cut(feed)) is not None:
            self.on_receipt(image)

    def _use_paper(self, rows):
        if self.rows_left is None or not rows:
            return
        self.rows_left -= rows
        if self.rows_left <= 0:
            self.rows_left = 0
            self.paper = "out"
            self._report()

    def _reply(self, data):
        if self.answers:
            self.on_reply(data)

    def _answer(self, number):
        status = 0x12
        if number == 1:
            status |= 0x00 if self.online else 0x08
        elif number == 2:
            status |= 0x04 if self.cover_open else 0
            status |= 0x20 if self.paper == "out" else 0
        elif number == 4:
            status |= {"out": 0x6C, "low": 0x0C}.get(self.paper, 0)
        self._reply(bytes([status]))

    def _report(self):
        if not self._reports:
            return
        head = 0x10 | (0 if self.online else 0x08) | (0x20 if self.cover_open else 0)
        roll = {"out": 0x0F, "low": 0x03}.get(self.paper, 0)
        self._reply(bytes([head, 0x00, roll, 0x00]))
