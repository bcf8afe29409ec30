"""What the service at the exchange must not forget, in a small database on disk.

Reports wait here until Odoo has taken them, in their order. The calls under way are kept
as well, so that a service which was killed knows them when it runs again.
"""

import json
import sqlite3
import threading

TABLES = """
CREATE TABLE IF NOT EXISTS report (
    id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY, body TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (only INTEGER PRIMARY KEY, body TEXT NOT NULL);
"""


class Spool:
    """A queue that survives whatever happens to the process."""

    def __init__(self, path):
        self._lock = threading.Lock()
        self._kept = None
        self._db = sqlite3.connect(path, check_same_thread=False)
        # What was committed is on the disk, also when the power goes.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(TABLES)

    def close(self):
        with self._lock:
            self._db.close()

    def add(self, fields):
        """Keep a report, a dict of texts, until it is taken."""
        with self._lock, self._db:
            self._db.execute("INSERT INTO report (body) VALUES (?)", [_packed(fields)])

    def first(self):
        """`(id, fields)` of the oldest report, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT id, body FROM report ORDER BY id LIMIT 1"
            ).fetchone()
        return (row[0], json.loads(row[1])) if row else None

    def done(self, report_id):
        """Forget a report that was taken."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM report WHERE id = ?", [report_id])

    def refuse(self, report_id, reason):
        """Put a report aside that will never be taken, for people to look at."""
        with self._lock, self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO refused"
                " SELECT id, body, ? FROM report WHERE id = ?",
                [reason, report_id],
            )
            self._db.execute("DELETE FROM report WHERE id = ?", [report_id])

    def count(self):
        """How many reports wait, and how many were refused."""
        with self._lock:
            return self._db.execute(
                "SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM refused)"
            ).fetchone()

    def keep_calls(self, calls):
        """Keep the calls under way; nothing is written when nothing changed."""
        packed = _packed(calls)
        if packed == self._kept:
            return
        with self._lock, self._db:
            self._db.execute("INSERT OR REPLACE INTO calls VALUES (1, ?)", [packed])
        self._kept = packed

    def kept_calls(self):
        """The calls that were under way when they were last kept."""
        with self._lock:
            row = self._db.execute("SELECT body FROM calls").fetchone()
        return json.loads(row[0]) if row else {}


def _packed(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
