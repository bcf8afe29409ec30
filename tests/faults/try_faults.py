"""Break the set-up in every way that docs/FAULTS.md lists, and print what happened.

Works on a clone of this checkout in a temporary folder with a cache and ports of its own;
takes about ten minutes. Usage: python3 tests/faults/try_faults.py [NAME ...]
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "channels"))

from storm import Storm, form

ROOT = Path(__file__).resolve().parents[2]
FAULTS = {}
LEADS = 300


def fault(text):
    def register(function):
        FAULTS[function.__name__] = (text, function)
        return function

    return register


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Checkout:
    """A clone in a path with a space, with a state folder and a cache of its own."""

    def __init__(self, folder):
        self.root = folder / "a shop"
        subprocess.run(["git", "clone", "-q", ROOT, self.root], check=True)
        self.state = self.root / ".local"
        self.cache = folder / "cache"
        self.port = free_port()
        known = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        # The package itself is not what is tested here, so it is not downloaded again.
        packages = known / "asiakaskunta" / "debian"
        if packages.is_dir():
            shutil.copytree(packages, self.cache / "asiakaskunta" / "debian")

    def environment(self, **changes):
        names = ("PORT", "STATE", "PGHOST", "ODOO_DEB", "ODOO_HOME", "PYTHON")
        kept = {key: value for key, value in os.environ.items() if key not in names}
        own = {"XDG_CACHE_HOME": str(self.cache), "PORT": str(self.port)}
        return {**kept, **own, **changes}

    @contextlib.contextmanager
    def running(self, *arguments, **changes):
        """`make run` in a process group of its own; yields (process, lines so far)."""
        process = subprocess.Popen(
            ["make", "run", *arguments],
            cwd=self.root,
            env=self.environment(**changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.communicate()

    def refusal(self, *arguments, **changes):
        """What `make run` says when it ends by itself, without make's own line."""
        with self.running(*arguments, **changes) as process:
            lines = read_until(process, None, 300)
        assert process.returncode, "it did not end with an error"
        return last_word(lines)

    def opens(self, **changes):
        """Seconds until the shop answers."""
        started = time.monotonic()
        with self.running(**changes) as process:
            lines = read_until(process, "The shop is open", 900)
            assert any("The shop is open" in line for line in lines), "".join(
                lines[-15:]
            )
            url = f"http://127.0.0.1:{self.port}/web/login"
            with urllib.request.urlopen(url, timeout=60) as answer:
                assert answer.status == 200
        return time.monotonic() - started

    def stop_at(self, text, number):
        """Start, and send the signal to all of it when `text` is printed."""
        with self.running() as process:
            lines = read_until(process, text, 900)
            assert any(text in line for line in lines), "".join(lines[-15:])
            time.sleep(1)
            os.killpg(process.pid, number)
            process.wait(60)


def read_until(process, text, seconds):
    lines, deadline = [], time.monotonic() + seconds
    for line in process.stdout:
        lines.append(line)
        if text and text in line:
            break
        if time.monotonic() > deadline:
            break
    if not text:
        process.wait(60)
    return lines


def last_word(lines):
    """The last line that was printed, without make's own."""
    said = [line for line in lines if line.strip() and not line.startswith("make")]
    return said[-1].strip()


def fill(path):
    """Write a file until the disk is full."""
    block = b"\0" * 1_000_000
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as handle:
        while True:
            handle.write(block)


@fault("The port is taken")
def port_taken(checkout):
    with socket.socket() as other:
        other.bind(("127.0.0.1", checkout.port))
        other.listen()
        return checkout.refusal()


@fault("The disk is full")
def no_disk(checkout):
    small = checkout.root.parent / "small disk"
    small.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", small], check=True
    )
    try:
        return checkout.refusal(STATE=str(small / "state"))
    finally:
        subprocess.run(["umount", small], check=True)


