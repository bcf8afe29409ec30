"""Prints the jobs of one printer in order, and tells the waiting client the truth."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from .errors import MaybePrinted, NotPrinted
from .journal import Job

_logger = logging.getLogger(__name__)

#: Seconds between two looks into a journal that fails.
JOURNAL_PAUSE = 1.0


@dataclass(frozen=True)
class Outcome:
    """What a client learns about its job.

    `printed` is true when nothing is left to do for a cashier: the receipt is printed
    or on its way out. Otherwise `code` says why not.
    """

    job: Job
    printed: bool
    code: str = ""


class Spooler:
    """One per printer; the only one who moves the states of its jobs."""

    def __init__(self, printer, store):
        self.printer = printer
        self.store = store
        #: Held while a request decides whether it is new, so that two equal ones
        #: at the same moment make one job.
        self.intake = asyncio.Lock()
        self._work = asyncio.Event()
        self._changed = asyncio.Condition()
        #: Trouble of the job that is being sent right now, e.g. paper ran out.
        self._trouble = {}
        self._task = None
        self._stopping = False

    def start(self):
        self._work.set()
        self._task = asyncio.create_task(self._run(), name=f"spool-{self.printer.name}")

    async def stop(self, grace):
        """Let the running job finish for a moment; then leave it to the journal."""
        if self._task is None:
            return
        self._stopping = True
        self._work.set()
        done, _ = await asyncio.wait({self._task}, timeout=grace)
        if not done:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def submit(self, document, digest, client, source, **more):
        job = await self.store.add(
            self.printer.name, document, digest, client, source, **more
        )
        self._work.set()
        return job

    async def requeue(self, job_id):
        done = await self.store.requeue(job_id)
        self._work.set()
        return done

    async def wait(self, job_id, seconds):
        """Follow a job for some time and say what the cashier should know.

        A job that did not even start by then is withdrawn, because the cashier will
        press "retry": it must not come out later as well.
        """
        job, trouble = None, ""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                while True:
                    job = await self.store.get(job_id)
                    trouble = self._trouble.get(job_id, "")
                    if trouble or self._is_done(job):
                        break
                    await self._changed.wait()
        if job is None or (job.state == "queued" and not trouble):
            if await self.store.move(job_id, "failed", "busy"):
                await self._tell()
            job = await self.store.get(job_id)
        if job.state in ("failed", "unknown"):
            return Outcome(job, False, job.code)
        return Outcome(job, not trouble, trouble)

    def _is_done(self, job):
        return job.state not in self.printer.unfinished_states

    async def _tell(self):
        async with self._changed:
            self._changed.notify_all()

    async def _run(self):
        while not self._stopping:
            try:
                await self._step()
            except Exception:
                # A full or failing disk; the till goes on when it is cured.
                _logger.exception("The journal of %s failed.", self.printer.name)
                await asyncio.sleep(JOURNAL_PAUSE)

    async def _step(self):
        """Print the next job, or wait for one."""
        job = await self.store.next_queued(self.printer.name)
        if job is None:
            self._work.clear()
            job = await self.store.next_queued(self.printer.name)
            if job is None and not self._stopping:
                await self._work.wait()
            return
        try:
            await self._print(job)
        except Exception:
            # One broken job must not stop the till; it stays in the journal.
            _logger.exception("Job %s broke the spooler.", job.id)
            await self.store.move(job.id, "failed", "mechanical")
            await self.store.move(job.id, "unknown", "maybe_printed")
            await self._tell()

    async def _print(self, job):
        document, _digest = await self.store.document(job.id)

        async def on_sending():
            if not await self.store.move(job.id, "sending"):
                # Withdrawn by its client in the last moment.
                raise NotPrinted("cancelled")

        async def on_sent():
            await self.store.move(job.id, "sent")
            await self._tell()

        def on_trouble(code):
            # An empty code means that somebody cured it, and printing goes on.
            self._trouble[job.id] = code
            asyncio.get_running_loop().create_task(self._tell())

        try:
            confirmation = await self.printer.print(
                document, on_sending, on_sent, on_trouble
            )
            if confirmation == "confirmed":
                await self.store.move(job.id, "confirmed")
            _logger.info("Job %s: %s by %s.", job.id, confirmation, self.printer.name)
        except NotPrinted as error:
            await self.store.move(job.id, "failed", error.code)
            _logger.warning("Job %s was not printed: %s", job.id, error)
        except MaybePrinted as error:
            code = self._trouble.get(job.id) or error.code
            await self.store.move(job.id, "unknown", code)
            _logger.warning("Job %s may have been printed: %s", job.id, error)
        finally:
            self._trouble.pop(job.id, None)
            await self._tell()
