"""One receipt printer: asks, prints, waits for confirmation, opens the drawer."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from . import escpos
from .errors import MaybePrinted, NotPrinted
from .transport import TransportError

_logger = logging.getLogger(__name__)

CHUNK = 1024


@dataclass(frozen=True)
class Profile:
    """What a family of printers can do.

    `confirmation` is how far a job can be followed: `confirmed` means that the printer
    said it has printed, `sent` that its network card took the bytes.
    """

    name: str
    status: bool = True
    auto_status: bool = True
    confirmation: str = "confirmed"
    clear_buffers: bool = True
    guard_pulse: bool = True
    #: Opens the drawer even while it has no paper.
    pulse_now: bool = True


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("epson"),
        # Speaks ESC/POS and answers questions, but lacks Epson's finer commands.
        Profile(
            "compatible",
            auto_status=False,
            clear_buffers=False,
            guard_pulse=False,
            pulse_now=False,
        ),
        # Answers nothing: we can only send and hope.
        Profile(
            "basic",
            status=False,
            auto_status=False,
            confirmation="sent",
            clear_buffers=False,
            guard_pulse=False,
            pulse_now=False,
        ),
    )
}


class Connection:
    """A conversation with the printer, from connect to close."""

    def __init__(self, transport, reply_timeout):
        self.transport = transport
        self.reply_timeout = reply_timeout
        self.replies = escpos.ReplyReader()
        self._status_bytes = asyncio.Queue()
        self._confirmed = asyncio.Event()
        self.lost = asyncio.Event()
        self.on_report = lambda status: None
        self._task = None

    async def __aenter__(self):
        try:
            await self.transport.open()
        except TransportError as error:
            raise NotPrinted("offline", http_status=503) from error
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *exc):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self.transport.close()

    async def _listen(self):
        try:
            while data := await self.transport.read():
                for kind, value in self.replies.feed(data):
                    if kind == "status":
                        self._status_bytes.put_nowait(value)
                    elif kind == "report":
                        self.on_report(escpos.Status.from_auto(value))
                    else:
                        self._confirmed.set()
        except TransportError:
            pass
        self.lost.set()

    async def ask_status(self):
        """All four real-time answers, or NotPrinted when the printer is silent."""
        status = escpos.Status()
        for number in (1, 2, 3, 4):
            try:
                async with asyncio.timeout(self.reply_timeout):
                    await self.transport.write(escpos.status_request(number))
                    status.read(number, await self._status_bytes.get())
            except TimeoutError as error:
                raise NotPrinted("silent", http_status=503) from error
            except TransportError as error:
                raise NotPrinted("offline", http_status=503) from error
        return status

    async def wait_confirmation(self):
        await self.transport.write(escpos.CONFIRM)
        confirmed = asyncio.create_task(self._confirmed.wait())
        lost = asyncio.create_task(self.lost.wait())
        try:
            await asyncio.wait({confirmed, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not self._confirmed.is_set():
                raise TransportError("The printer closed the connection.")
        finally:
            confirmed.cancel()
            lost.cancel()


class Printer:
    """Everything that is done with one printer goes through its lock."""

    def __init__(
        self,
        name,
        make_transport,
        profile,
        dots=576,
        threshold=160,
        drawer_pin=2,
        reply_timeout=2.0,
        job_timeout=120.0,
        pulse_wait=3.0,
    ):
        self.name = name
        self.make_transport = make_transport
        self.profile = profile
        self.dots = dots
        self.threshold = threshold
        self.drawer_pin = drawer_pin
        self.reply_timeout = reply_timeout
        self.job_timeout = job_timeout
        self.pulse_wait = pulse_wait
        #: Last thing known, for answers that must not touch the device.
        self.known = None
        self.trouble = ""
        self._lock = asyncio.Lock()
        #: A job broke off: half a picture may be in the printer's memory, and half a
        #: receipt in front of its knife.
        self.torn = False

    @property
    def unfinished_states(self):
        """States of a job that may still turn out one way or the other."""
        if self.profile.confirmation == "confirmed":
            return ("queued", "sending", "sent")
        return ("queued", "sending")

    def _connection(self):
        return Connection(self.make_transport(), self.reply_timeout)

    def _learn(self, status):
        self.known = status
        self.trouble = status.trouble

    async def check(self):
        """Refresh what is known, unless a job keeps the printer busy."""
        if self._lock.locked():
            return
        async with self._lock:
            try:
                async with self._connection() as connection:
                    status = escpos.Status(online=True)
                    if self.profile.status:
                        status = await connection.ask_status()
                    self._learn(status)
            except NotPrinted as error:
                self.known = escpos.Status(online=False)
                self.trouble = error.code

    async def print(self, document, on_sending, on_sent, on_trouble):
        """Print a document; returns `confirmed` or `sent`.

        `on_sending` is awaited after the printer said it is ready and before the first
        byte of the document leaves, so that the journal knows of every byte.
        Raises NotPrinted before that point and MaybePrinted after it.
        """
        async with self._lock:
            try:
                async with self._connection() as connection:
                    await self._ready(connection)
                    await on_sending()
                    try:
                        async with asyncio.timeout(self.job_timeout):
                            return await self._send(
                                connection, document, on_sent, on_trouble
                            )
                    except (TransportError, TimeoutError) as error:
                        self.torn = True
                        self.trouble = self.trouble or "offline"
                        code = "maybe_printed"
                        raise MaybePrinted(code, http_status=503) from error
            except NotPrinted as error:
                self.trouble = error.code
                raise

    async def _ready(self, connection):
        if not self.profile.status:
            return
        if self.torn and self.profile.clear_buffers:
            await connection.transport.write(escpos.CLEAR_BUFFERS)
        status = await connection.ask_status()
        self._learn(status)
        if status.trouble:
            raise NotPrinted(status.trouble, http_status=503)

    async def _send(self, connection, document, on_sent, on_trouble):
        def on_report(status):
            self._learn(status)
            on_trouble(status.trouble)

        connection.on_report = on_report
        start = escpos.INIT
        if self.torn:
            start += escpos.cut()
        if self.profile.guard_pulse:
            start += escpos.NO_REAL_TIME_PULSE
        if self.profile.auto_status:
            start += escpos.AUTO_STATUS_ON
        end = escpos.REAL_TIME_PULSE_AGAIN if self.profile.guard_pulse else b""
        data = start + document + end
        for at in range(0, len(data), CHUNK):
            if connection.lost.is_set():
                raise TransportError("The printer closed the connection.")
            await connection.transport.write(data[at : at + CHUNK])
        await on_sent()
        if self.profile.confirmation == "confirmed":
            await connection.wait_confirmation()
        elif connection.lost.is_set():
            raise TransportError("The printer closed the connection.")
        self.torn = False
        self.trouble = self.known.trouble if self.known else ""
        return self.profile.confirmation

    async def pulse(self):
        """Open the drawer now or not at all: a late pulse opens it unattended."""
        try:
            async with asyncio.timeout(self.pulse_wait):
                await self._lock.acquire()
        except TimeoutError as error:
            raise NotPrinted("busy", http_status=503) from error
        sent = False
        try:
            async with asyncio.timeout(self.pulse_wait), self._connection() as line:
                await line.transport.write(await self._pulse_command(line))
                sent = True
        except (TransportError, TimeoutError) as error:
            # A line that only closes slowly took the pulse.
            if not sent:
                raise NotPrinted("offline", http_status=503) from error
        finally:
            self._lock.release()

    async def _pulse_command(self, connection):
        if not self.profile.status:
            return escpos.pulse(self.drawer_pin)
        status = await connection.ask_status()
        self._learn(status)
        if not status.trouble:
            return escpos.pulse(self.drawer_pin)
        if not self.profile.pulse_now:
            # In its buffer the pulse would wait for new paper, and open the till then.
            raise NotPrinted(status.trouble, http_status=503)
        return escpos.pulse_now(self.drawer_pin)
