"""The device service: puts journal, printers and peripherals together."""

import asyncio
import contextlib
import functools
import hashlib
import logging
import time
import uuid

from . import __version__, escpos
from .errors import NotPrinted, ProxyError
from .journal import Journal, Store
from .peripherals import CustomerDisplay, DrawerGuard, Scale, Scanner
from .printer import PROFILES, Printer
from .raster import receipt_raster
from .spooler import Spooler
from .transport import MemoryTransport, TcpTransport
from .virtual import VirtualDevice

_logger = logging.getLogger(__name__)

#: Doubtful jobs older than this are no longer shown as trouble at the till.
DOUBT_SECONDS = 24 * 3600

JOURNAL_WAS_BROKEN = (
    "The print journal was damaged and started anew. Receipts may be missing."
)


class Service:
    """Everything behind the HTTP routes. Routes call it and shape the answer."""

    def __init__(self, settings):
        self.settings = settings
        self.journal = Journal(settings.state / "journal.sqlite")
        self.store = Store(self.journal)
        self.virtual = {}
        self.spoolers = {}
        self.guards = {}
        self.drawers = set()
        self.scanner = Scanner(settings.scanner)
        self.scale = Scale(settings.scale)
        self.display = CustomerDisplay()
        self.started_at = time.time()
        self.default_printer = settings.default_printer or settings.printers[0].name
        #: Held while a job number is looked up and taken: all printers share them.
        self._numbers = asyncio.Lock()
        #: Held while a picture is decoded or a document is read.
        self._heavy = asyncio.Lock()
        self._doubtful = {}
        self._broken = []
        self._tasks = []
        for printer in settings.printers:
            self._add_printer(printer)

    def _add_printer(self, settings):
        if settings.kind == "virtual":
            device = VirtualDevice(
                settings.name, settings.dots, self.settings.receipts_folder
            )
            self.virtual[settings.name] = device
            make_transport = functools.partial(MemoryTransport, device.emulator)
        else:
            make_transport = functools.partial(
                TcpTransport, settings.host, settings.port
            )
        printer = Printer(
            settings.name,
            make_transport,
            PROFILES[settings.profile],
            dots=settings.dots,
            threshold=settings.threshold,
            drawer_pin=settings.drawer_pin,
            reply_timeout=settings.reply_timeout,
            job_timeout=settings.job_timeout,
        )
        self.spoolers[settings.name] = Spooler(printer, self.store)
        self.guards[settings.name] = DrawerGuard(
            self.settings.drawer_min_interval, self.settings.drawer_per_minute
        )
        if settings.drawer:
            self.drawers.add(settings.name)

    # ---- life ----------------------------------------------------------------

    async def start(self):
        await self.store.open()
        interrupted = await self.store.recover(
            [
                name
                for name, spooler in self.spoolers.items()
                if spooler.printer.profile.confirmation == "sent"
            ]
        )
        for job_id, printer in interrupted:
            _logger.warning("Job %s was interrupted; it is not printed again.", job_id)
            if printer in self.spoolers:
                self.spoolers[printer].printer.torn = True
        if self.journal.was_broken:
            # Nobody knows any more which of them stopped in the middle.
            for spooler in self.spoolers.values():
                spooler.printer.torn = True
        await self._refresh_doubtful()
        for spooler in self.spoolers.values():
            spooler.start()
        self._tasks = [
            asyncio.create_task(self._watch(spooler.printer))
            for spooler in self.spoolers.values()
        ]
        self._tasks.append(asyncio.create_task(self._clean()))

    async def stop(self, grace=5.0):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(s.stop(grace) for s in self.spoolers.values()))
        await self.store.close()

    async def _watch(self, printer):
        """Keep the known state fresh, so that no request ever waits for a device."""
        while True:
            with contextlib.suppress(Exception):
                await printer.check()
                await self._refresh_doubtful()
            await asyncio.sleep(self.settings.status_interval)

    async def _refresh_doubtful(self):
        self._doubtful = await self.store.doubtful(time.time() - DOUBT_SECONDS)
        self._broken = await self.store.broken()

    async def _clean(self):
        while True:
            before = time.time() - self.settings.keep_days * 86400
            while await self.store.forget(before):
                pass
            await asyncio.sleep(3600)

    # ---- status --------------------------------------------------------------

    def spooler(self, name=""):
        spooler = self.spoolers.get(name or self.default_printer)
        if spooler is None:
            raise ProxyError("unknown_printer", http_status=404)
        return spooler

    def printer_status(self, name):
        """State of one printer from memory: `(status, messages)`."""
        printer = self.spooler(name).printer
        messages = []
        if printer.known is None:
            return "connecting", messages
        if printer.trouble:
            messages.append(ProxyError(printer.trouble).message)
        elif printer.known.paper == "low":
            messages.append("The paper roll is nearly empty.")
        if self._doubtful.get((printer.name, "unknown")):
            messages.append("A receipt may not have been printed completely.")
        if self.journal.was_broken:
            messages.append(JOURNAL_WAS_BROKEN)
        return "disconnected" if printer.trouble else "connected", messages

    def status(self):
        """Everything at once, from memory."""
        printers = []
        for name, spooler in self.spoolers.items():
            state, messages = self.printer_status(name)
            known = spooler.printer.known
            printers.append(
                {
                    "name": name,
                    "default": name == self.default_printer,
                    "virtual": name in self.virtual,
                    "status": state,
                    "code": spooler.printer.trouble,
                    "messages": messages,
                    "paper": known.paper if known else "",
                    "drawer": name in self.drawers,
                    "queued": self._doubtful.get((name, "queued"), 0),
                    "unknown": self._doubtful.get((name, "unknown"), 0),
                }
            )
        return {
            "version": __version__,
            "uptime": round(time.time() - self.started_at, 1),
            "printers": printers,
            "broken_journals": self._broken,
            "scanner": self.scanner.status,
            "scale": self.scale.status,
        }

    # ---- printing ------------------------------------------------------------

    async def receipt_document(self, content, spooler):
        """Picture of a receipt to bytes for this printer, off the event loop."""
        return await self.work(_receipt_document, content, spooler.printer)

    async def work(self, function, *args):
        """Heavy work: beside the event loop, and one at a time for its memory."""
        async with self._heavy:
            return await asyncio.to_thread(function, *args)

    async def print_once(self, spooler, document, digest, client, source):
        """Print for a client without job numbers; see Journal.find_repeat."""
        async with spooler.intake:
            job = await self.store.find_repeat(
                spooler.printer.name,
                digest,
                self.settings.repeat_window,
                spooler.printer.unfinished_states,
            )
            if job is None:
                job = await spooler.submit(document, digest, client, source)
            else:
                _logger.info("Job %s was asked for again; not printed twice.", job.id)
        return await self._follow(spooler, job.id)

    async def print_numbered(
        self, spooler, document, digest, client, source, job_id, title="", wait=None
    ):
        """Print for a client that numbers its jobs: one number, one receipt."""
        async with self._numbers:
            job = await self.store.get(job_id)
            if job is None:
                await spooler.submit(
                    document, digest, client, source, job_id=job_id, title=title
                )
            elif job.printer != spooler.printer.name or (
                (await self.store.document(job_id))[1] != digest
            ):
                raise ProxyError("job_conflict", http_status=409)
            elif job.state == "failed":
                await spooler.requeue(job_id)
        return await self._follow(spooler, job_id, wait)

    async def _follow(self, spooler, job_id, wait=None):
        limit = self.settings.answer_wait
        outcome = await spooler.wait(
            job_id, limit if wait is None else min(max(wait, 0), limit)
        )
        await self._refresh_doubtful()
        return outcome

    async def retry(self, job_id, client, copy_text=None):
        """Print a job again because a person asked for it.

        What failed is simply printed. What may have been printed already comes out
        with a mark, so that no two receipts pass for originals. While it is on its way
        nobody gets another one: that was the same wish.
        """
        async with self._numbers:
            job = await self.store.get(job_id)
            if job is None:
                raise ProxyError("not_found", http_status=404)
            spooler = self.spooler(job.printer)
            states = spooler.printer.unfinished_states
            if await self.store.is_being_printed(job_id, states):
                detail = "This receipt is being printed right now."
                raise ProxyError("state", detail, http_status=409)
            if job.state == "failed":
                await spooler.requeue(job_id)
            else:
                job = await self._submit_copy(spooler, job, client, copy_text)
        return await self._follow(spooler, job.id)

    async def _submit_copy(self, spooler, job, client, copy_text):
        document, _digest = await self.store.document(job.id)
        if document is None:
            raise ProxyError("state", http_status=409)
        mark = escpos.text(
            f"*** {copy_text or self.settings.copy_text} ***\n\n",
            align="center",
            bold=True,
            width=2,
            height=2,
        )
        copy = await spooler.submit(
            escpos.INIT + mark + escpos.INIT + document,
            f"copy:{uuid.uuid4()}",
            client,
            "retry",
            title=job.title,
            copy_of=job.id,
        )
        await self.store.dismiss(job.id)
        return copy

    async def print_test(self, spooler, client):
        """A page that shows the edges, the letters and the greys of this printer."""
        document = test_page(spooler.printer)
        return await self._follow(
            spooler,
            (
                await spooler.submit(
                    document, f"test:{uuid.uuid4()}", client, "test", title="Test page"
                )
            ).id,
        )

    # ---- drawer --------------------------------------------------------------

    async def open_drawer(self, spooler, client, reason=""):
        """Open now, or say why not. Every try is written down, and first."""
        name = spooler.printer.name
        outcome = self.guards[name].ask()
        if name not in self.drawers:
            await self._note_pulse(name, client, reason, "no drawer")
            raise NotPrinted("unknown_printer", http_status=404)
        if outcome != "open":
            await self._note_pulse(name, client, reason, outcome)
            if outcome == "refused":
                raise NotPrinted("not_now", http_status=429)
            return outcome
        # Counted before the pulse: two requests at once are one opening.
        self.guards[name].opened()
        number = await self._note_pulse(name, client, reason, "asked")
        outcome = "unknown"
        try:
            await spooler.printer.pulse()
            outcome = "opened"
        except NotPrinted as error:
            outcome = f"failed: {error.code}"
            raise
        finally:
            await self.store.settle_pulse(number, outcome)
            _logger.info("Drawer %s: %s.", name, outcome)
        return outcome

    async def _note_pulse(self, name, client, reason, outcome):
        number = await self.store.add_pulse(name, client, reason, outcome)
        _logger.info("Drawer %s: %s (%s, %s).", name, outcome, client, reason)
        return number


def digest_of(*parts):
    """Fingerprint of what a client wants printed."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _receipt_document(content, printer):
    picture = receipt_raster(content, printer.dots, printer.threshold)
    return escpos.raster(picture) + escpos.cut()


def test_page(printer):
    """Bytes of the test page."""
    columns = printer.dots // 12
    ruler = "".join(str((column + 1) % 10) for column in range(columns))
    rows = (
        ("Test page\n", {"align": "center", "bold": True, "width": 2, "height": 2}),
        (f"{printer.name}, {printer.dots} dots\n\n", {"align": "center"}),
        ("ABCDEFG abcdefg 0123456789\n", {}),
        ("ÅÄÖ åäö éüñ € % & @\n", {}),
        ("Bold\n", {"bold": True}),
        ("Right\n", {"align": "right"}),
        (f"{ruler}\n", {}),
    )
    body = b"".join(escpos.text(content, **style) for content, style in rows)
    return body + escpos.text("") + escpos.cut()
