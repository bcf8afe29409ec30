"""Rules of the journal, on its own file."""

import asyncio
import os
import sqlite3

import pytest

from hardware_proxy.errors import ConfigError
from hardware_proxy.journal import BEFORE, Journal, Store


@pytest.fixture
def clock():
    class Clock:
        at = 1000.0

        def __call__(self):
            return self.at

    return Clock()


@pytest.fixture
def journal(tmp_path, clock):
    journal = Journal(tmp_path / "journal.sqlite", now=clock)
    journal.open()
    yield journal
    journal.close()


STATES = ("queued", "sending", "sent", "confirmed", "failed", "unknown")
WAY = {
    "queued": (),
    "sending": ("sending",),
    "sent": ("sending", "sent"),
    "confirmed": ("sending", "sent", "confirmed"),
    "failed": ("failed",),
    "unknown": ("sending", "unknown"),
}
UNFINISHED = ("queued", "sending", "sent")


def _job(journal, state="queued", digest="d", answered=False):
    job = journal.add("receipt", b"doc", digest, "till", "test")
    for step in WAY[state]:
        assert journal.move(job.id, step)
    if answered:
        journal.mark_answered(job.id)
    return job.id


@pytest.mark.parametrize("source", STATES)
@pytest.mark.parametrize("target", sorted(BEFORE))
def test_only_the_allowed_moves_are_possible(journal, source, target):
    job_id = _job(journal, source)
    allowed = source in BEFORE[target]
    assert journal.move(job_id, target) is allowed
    assert journal.get(job_id).state == (target if allowed else source)


@pytest.mark.parametrize("state", STATES)
def test_after_a_restart_only_queued_jobs_print(journal, state):
    job_id = _job(journal, state)
    interrupted = journal.recover()
    after = journal.get(job_id).state
    assert after == ("unknown" if state in ("sending", "sent") else state)
    expected = [(job_id, "receipt")] if state in ("sending", "sent") else []
    assert interrupted == expected
    following = journal.next_queued("receipt")
    assert (following is not None) is (state == "queued")


def test_sent_is_the_end_for_printers_that_never_confirm(journal):
    job_id = _job(journal, "sent")
    journal.recover(never_confirming=["receipt"])
    assert journal.get(job_id).state == "sent"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("answered", [False, True])
def test_what_counts_as_a_repetition(journal, state, answered):
    job_id = _job(journal, state, answered=answered)
    found = journal.find_repeat("receipt", "d", 60, UNFINISHED)
    repeats = state in UNFINISHED or (
        state in ("confirmed", "unknown") and not answered
    )
    assert (found.id if found else None) == (job_id if repeats else None)


def test_repetition_is_forgotten_after_the_window(journal, clock):
    _job(journal, "confirmed")
    clock.at += 59
    assert journal.find_repeat("receipt", "d", 60, UNFINISHED)
    clock.at += 2
    assert journal.find_repeat("receipt", "d", 60, UNFINISHED) is None


def test_other_printer_or_picture_is_no_repetition(journal):
    _job(journal, "queued")
    assert journal.find_repeat("kitchen", "d", 60, UNFINISHED) is None
    assert journal.find_repeat("receipt", "e", 60, UNFINISHED) is None


@pytest.mark.parametrize("state", STATES)
def test_only_a_failed_job_may_start_again(journal, state):
    job_id = _job(journal, state)
    assert journal.requeue(job_id) is (state == "failed")


def test_jobs_print_in_the_order_they_came(journal):
    ids = [_job(journal, digest=str(number)) for number in range(5)]
    seen = []
    while job := journal.next_queued("receipt"):
        seen.append(job.id)
        journal.move(job.id, "sending")
    assert seen == ids


def test_written_job_is_on_disk(journal, tmp_path):
    """Another process reads it at once, and the file asks for full syncing."""
    job_id = _job(journal)
    other = sqlite3.connect(tmp_path / "journal.sqlite")
    assert other.execute("SELECT state FROM job WHERE id = ?", (job_id,)).fetchone()
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_two_services_cannot_share_a_journal(journal, tmp_path):
    second = Journal(tmp_path / "journal.sqlite")
    with pytest.raises(ConfigError):
        second.open()
    second.close()


def test_newer_journal_is_not_touched(tmp_path):
    path = tmp_path / "journal.sqlite"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    journal = Journal(path)
    with pytest.raises(ConfigError, match="newer"):
        journal.open()
    journal.close()


def test_old_finished_jobs_are_forgotten_and_queued_ones_kept(journal, clock):
    old = {state: _job(journal, state, digest=state) for state in STATES}
    clock.at += 100
    recent = _job(journal, "confirmed")
    while journal.forget(before=1050, batch=2):
        pass
    left = {job.id for job in journal.list(limit=100)}
    assert left == {old["queued"], recent}


def test_same_number_twice_is_refused_by_the_file(journal):
    journal.add("receipt", b"a", "d", "till", "v1", job_id="number-1")
    with pytest.raises(sqlite3.IntegrityError):
        journal.add("receipt", b"b", "e", "till", "v1", job_id="number-1")
    assert len(journal.list()) == 1


def _fill(path, size=3000):
    journal = Journal(path)
    journal.open()
    for number in range(60):
        journal.add("receipt", b"x" * size, f"d{number}", "till", "test")
    journal.close()
    assert path.stat().st_size > 100_000


def _overwrite(path, at, data):
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


DAMAGES = {
    "garbage at the start": lambda path: _overwrite(path, 0, b"garbage!" * 64),
    "garbage in the middle": lambda path: _overwrite(path, 8192, os.urandom(16384)),
    "cut off": lambda path: os.truncate(path, path.stat().st_size // 2 + 100),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_journal_is_put_aside(tmp_path, damage):
    path = tmp_path / "journal.sqlite"
    _fill(path)
    DAMAGES[damage](path)
    content = path.read_bytes()
    journal = Journal(path)
    journal.open()
    assert journal.list() == []
    _job(journal)
    (name,) = journal.broken()
    assert name.startswith("journal.sqlite.broken-")
    assert journal.was_broken
    # Somebody may still want to read what was in it.
    assert (tmp_path / name).read_bytes() == content
    journal.close()
    # The next start finds a sound one, and still knows of the other.
    journal.open()
    assert len(journal.list()) == 1
    assert journal.broken() == [name]
    assert not journal.was_broken
    journal.close()


def test_two_damaged_journals_are_both_kept(tmp_path, clock):
    path = tmp_path / "journal.sqlite"
    for _ in range(2):
        path.write_bytes(b"garbage!" * 1000)
        journal = Journal(path, now=clock)
        journal.open()
        journal.close()
    assert len(journal.broken()) == 2


def test_journal_that_is_only_out_of_reach_is_not_put_aside(tmp_path):
    """A folder in its place, a wrong owner, a full disk: nothing is damaged."""
    path = tmp_path / "journal.sqlite"
    path.mkdir()
    journal = Journal(path)
    with pytest.raises(ConfigError, match=r"journal .* cannot be used"):
        journal.open()
    journal.close()
    assert journal.broken() == []
    assert path.is_dir()


def test_damage_while_it_runs_costs_one_call(tmp_path):
    path = tmp_path / "journal.sqlite"
    # More than fits into the memory of SQLite, so that it must read the file again.
    _fill(path, size=200_000)

    async def run():
        store = Store(Journal(path))
        await store.open()
        _overwrite(path, 4096, os.urandom(path.stat().st_size - 4096))
        with pytest.raises(sqlite3.DatabaseError):
            await store.list()
        assert await store.list() == []
        assert store.journal.was_broken
        await store.close()

    asyncio.run(run())
