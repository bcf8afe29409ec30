"""A simulator in a process of its own, used as if it were here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class Remote:
    """Starts a simulator; its methods can be called, with plain values."""

    def __init__(self, name, *options):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulators", name, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            text=True,
        )
        # The first line says where it is; without one the process has failed.
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The simulator {name} did not start.")
        self.url = json.loads(line)["url"]

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args, **kwargs):
            body = json.dumps({"args": args, "kwargs": kwargs}).encode()
            request = Request(
                f"{self.url}/_control/{name}",
                data=body,
                headers={"Content-Type": "application/json"},
            )
            try:
                with urlopen(request, timeout=120) as response:
                    return json.load(response)["result"]
            except HTTPError as error:
                raise RuntimeError(error.read().decode()) from None

        return call
