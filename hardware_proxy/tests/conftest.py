"""Fixtures: the real service as a process of its own, and a printer on a socket."""

import pytest

from .printer_server import PrinterServer
from .proxy_process import ProxyProcess


@pytest.fixture
def make_proxy(tmp_path):
    """Start service processes; all end with the test."""
    started = []

    def start(**kwargs):
        proxy = ProxyProcess(tmp_path, **kwargs)
        started.append(proxy)
        return proxy.start()

    yield start
    for proxy in started:
        proxy.kill()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """One service with virtual devices for the tests that only ask it things."""
    process = ProxyProcess(
        tmp_path_factory.mktemp("proxy"),
        config="status_interval = 0.2\ndrawer_min_interval = 0.0\n",
        arguments=["--virtual"],
    )
    process.start()
    yield process
    process.kill()


@pytest.fixture
def printer():
    """A network printer, not yet asked anything."""
    server = PrinterServer()
    yield server
    server.close()