@fault("The disk fills up while modules are installed")
def disk_fills_up(checkout):
    small = checkout.root.parent / "filled disk"
    small.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3500m", "tmpfs", small], check=True
    )
    state = str(small / "state")
    try:
        with checkout.running(STATE=state) as process:
            read_until(process, "module 40 of", 900)
            fill(small / "filling")
            lines = read_until(process, None, 300)
        said = last_word(lines)
        assert process.returncode, "it did not end with an error"
        (small / "filling").unlink()
        seconds = checkout.opens(STATE=state)
        return f"{said} With space again, the shop was open after {seconds:.0f} s."
    finally:
        clean = ["make", "clean"]
        environment = checkout.environment(STATE=state)
        subprocess.run(
            clean,
            cwd=checkout.root,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        subprocess.run(["umount", small], check=True)


@fault("Python is too old or too new")
def unsupported_python(checkout):
    python = checkout.root.parent / "python3.9"
    python.write_text('#!/bin/sh\nexec python3 -c "import sys; sys.exit(1)"\n')
    python.chmod(0o755)
    return checkout.refusal(PYTHON=str(python))


@fault("ODOO_DEB names a damaged file")
def damaged_deb(checkout):
    package = checkout.root.parent / "odoo.deb"
    package.write_bytes(b"!<arch>\nnot a package")
    return checkout.refusal(ODOO_DEB=str(package))


@fault("ODOO_HOME holds no Odoo")
def no_odoo_home(checkout):
    return checkout.refusal(ODOO_HOME=str(checkout.root.parent))


@fault("PGHOST names a server that is not there")
def no_server(checkout):
    return checkout.refusal(PGHOST="127.0.0.1", PGPORT="1", PGUSER="odoo")


@fault("The cached package is cut short")
def corrupted_cache(checkout):
    packages = list((checkout.cache / "asiakaskunta/debian").glob("odoo-19_*.deb"))
    assert packages, "there is no cached package to damage: run `make setup` before"
    for package in packages:
        with package.open("r+b") as handle:
            handle.truncate(1_000_000)
    for tree in (checkout.cache / "asiakaskunta").glob("odoo-*"):
        shutil.rmtree(tree)
    checkout.stop_at("Installing the Python environment", signal.SIGINT)
    assert all(package.stat().st_size > 1_000_000 for package in packages)
    return "downloaded again, checked, and the set-up went on"


@fault("Kill -9 while Odoo is unpacked or environments are installed")
def killed_in_setup(checkout):
    shutil.rmtree(checkout.state, ignore_errors=True)
    for tree in (checkout.cache / "asiakaskunta").glob("odoo-*"):
        shutil.rmtree(tree, ignore_errors=True)
    checkout.stop_at("Unpacking Odoo", signal.SIGKILL)
    checkout.stop_at("Installing the Python environment 'odoo'", signal.SIGKILL)
    return "the next start began these steps anew"


@fault("Kill -9 while PostgreSQL's cluster is created")
def killed_in_initdb(checkout):
    shutil.rmtree(checkout.state)
    checkout.stop_at("Creating a private PostgreSQL cluster", signal.SIGKILL)
    return "the next start made a new cluster"


@fault("Kill -9 while modules are installed")
def killed_in_modules(checkout):
    checkout.stop_at("module 40 of", signal.SIGKILL)
    return "the half-made database was never taken for the shop"


@fault("Ctrl-C while modules are installed")
def interrupted_in_modules(checkout):
    checkout.stop_at("module 20 of", signal.SIGINT)
    seconds = checkout.opens()
    return f"stopped at once; the next start opened the shop after {seconds:.0f} s"


@fault("None: a second start")
def second_start(checkout):
    return f"the shop was open after {checkout.opens():.0f} s"


@fault("Kill -9 of the running shop and of PostgreSQL; a postmaster.pid stays behind")
def stale_postmaster(checkout):
    checkout.stop_at("The shop is open", signal.SIGKILL)
    note = (checkout.state / "postgres").resolve() / "postmaster.pid"
    pid = int(note.read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    time.sleep(2)
    lines = note.read_text().splitlines()
    # Numbers are used again: the worst case is that somebody else has it now.
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    return f"removed; the shop was open after {checkout.opens():.0f} s"


@fault("PostgreSQL dies under the running shop")
def database_dies(checkout):
    door = f"http://127.0.0.1:{checkout.port}/crm_orders/v1/leads"
    with checkout.running() as process:
        read_until(process, "The shop is open", 900)
        note = (checkout.state / "postgres").resolve() / "postmaster.pid"
        os.kill(int(note.read_text().split()[0]), signal.SIGKILL)
        time.sleep(1)
        try:
            urllib.request.urlopen(door, b"{}", timeout=60).close()
            raise AssertionError(
                "the door for leads answered as if nothing had happened"
            )
        except urllib.error.HTTPError as answer:
            assert answer.code == 503, f"the door for leads answered {answer.code}"
            assert answer.headers["Retry-After"], "senders are not told to come again"
        said = last_word(read_until(process, None, 120))
    return (
        f"leads are answered 503, then: {said} It opened after {checkout.opens():.0f} s"
    )


@fault("Kill -9 of a backend of PostgreSQL, then of all of it, under a load of leads")
def database_dies_under_load(checkout):
    base_url = f"http://127.0.0.1:{checkout.port}"
    load = Storm(base_url, [form(n, "demo-website-key") for n in range(LEADS)])
    note = (checkout.state / "postgres").resolve() / "postmaster.pid"
    with checkout.running() as process:
        read_until(process, "The shop is open", 900)
        load.start()
        load.wait_for(LEADS // 3)
        postmaster = int(note.read_text().split()[0])
        os.kill(busy_backend(postmaster), signal.SIGKILL)
        load.wait_for(LEADS * 2 // 3)
        os.kill(postmaster, signal.SIGKILL)
        read_until(process, None, 120)
    with checkout.running() as process:
        read_until(process, "The shop is open", 900)
        load.join()
        assert not load.refused, load.refused
        assert load.failures, "nobody noticed"
        shop = Rpc(base_url, "manager")
        sent = [("external_id", "=like", "storm-%")]
        end = time.monotonic() + 240
        while shop.count("crm_orders.event", [*sent, ("state", "!=", "done")]):
            assert time.monotonic() < end, shop.read(
                "crm_orders.event",
                [*sent, ("state", "!=", "done")],
                ["state", "attempts", "next_attempt", "error"],
            )[:3]
            time.sleep(1)
        events = shop.count("crm_orders.event", sent)
        leads = shop.count("crm.lead", [("email_from", "=like", "storm.%@example.com")])
    assert (events, leads) == (LEADS, LEADS), (events, leads)
    return f"{LEADS} acknowledged, {load.failures} times sent again: {leads} leads, each once"


def busy_backend(postmaster):
    """The process of a connection that somebody uses."""
    found = subprocess.run(
        ["ps", "--ppid", str(postmaster), "-o", "pid=,args="],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in found.stdout.splitlines():
        pid, _blank, text = line.strip().partition(" ")
        if "[local]" in text:
            return int(pid)
    raise AssertionError("Nobody is connected.")


class Rpc:
    """The shop as one of its users sees it."""

    def __init__(self, base_url, login):
        self.base_url = base_url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.post(
            "/web/session/authenticate",
            {"db": "shop", "login": login, "password": login},
        )

    def post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.base_url + path, body.encode(), headers)
        with self.opener.open(request, timeout=60) as answer:
            return json.load(answer)["result"]

    def call(self, model, method, *arguments):
        return self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": arguments, "kwargs": {}},
        )

    def count(self, model, domain):
        return self.call(model, "search_count", domain)

    def read(self, model, domain, fields):
        return self.call(model, "search_read", domain, fields)


@fault("A Python environment is half deleted")
def half_an_environment(checkout):
    for name in ("odoo", "proxy"):
        (site,) = (checkout.state / "env" / name / "lib").glob(
            "python3.*/site-packages"
        )
        shutil.rmtree(site)
    return f"made anew; the shop was open after {checkout.opens():.0f} s"


@fault("Logs and locks are deleted")
def no_run_folder(checkout):
    for name in ("run", "log", "receipts"):
        shutil.rmtree(checkout.state / name, ignore_errors=True)
    return f"made anew; the shop was open after {checkout.opens():.0f} s"


@fault("The shop's files are deleted, its database is not")
def no_filestore(checkout):
    files = checkout.state / "data"
    files.rename(checkout.state / "away")
    said = checkout.refusal()
    shutil.rmtree(files)
    (checkout.state / "away").rename(files)
    return said


@fault("The database files are half deleted")
def half_a_cluster(checkout):
    shutil.rmtree((checkout.state / "postgres").resolve() / "base")
    return checkout.refusal()


@fault("The database files are gone")
def no_cluster(checkout):
    shutil.rmtree((checkout.state / "postgres").resolve())
    return f"built anew; the shop was open after {checkout.opens():.0f} s"


def main(names):
    failed = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        checkout = Checkout(Path(folder))
        print("| Fault | What happens |\n| --- | --- |", flush=True)
        for name in names or FAULTS:
            text, function = FAULTS[name]
            try:
                result = function(checkout)
            except Exception as error:
                failed += 1
                result = f"FAILED: {type(error).__name__}: {error}"
            result = result.replace(str(checkout.root.parent), "...")
            print(f"| {text} | {result} |", flush=True)
        subprocess.run(
            ["make", "clean"], cwd=checkout.root, env=checkout.environment(), check=True
        )
    print(f"{len(names or FAULTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
