#!/usr/bin/env python3
"""Tries a built image as its users will: docker/check.py [IMAGE]

With docker, or as root with buildah where there is no daemon. The database is a
PostgreSQL server of its own that ends with the check (Debian's package postgresql).
Needs nothing but Python's standard library. The last line is "N passed, N failed".
"""

import base64
import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

FILES = "/var/lib/asiakaskunta/data"
USER = 8069
# Old versions of buildah sometimes fail to start themselves anew; the next time it works.
HICCUP = "sealing memfd copy"
ATTEMPTS = 5
# Building the database takes minutes on a small machine.
FIRST_START, NEXT_START = 1800, 60
# Where settings of the machine that built the image could have stayed behind.
OWN_DATABASES = ("postgres", "template0", "template1")
FIND_WRITABLE = ("find", "/opt", "/var/cache/asiakaskunta", "-writable")
FIND_WRITABLE += ("!", "-type", "l")
TRACES = "ls -A /etc/pip.conf /root/.pip /root/.config /run/secrets/* /run/packages/*"


class Docker:
    """Containers of a Docker daemon, hardened as in compose.yaml."""

    def __init__(self, image, name, work):
        self.image, self.name, self.work = image, name, work

    def start(self, log, environment, *command):
        self.remove()
        options = [f"--env={key}={value}" for key, value in environment.items()]
        options += [f"--volume={self.name}:{FILES}", "--security-opt=no-new-privileges"]
        _output(
            *("docker", "run", "--detach", f"--name={self.name}", "--network=host"),
            *("--init", "--cap-drop=ALL", *options, self.image, *command),
        )
        with log.open("wb") as output:
            subprocess.Popen(
                ["docker", "logs", "--follow", self.name], stdout=output, stderr=output
            )

    def kill(self, number):
        _output("docker", "kill", f"--signal={number.name}", self.name)

    def wait(self):
        return int(_output("docker", "wait", self.name))

    def inside(self, *command):
        words = [f"--entrypoint={command[0]}", self.image, *command[1:]]
        return _output("docker", "run", "--rm", *words)

    def remove(self):
        _output("docker", "rm", "--force", self.name, check=False)

    def clean(self):
        self.remove()
        _output("docker", "volume", "rm", "--force", self.name, check=False)


class Buildah:
    """The image's files as root folder of a process on this machine."""

    def __init__(self, image, name, work):
        self.files = work / "files"
        self.files.mkdir()
        os.chown(self.files, USER, USER)
        self.container = _output(
            "buildah", "from", "--pull-never", f"--name={name}", image
        )
        self.process = None

    def start(self, log, environment, *command):
        options = [f"--env={key}={value}" for key, value in environment.items()]
        options.append(f"--volume={self.files}:{FILES}")
        words = ["buildah", "run", "--isolation=chroot", *options, self.container, "--"]
        words += ["/opt/asiakaskunta/scripts/dev", *command]
        for _attempt in range(ATTEMPTS):
            with log.open("wb") as output:
                self.process = subprocess.Popen(
                    words, stdin=subprocess.DEVNULL, stdout=output, stderr=output
                )
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
            if HICCUP not in log.read_text(errors="replace"):
                break

    def kill(self, number):
        # buildah keeps signals to itself; what it runs is the first that is not buildah.
        pid = self.process.pid
        while "buildah" in os.path.basename(os.readlink(f"/proc/{pid}/exe")):
            tasks = Path(f"/proc/{pid}/task").glob("*/children")
            pid = int(" ".join(task.read_text() for task in tasks).split()[0])
        os.kill(pid, number)

    def wait(self):
        return self.process.wait()

    def inside(self, *command):
        return _output(
            "buildah", "run", "--isolation=chroot", self.container, "--", *command
        )

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill(signal.SIGKILL)
            self.process.wait()

    def clean(self):
        self.remove()
        _output("buildah", "rm", self.container, check=False)


