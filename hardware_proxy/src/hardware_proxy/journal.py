"""Journal of print jobs and drawer pulses: what is in it survives a power cut.

States of a job, and who may move it:

    queued  -> sending   the printer is ready, the first byte is about to leave
    queued  -> failed    refused before any byte left; nothing was printed
    sending -> sent      all bytes left
    sent    -> confirmed the printer said that it processed them
    sending, sent -> unknown   the line broke, or we did; paper may have come out

Only `queued` jobs are printed after a restart. `unknown` ones never print by
themselves again: a person looks at the printer and decides.

A drawer pulse is written down as `asked` before it is sent and gets its outcome
afterwards. One that is still `asked` after a restart may have opened the drawer: it
becomes `unknown`, and is never sent again.

A damaged file must not stop the till: it is put aside under another name and the
service goes on with a new one. What was queued in it is lost, so this is told.
"""

import asyncio
import contextlib
import fcntl
import functools
import logging
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .errors import ConfigError

_logger = logging.getLogger(__name__)

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE job (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    printer TEXT NOT NULL,
    client TEXT NOT NULL,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    document BLOB,
    state TEXT NOT NULL CHECK (
        state IN ('queued', 'sending', 'sent', 'confirmed', 'failed', 'unknown')
    ),
    code TEXT NOT NULL DEFAULT '',
    copy_of TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    dismissed INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL
);
CREATE INDEX job_open ON job (printer, seq) WHERE state = 'queued';
CREATE INDEX job_state ON job (state, updated_at);
CREATE INDEX job_digest ON job (printer, digest, seq);
CREATE TABLE pulse (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    printer TEXT NOT NULL,
    client TEXT NOT NULL,
    reason TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX pulse_at ON pulse (at);
"""

#: From which states a job may come to a state.
BEFORE = {
    "sending": ("queued",),
    "sent": ("sending",),
    "confirmed": ("sent",),
    "failed": ("queued",),
    "unknown": ("sending", "sent"),
}

COLUMNS = (
    "id, printer, client, source, title, state, code, copy_of, attempts, answered,"
    " dismissed, created_at, updated_at"
)


#: Files of a database, by what is added to its name.
DATABASE_FILES = ("", "-wal", "-shm")


def is_damage(error):
    """Whether the file itself is broken, rather than full, locked or out of reach."""
    code = getattr(error, "sqlite_errorcode", None) or 0
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True)
class Job:
    id: str
    printer: str
    client: str
    source: str
    title: str
    state: str
    code: str
    copy_of: str | None
    attempts: int
    answered: bool
    dismissed: bool
    created_at: float
    updated_at: float


class Journal:
    """The database file. All calls come from one thread."""

    def __init__(self, path, now=time.time):
        self.path = Path(path)
        self.now = now
        #: A damaged file was found since the start.
        self.was_broken = False
        self._lock_file = None
        self._db = None

    def open(self):
        self.was_broken = False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock_file = self.path.with_suffix(".lock").open("a")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(
                f"Another device service already uses the journal {self.path}."
            ) from error
        self._open_database()

    def _open_database(self):
        try:
            self._connect()
        except sqlite3.Error as error:
            if not is_damage(error):
                raise ConfigError(
                    f"The journal {self.path} cannot be used: {error}."
                ) from error
            self.start_anew()

    def start_anew(self):
        """Put a damaged file aside and go on with an empty one."""
        self._disconnect()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self.now()))
        name = f"{self.path.name}.broken-{stamp}"
        taken = sum(name in other for other in self.broken())
        name += f".{taken}" if taken else ""
        for part in DATABASE_FILES:
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + part).rename(
                    self.path.with_name(name + part)
                )
        _logger.error(
            "The journal was damaged and is now %s. What waited in it is lost.",
            self.path.with_name(name),
        )
        self.was_broken = True
        self._connect()

    def broken(self):
        """Names of the damaged files that nobody has taken away yet."""
        return sorted(
            path.name
            for path in self.path.parent.glob(f"{self.path.name}.broken-*")
            if not path.name.endswith(DATABASE_FILES[1:])
        )

    def _connect(self):
        self._db = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        (result,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if result != "ok":
            error = sqlite3.DatabaseError(result)
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise ConfigError(
                f"The journal {self.path} was written by a newer version."
            )
        if version < SCHEMA_VERSION:
            with self._transaction():
                for statement in SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _disconnect(self):
        if self._db is not None:
            self._db.close()
            self._db = None

    def close(self):
        self._disconnect()
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    @contextlib.contextmanager
    def _transaction(self):
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # SQLite ends a transaction by itself when the disk fails.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def recover(self, never_confirming=()):
        """After a stop in the middle: what was on its way is unknown from now on.

        Printers that never confirm are done with a job once it is sent.
        """
        marks = ", ".join("?" * len(never_confirming))
        with self._transaction():
            self._db.execute(
                "UPDATE pulse SET outcome = 'unknown' WHERE outcome = 'asked'"
            )
            return self._db.execute(
                "UPDATE job SET state = 'unknown', code = 'maybe_printed',"
                " updated_at = ? WHERE state = 'sending'"
                f" OR state = 'sent' AND printer NOT IN ({marks})"
                " RETURNING id, printer",
                (self.now(), *never_confirming),
            ).fetchall()

    def add(self, printer, document, digest, client, source, job_id=None, **more):
        """Write a job down. From here on it is ours to print."""
        job_id = job_id or str(uuid.uuid4())
        now = self.now()
        with self._transaction():
            self._db.execute(
                "INSERT INTO job (id, printer, client, source, title, digest,"
                " document, state, copy_of, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)",
                (
                    job_id,
                    printer,
                    client,
                    source,
                    more.get("title", ""),
                    digest,
                    document,
                    more.get("copy_of"),
                    now,
                    now,
                ),
            )
        return self.get(job_id)

    def move(self, job_id, state, code=""):
        """Change the state; False when the job is not where it must come from."""
        marks = ", ".join("?" * len(BEFORE[state]))
        with self._transaction():
            cursor = self._db.execute(
                f"UPDATE job SET state = ?, code = ?, updated_at = ?,"
                f" attempts = attempts + ? WHERE id = ? AND state IN ({marks})",
                (
                    state,
                    code,
                    self.now(),
                    int(state == "sending"),
                    job_id,
                    *BEFORE[state],
                ),
            )
        return cursor.rowcount == 1

    def requeue(self, job_id):
        """A job that failed without printing anything may be tried again."""
        with self._transaction():
            cursor = self._db.execute(
                "UPDATE job SET state = 'queued', code = '', answered = 0,"
                " dismissed = 0, updated_at = ?"
                " WHERE id = ? AND state = 'failed' AND document IS NOT NULL",
                (self.now(), job_id),
            )
        return cursor.rowcount == 1

    def mark_answered(self, job_id):
        """The client got its answer, so the next equal request is a new wish."""
        with self._transaction():
            self._db.execute("UPDATE job SET answered = 1 WHERE id = ?", (job_id,))

    def dismiss(self, job_id):
        """Somebody looked at a doubtful job; it is no longer shown as trouble."""
        with self._transaction():
            cursor = self._db.execute(
                "UPDATE job SET dismissed = 1"
                " WHERE id = ? AND state IN ('failed', 'unknown')",
                (job_id,),
            )
        return cursor.rowcount == 1

    def get(self, job_id):
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM job WHERE id = ?", (job_id,)
        ).fetchone()
        return self._job(row)

    def document(self, job_id):
        row = self._db.execute(
            "SELECT document, digest FROM job WHERE id = ?", (job_id,)
        ).fetchone()
        return row or (None, "")

    def next_queued(self, printer):
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM job WHERE printer = ? AND state = 'queued'"
            " ORDER BY seq LIMIT 1",
            (printer,),
        ).fetchone()
        return self._job(row)

    def find_repeat(self, printer, digest, window, unfinished):
        """The job that a client without job numbers most likely repeats.

        A request for the same picture is a repetition while the first one is
        unfinished, or when it ended after its client had given up, so that nobody
        knows of it. After an answer the same picture is a wish for a second copy, and
        prints. A job that failed printed nothing, so its repetition prints too.
        """
        marks = ", ".join("?" * len(unfinished))
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM job WHERE printer = ? AND digest = ?"
            " AND created_at >= ? AND state != 'failed'"
            f" AND (NOT answered OR state IN ({marks})) ORDER BY seq DESC LIMIT 1",
            (printer, digest, self.now() - window, *unfinished),
        ).fetchone()
        return self._job(row)

    def is_being_printed(self, job_id, unfinished):
        """Whether the job, or a copy of it, is on its way to paper."""
        marks = ", ".join("?" * len(unfinished))
        return bool(
            self._db.execute(
                "SELECT 1 FROM job WHERE (id = ? OR copy_of = ?)"
                f" AND state IN ({marks}) LIMIT 1",
                (job_id, job_id, *unfinished),
            ).fetchone()
        )

    def list(self, states=None, printer=None, limit=50, dismissed=None):
        """Newest first."""
        where, values = ["1"], []
        if states:
            where.append(f"state IN ({', '.join('?' * len(states))})")
            values += states
        if printer:
            where.append("printer = ?")
            values.append(printer)
        if dismissed is not None:
            where.append("dismissed = ?")
            values.append(int(dismissed))
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM job WHERE {' AND '.join(where)}"
            " ORDER BY seq DESC LIMIT ?",
            (*values, limit),
        )
        return [self._job(row) for row in rows]

    def doubtful(self, since):
        """Number of jobs per printer and state that a person should look at."""
        rows = self._db.execute(
            "SELECT printer, state, count(*) FROM job"
            " WHERE state IN ('unknown', 'queued') AND NOT dismissed"
            " AND updated_at >= ? GROUP BY printer, state",
            (since,),
        )
        return {(printer, state): count for printer, state, count in rows}

    def add_pulse(self, printer, client, reason, outcome="asked"):
        """Write a wish for the drawer down; returns the number of its row."""
        with self._transaction():
            return self._db.execute(
                "INSERT INTO pulse (printer, client, reason, outcome, at)"
                " VALUES (?, ?, ?, ?, ?)",
                (printer, client, reason, outcome, self.now()),
            ).lastrowid

    def settle_pulse(self, number, outcome):
        """What became of a pulse that was asked for."""
        with self._transaction():
            self._db.execute(
                "UPDATE pulse SET outcome = ? WHERE seq = ?", (outcome, number)
            )

    def pulses(self, limit=50):
        rows = self._db.execute(
            "SELECT printer, client, reason, outcome, at FROM pulse"
            " ORDER BY seq DESC LIMIT ?",
            (limit,),
        )
        names = ("printer", "client", "reason", "outcome", "at")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def forget(self, before, batch=500):
        """Drop old finished jobs; returns whether more are left."""
        with self._transaction():
            cursor = self._db.execute(
                "DELETE FROM job WHERE seq IN (SELECT seq FROM job WHERE updated_at < ?"
                " AND state != 'queued' ORDER BY seq LIMIT ?)",
                (before, batch),
            )
            self._db.execute("DELETE FROM pulse WHERE at < ?", (before - 90 * 86400,))
        return cursor.rowcount == batch

    @staticmethod
    def _job(row):
        if row is None:
            return None
        values = list(row)
        values[9], values[10] = bool(row[9]), bool(row[10])
        return Job(*values)


class Store:
    """The journal for asyncio: one thread of its own, so that a slow disk never
    delays an answer that does not need it."""

    def __init__(self, journal):
        self.journal = journal
        self._thread = ThreadPoolExecutor(1, "journal")

    async def close(self):
        await self._call(self.journal.close)
        self._thread.shutdown()

    async def _call(self, method, *args, **kwargs):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, functools.partial(self._run, method, *args, **kwargs)
        )

    def _run(self, method, *args, **kwargs):
        """In the thread: a call that meets damage fails, and the next one works."""
        try:
            return method(*args, **kwargs)
        except sqlite3.Error as error:
            if is_damage(error):
                self.journal.start_anew()
            raise

    def __getattr__(self, name):
        return functools.partial(self._call, getattr(self.journal, name))
