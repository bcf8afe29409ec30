"""The service as users run it: `python -m hardware_proxy` in a process of its own."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"
ORIGIN = "http://127.0.0.1:8069"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class ProxyProcess:
    """Start, ask, stop and kill one service."""

    def __init__(self, folder, config="", arguments=(), environ=None):
        self.folder = Path(folder)
        self.receipts = self.folder / "receipts"
        self.config = self.folder / "proxy.toml"
        self.config.write_text(config, encoding="utf-8")
        self.arguments = list(arguments)
        self.environ = environ or {}
        self.process = None
        self.host = self.port = None

    def start(self):
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "hardware_proxy",
                "--config",
                str(self.config),
                "--port",
                "0",
                "--state",
                str(self.folder / "state"),
                "--receipts",
                str(self.receipts),
                "--verbose",
                *self.arguments,
            ],
            env={**os.environ, "PYTHONPATH": str(SOURCE), **self.environ},
            stdout=subprocess.PIPE,
            stderr=(self.folder / "log.txt").open("ab"),
            text=True,
        )
        line = self.process.stdout.readline()
        assert "listening on http" in line, self.log
        self.host, _, port = line.strip().rpartition("/")[2].rpartition(":")
        self.port = int(port)
        return self

    @property
    def log(self):
        return (self.folder / "log.txt").read_text(encoding="utf-8")

    def kill(self):
        """As a power cut does it."""
        self._end(signal.SIGKILL)

    def stop(self):
        """As systemd does it; returns the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number):
        if self.process is None:
            return None
        process, self.process = self.process, None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        code = process.wait(timeout=30)
        process.stdout.close()
        return code

    def request(self, method, path, body=None, headers=(), origin=ORIGIN, timeout=30):
        headers = dict(headers)
        if origin:
            headers.setdefault("Origin", origin)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def post(self, path, data, **kwargs):
        headers = {"Content-Type": "application/json"} | dict(kwargs.pop("headers", ()))
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.request("POST", path, body, headers, **kwargs)

    def rpc(self, name, params=None, prefix=""):
        """A call as the POS makes it; returns the result or raises KeyError."""
        answer = self.post(
            f"{prefix}/hw_proxy/{name}",
            {"id": 7, "jsonrpc": "2.0", "method": "call", "params": params or {}},
        )
        assert answer.status == 200
        assert answer.json["id"] == 7
        return answer.json["result"]

    def v1(self, name, **data):
        return self.post(f"/v1/{name}", data).json

    def pictures(self):
        if not self.receipts.exists():
            return []
        return sorted(self.receipts.glob("*.png"))

    def pulses(self):
        path = self.receipts / "drawer.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines()]


def wait_for(check, what="the expected state", seconds=20):
    """Ask again until it is so. The limit only ends a test that has failed."""
    deadline = time.monotonic() + seconds
    while not (result := check()):
        assert time.monotonic() < deadline, f"Waited in vain for {what}."
        time.sleep(0.02)
    return result
