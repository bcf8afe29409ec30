"""Long-running processes of a command: Odoo's server and the hardware proxy."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

from . import environments
from .children import die_with_parent
from .console import Fault
from .settings import LOGS, RECEIPTS, ROOT


@contextlib.contextmanager
def process(name, command, **options):
    """A child process with its own log, ended in an orderly way after the block."""
    log = LOGS / f"{name}.log"
    if log.exists():
        # Why it ended the last time is looked for after the next start.
        log.replace(log.with_suffix(".previous.log"))
    with log.open("wb") as output:
        child = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C reaches this command only, which then ends its children in order.
            start_new_session=True,
            preexec_fn=die_with_parent,
            **options,
        )
    child.log = log
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def odoo_command(odoo, database):
    """The command line of a server on `database`, still without its port.

    Without `--db-filter`: where there is one, Odoo asks PostgreSQL for its databases, over
    a new connection, for each request that has no session.
    """
    return odoo.command("--config", "odoo.conf", "--database", database)


def odoo_server(odoo, database, port, *options, name="odoo", **environment):
    """Odoo's web server on `database`."""
    command = [*odoo_command(odoo, database), "--http-port", str(port), *options]
    return process(name, command, env={**os.environ, **environment})


def hardware_proxy(port, odoo_port, receipts=RECEIPTS, name="hardware_proxy"):
    """The till's device service with virtual devices, for pages of that Odoo only."""
    receipts.mkdir(parents=True, exist_ok=True)
    command = [environments.proxy(), "-m", "hardware_proxy", "--virtual"]
    command += ["--port", str(port), "--receipts", receipts]
    for host in ("127.0.0.1", "localhost"):
        command += ["--allow-origin", f"http://{host}:{odoo_port}"]
    return process(name, command)


def wait_for(url, child, seconds=120):
    """Return when `url` answers; a Fault tells why the child ended instead."""
    deadline = time.monotonic() + seconds
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise Fault(
                f"It ended while starting: {_last_line(child.log)} (see {child.log})"
            )
        try:
            opener.open(url, timeout=5).close()
            return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise Fault(f"{url} did not answer within {seconds} s (see {child.log})")


def _last_line(log):
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it printed nothing"