class Postgres:
    """A server that is reached over TCP with a password, as in compose.yaml."""

    def __init__(self, work, port):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            sys.exit("PostgreSQL's server is missing: install the package postgresql.")
        self.binaries = found[-1].parent
        self.home = work / "postgres"
        self.port, self.password = port, secrets.token_hex(16)
        self.as_user = []
        if os.geteuid() == 0:
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres"]
            self.as_user.append("--init-groups")

    def start(self):
        self.home.mkdir()
        (self.home / "password").write_text(self.password)
        if self.as_user:
            for path in (self.home, self.home / "password"):
                shutil.chown(path, "postgres")
        self._run(
            *("initdb", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"),
            *(f"--pgdata={self.home}/data", "--username=odoo"),
            f"--pwfile={self.home}/password",
        )
        self._control("start", "--wait", f"--log={self.home}/log")

    def _options(self):
        return (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c fsync=off"
            " -c unix_socket_directories="
        )

    def _control(self, *words):
        self._run(
            *("pg_ctl", f"--pgdata={self.home}/data", "--silent"),
            *(f"--options={self._options()}", *words),
        )

    def _run(self, program, *words):
        subprocess.run(
            [*self.as_user, self.binaries / program, *words],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def stop(self):
        if (self.home / "data/postmaster.pid").exists():
            self._control("stop", "--mode=immediate")

    def environment(self):
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": self.port,
            "PGUSER": "odoo",
            "PGPASSWORD": self.password,
        }

    def databases(self):
        return _output(
            *("psql", "-XAt", "--dbname=postgres", "--command"),
            "SELECT datname FROM pg_database ORDER BY datname",
            env={**os.environ, **{k: str(v) for k, v in self.environment().items()}},
        ).split()


class Browser:
    """Asks a server on this machine; keeps its session."""

    def __init__(self, url):
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(CookieJar()),
        )

    def get(self, path, timeout=30, **headers):
        """(status, content); status 0 when nobody answers."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with self.opener.open(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read()
        except OSError:
            return 0, b""

    def call(self, path, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=60) as answer:
            return json.load(answer).get("result")

    def login(self, database, password):
        session = self.call(
            "/web/session/authenticate",
            **{"db": database, "login": "admin", "password": password},
        )
        return bool(session and session.get("uid"))

    def model(self, model, method, *arguments):
        return self.call(
            f"/web/dataset/call_kw/{model}/{method}",
            **{"model": model, "method": method, "args": arguments, "kwargs": {}},
        )


def websocket(port, origin):
    """Whether a connection for live updates opens and answers a ping."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        "GET",
        "/websocket",
        headers={
            "Host": origin.removeprefix("http://"),
            "Origin": origin,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
        },
    )
    channel = connection.sock
    if connection.getresponse().status != 101:
        return False
    # A masked ping without content; a pong comes back.
    channel.sendall(b"\x89\x80" + os.urandom(4))
    return channel.recv(2) == b"\x8a\x00"


