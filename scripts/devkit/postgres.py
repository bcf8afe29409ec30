"""PostgreSQL: a private cluster in the state folder, or the server that PGHOST names.

The private cluster listens on a Unix socket only and needs no password: whoever may
enter its folder is trusted. It is started by the command that needs it and stopped by
the last one that does.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import locks
from .console import Fault, say, step
from .settings import LOGS, RUN, STATE, digest

USER = "odoo"
CLUSTER = STATE / "postgres"
# A socket's path may have 107 bytes at most, and a checkout can lie deep.
SOCKETS = Path("/tmp") / f"asiakaskunta-{digest(str(STATE))}"  # noqa: S108

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": str(SOCKETS),
    "max_connections": "200",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
}


@contextlib.contextmanager
def server():
    """PostgreSQL for the time of the block; PG* variables lead every client there."""
    if os.environ.get("PGHOST"):
        _require_answer()
        yield
        return
    handle = locks.share(RUN / "postgres.users")
    try:
        with locks.exclusive(RUN / "postgres.lock", "it starts PostgreSQL"):
            cluster = _Cluster()
            cluster.ensure_running()
        os.environ.update(PGHOST=str(SOCKETS), PGUSER=USER)
        os.environ.pop("PGPORT", None)
        try:
            cluster.check()
            yield
        finally:
            with locks.exclusive(RUN / "postgres.lock", "it stops PostgreSQL"):
                if locks.is_last(handle):
                    cluster.stop()
            os.environ.pop("PGHOST", None)
    finally:
        handle.close()


def stop_private_cluster():
    """Stop the cluster whoever uses it; for `make clean`."""
    if (CLUSTER / "PG_VERSION").exists():
        _Cluster().stop()


def require_private_cluster(seconds=15):
    """A Fault if our own server ended under those who use it."""
    if os.environ.get("PGHOST") != str(SOCKETS):
        return
    for _ in range(seconds):
        ready = [_find_binaries() / "pg_isready", "-q", "-h", SOCKETS]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(1)
    raise Fault("PostgreSQL ended by itself. Start again: what was stored is not lost.")


def query(sql, database="postgres"):
    """Rows of text, by psql: nothing else is there before Odoo's environment is."""
    done = subprocess.run(
        ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Fault(f"PostgreSQL refused: {done.stderr.strip().splitlines()[0]}")
    return [line.split("|") for line in done.stdout.splitlines()]


def _require_answer():
    # psql's default database is that of the user, which need not exist.
    try:
        query("SELECT 1")
    except FileNotFoundError:
        raise Fault("psql is missing: install the package postgresql-client.") from None
    except Fault as fault:
        raise Fault(f"PGHOST={os.environ['PGHOST']} does not answer. {fault}") from None


class _Cluster:
    def __init__(self):
        self.binaries = _find_binaries()
        self.as_user = []
        if os.geteuid() == 0:
            # PostgreSQL does not run as root; Debian's package brings this user.
            try:
                self.owner = pwd.getpwnam("postgres")
            except KeyError:
                raise Fault(
                    "PostgreSQL does not run as root and there is no user 'postgres'; "
                    "install the package postgresql."
                ) from None
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres"]
            self.as_user += ["--init-groups"]
        else:
            self.owner = pwd.getpwuid(os.geteuid())
        self.home = self._home()
        self.log = self.home / "server.log"

    def _home(self):
        """The state folder, or one below /var/tmp if `postgres` cannot reach that."""
        if CLUSTER.is_symlink():
            return CLUSTER.resolve()
        if not self.as_user or self._reaches(STATE):
            return CLUSTER
        home = Path("/var/tmp") / SOCKETS.name / "postgres"  # noqa: S108
        home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        say(f"{STATE} is closed to other users; the database files go to {home}.")
        # What is there belonged to a state folder that was deleted by hand.
        self._end_servers_of(home)
        shutil.rmtree(home, ignore_errors=True)
        CLUSTER.symlink_to(home)
        return home

    def _reaches(self, folder):
        command = [*self.as_user, "test", "-x", folder]
        return subprocess.run(command, cwd="/", check=False).returncode == 0

    def _run(self, program, *arguments):
        return subprocess.run(
            [*self.as_user, self.binaries / program, *arguments],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def ensure_running(self):
        if (self.home / "PG_VERSION").is_file():
            self._check_version()
        else:
            self._create()
        self._prepare_folders()
        if self._answers():
            return
        self._remove_stale_lock()
        options = " ".join(f"-c {key}='{value}'" for key, value in SETTINGS.items())
        done = subprocess.run(
            [*self.as_user, self.binaries / "pg_ctl", "-D", self.home]
            + ["-l", self.log, "-o", options, "-w", "-t", "60", "start"],
            cwd="/",
            stdin=subprocess.DEVNULL,
            # The server would keep a pipe open and the command waiting.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode or not self._answers():
            raise Fault(
                f"PostgreSQL did not start: {self._last_words()} "
                "(if its files were damaged, `make clean` starts anew)"
            )

    def check(self):
        """A server starts on files that are half gone; it only cannot be used."""
        try:
            query("SELECT 1")
        except Fault as fault:
            raise Fault(
                f"The database files in {self.home} are damaged: put a copy of them "
                f"back, or start anew with `make clean`. {fault}"
            ) from None

    def stop(self):
        self._run("pg_ctl", "-D", self.home, "-m", "fast", "-w", "stop")
        shutil.rmtree(SOCKETS, ignore_errors=True)

    def _create(self):
        """Make the cluster beside its place: it is there whole or not at all."""
        with step("Creating a private PostgreSQL cluster"):
            # Its files may have been deleted while it ran.
            self._end_servers_of(self.home)
            building = self.home.with_suffix(".new")
            for path in (building, self.home):
                shutil.rmtree(path, ignore_errors=True)
            building.mkdir(mode=0o700, parents=True)
            os.chown(building, self.owner.pw_uid, self.owner.pw_gid)
            done = self._run(
                *("initdb", "-D", building, "-U", USER, "--auth=trust"),
                *("--encoding=UTF8", "--locale=C.UTF-8"),
            )
            if done.returncode:
                reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
                raise Fault(f"PostgreSQL's initdb failed: {' '.join(reason)}")
            os.replace(building, self.home)

    @staticmethod
    def _end_servers_of(home):
        for pid in _servers_of(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
            deadline = time.monotonic() + 20
            while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
                time.sleep(0.1)

    def _check_version(self):
        theirs = (self.home / "PG_VERSION").read_text().strip()
        ours = self.binaries.parent.name
        if theirs != ours:
            raise Fault(
                f"The database files in {self.home} are of PostgreSQL {theirs}, this is "
                f"{ours}. Install postgresql-{theirs}, or `make clean` to start anew."
            )

    def _prepare_folders(self):
        # Also mends a folder that lost its empty subfolders or a deleted /tmp entry.
        SOCKETS.mkdir(mode=0o700, exist_ok=True)
        owner = SOCKETS.stat().st_uid
        if owner not in (self.owner.pw_uid, os.geteuid()):
            raise Fault(f"{SOCKETS} belongs to another user; remove it.")
        os.chown(SOCKETS, self.owner.pw_uid, self.owner.pw_gid)
        LOGS.mkdir(parents=True, exist_ok=True)

    def _answers(self):
        done = subprocess.run(
            [self.binaries / "pg_isready", "-q", "-h", SOCKETS], check=False
        )
        return done.returncode == 0

    def _remove_stale_lock(self):
        """Remove the note of a server that is gone, even if its number lives on."""
        note = self.home / "postmaster.pid"
        if note.exists() and not list(_servers_of(self.home)):
            note.unlink()

    def _last_words(self):
        try:
            lines = self.log.read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        fatal = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines
        return fatal[-1] if fatal else "it left no log"


def _servers_of(home):
    """Process ids of PostgreSQL servers that were started on a folder."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"/bin/postgres") and str(home).encode() in words:
            yield int(entry.parent.name)


def _find_binaries():
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name),
    )
    folders = [path for path in folders if (path / "initdb").exists()]
    if (CLUSTER / "PG_VERSION").is_file():
        wanted = (CLUSTER / "PG_VERSION").read_text().strip()
        same = [path for path in folders if path.parent.name == wanted]
        folders = same or folders
    if folders:
        return folders[-1]
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise Fault("PostgreSQL's server is missing: install the package postgresql.")