class Check:
    """Runs the image and counts what went as it should."""

    def __init__(self, image, work):
        self.work = work
        self.passed = self.failed = 0
        name = f"check-{os.getpid()}"
        self.port, self.live_port, self.proxy_port, postgres_port = _free_ports(4)
        self.url = f"http://127.0.0.1:{self.port}"
        self.postgres = Postgres(work, postgres_port)
        self.containers = (_runner())(image, name, work)
        self.password = secrets.token_urlsafe(12)

    def expect(self, what, outcome):
        """`outcome` is a truth value or a function that gives one."""
        reason = ""
        if callable(outcome):
            try:
                outcome = outcome()
            except Exception as error:
                outcome, reason = False, f" ({type(error).__name__}: {error})"
        self.passed += bool(outcome)
        self.failed += not outcome
        print(f"{'ok    ' if outcome else 'FAILED'}  {what}{reason}", flush=True)

    def start(self, name, **environment):
        log = self.work / f"{name}.log"
        ports = ["--http-port", str(self.port), "--gevent-port", str(self.live_port)]
        values = {**self.postgres.environment(), **environment}
        self.containers.start(log, values, "serve", *ports)
        return log

    def refused(self, name, words, **environment):
        """Whether it ends at once, saying why."""
        log = self.start(name, **environment)
        code = self.containers.wait()
        time.sleep(0.5)
        return code and words in log.read_text()

    def _until(self, condition, seconds):
        """Seconds until it holds; raises when it never does."""
        started = time.monotonic()
        while not condition():
            if time.monotonic() > started + seconds:
                raise TimeoutError(f"not within {seconds} s")
            time.sleep(0.2)
        return time.monotonic() - started

    def serves(self, seconds):
        """Whether the server and its database answer in time; says when."""
        health = "/web/health?db_server_status=1"
        took = self._until(lambda: Browser(self.url).get(health)[0] == 200, seconds)
        print(f"        it answers after {took:.0f} s")
        return True

    def run(self):
        self.postgres.start()
        self.image()
        self.first_start()
        self.shop()
        self.stop_and_restart()
        self.proxy()

    def image(self):
        inside = self.containers.inside
        self.expect("runs as an ordinary user", lambda: inside("id", "-u") == str(USER))
        self.expect(
            "cannot change what is installed in it", lambda: not inside(*FIND_WRITABLE)
        )
        self.expect(
            "holds no settings of the machine that built it",
            lambda: not inside("sh", "-c", f"{TRACES} 2>/dev/null || true"),
        )

    def first_start(self):
        asks = "set ADMIN_PASSWORD"
        for name, password in (("no", ""), ("the default", "admin")):
            self.expect(
                f"refuses {name} password for admin",
                lambda p=password: self.refused("refused", asks, ADMIN_PASSWORD=p),
            )
        log = self.start("killed", ADMIN_PASSWORD=self.password)
        self._until(lambda: "module " in log.read_text(), FIRST_START)
        self.containers.kill(signal.SIGKILL)
        self.containers.wait()
        self.expect(
            "a killed first start leaves no shop that looks ready",
            lambda: "shop" not in self.postgres.databases(),
        )
        self.log = self.start("first", ADMIN_PASSWORD=self.password)
        self.expect("the first start ends up serving", lambda: self.serves(FIRST_START))
        self.expect(
            "keeps no half made database",
            lambda: set(self.postgres.databases()) == {*OWN_DATABASES, "shop"},
        )

    def shop(self):
        browser = Browser(self.url)
        text = self.log.read_text()
        self.expect("two workers are up", text.count("WorkerHTTP") == 2)
        self.expect(
            "the login page answers",
            lambda: b'name="password"' in browser.get("/web/login")[1],
        )
        self.expect(
            "the password that was set opens it",
            lambda: browser.login("shop", self.password),
        )
        self.expect(
            "the default password does not",
            lambda: not Browser(self.url).login("shop", "admin"),
        )
        self.expect("all modules of ours are installed", lambda: self._modules(browser))
        self.expect(
            "databases cannot be listed or made from outside",
            lambda: self._hides_databases(browser),
        )
        self.expect("a report is printed to PDF", lambda: self._prints(browser))
        self.expect(
            "live updates answer on their port",
            lambda: websocket(self.live_port, self.url),
        )
        self.expect("its log is without errors", lambda: self._quiet(self.log))

    def _hides_databases(self, browser):
        _status, page = browser.get("/web/database/manager")
        listed = browser.call("/web/database/list")
        return b"has been disabled" in page and listed is None

    def _modules(self, browser):
        names = self.containers.inside(
            *("sh", "-c", "ls -d /opt/asiakaskunta/addons/*/*/__manifest__.py")
        )
        ours = {path.split("/")[-2] for path in names.split()}
        ours = {name for name in ours if not name.endswith("_demo")}
        domain = [["name", "in", sorted(ours)], ["state", "=", "installed"]]
        return len(ours) == browser.model("ir.module.module", "search_count", domain)

    def _prints(self, browser):
        (module,) = browser.model("ir.module.module", "search", [["name", "=", "base"]])
        status, content = browser.get(
            f"/report/pdf/base.report_irmodulereference/{module}", timeout=120
        )
        return status == 200 and content.startswith(b"%PDF")

    def _quiet(self, log):
        lines = log.read_text(errors="replace").splitlines()
        wrong = [line for line in lines if " ERROR " in line or "Traceback" in line]
        print("\n".join(wrong[:5]), end="")
        return not wrong

    def stop_and_restart(self):
        self.containers.kill(signal.SIGTERM)
        self.expect("ends in order when it is stopped", lambda: self._ended_well())
        self.expect("and leaves its port", Browser(self.url).get("/web/health")[0] == 0)
        self.expect(
            "refuses to put the demo into a real shop",
            lambda: self.refused("demo", "is a real shop", DEMO="1"),
        )
        log = self.start("second")
        self.expect("starts again without a password", lambda: self.serves(NEXT_START))
        self.expect("and upgrades nothing", "Upgrading" not in log.read_text())
        self.expect(
            "the shop is as it was",
            lambda: Browser(self.url).login("shop", self.password),
        )
        self.containers.kill(signal.SIGTERM)
        self.expect("ends in order again", lambda: self._ended_well())
        self.expect("its log is without errors", lambda: self._quiet(log))

    def _ended_well(self):
        started = time.monotonic()
        code = self.containers.wait()
        print(f"        exit code {code} after {time.monotonic() - started:.1f} s")
        return code == 0

    def proxy(self):
        log = self.work / "proxy.log"
        token, port = secrets.token_hex(8), self.proxy_port
        browser = Browser(f"http://127.0.0.1:{port}")
        words = ("proxy", "--virtual", "--host", "0.0.0.0")  # noqa: S104
        words += ("--port", str(port))
        words += ("--state", "/var/lib/asiakaskunta/hardware_proxy")

        self.containers.start(log, {}, *words)
        code = self.containers.wait()
        self.expect("the device service refuses to be open to all", code != 0)

        self.containers.start(log, {"HARDWARE_PROXY_TOKEN": token}, *words)
        hello = "/hw_proxy/hello"
        self._until(lambda: browser.get(hello)[0], NEXT_START)
        self.expect(
            "the device service answers a till",
            lambda: browser.get(hello, **{"X-Till-Token": token})[0] == 200,
        )
        self.expect("and nobody else", browser.get(hello)[0] == 403)
        self.containers.kill(signal.SIGTERM)
        self.expect("and ends in order", lambda: self._ended_well())

    def clean(self):
        self.containers.clean()
        with contextlib.suppress(subprocess.CalledProcessError):
            self.postgres.stop()


def _runner():
    with contextlib.suppress(OSError):
        if subprocess.run(["docker", "info"], capture_output=True).returncode == 0:
            return Docker
    if shutil.which("buildah") and os.geteuid() == 0:
        return Buildah
    sys.exit("The check needs a Docker daemon, or root and buildah.")


def _output(*command, check=True, env=None):
    for _attempt in range(ATTEMPTS):
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=env,
            check=False,
        )
        if HICCUP not in done.stderr:
            break
    if check and done.returncode:
        raise OSError(f"{command[0]} {command[1]}: {done.stderr.strip()}")
    return done.stdout.strip()


def _free_ports(number):
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def main(image):
    work = Path(tempfile.mkdtemp(prefix="asiakaskunta-check-"))
    work.chmod(0o755)
    check = Check(image, work)
    try:
        check.run()
    except (OSError, subprocess.SubprocessError) as error:
        check.expect(f"goes on to its end ({error})", False)
    finally:
        check.clean()
    if check.failed:
        print(f"The logs are in {work}.")
    else:
        shutil.rmtree(work)
    print(f"{check.passed} passed, {check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(*sys.argv[1:] or [os.environ.get("IMAGE") or "asiakaskunta"]))
