"""Starting, refusing to start, stopping."""

import argparse
import os
import signal
import socket
import subprocess
import sys

import pytest

from hardware_proxy.__main__ import parser
from hardware_proxy.config import load
from hardware_proxy.errors import ConfigError
from hardware_proxy.peripherals import DrawerGuard

from .proxy_process import SOURCE


def _load(*arguments, environ=None, text=None, tmp_path=None):
    arguments = list(arguments)
    if text is not None:
        path = tmp_path / "proxy.toml"
        path.write_text(text)
        arguments += ["--config", str(path)]
    return load(parser().parse_args(arguments), environ or {})


def test_defaults_are_the_safe_ones():
    settings = _load("--virtual")
    assert (settings.host, settings.port) == ("127.0.0.1", 8073)
    assert settings.origins == ("http://127.0.0.1:8069", "http://localhost:8069")
    assert [printer.name for printer in settings.printers] == ["receipt", "kitchen"]


def test_command_line_wins_over_the_file(tmp_path):
    text = (
        'port = 1\norigins = ["https://a.test"]\n[[printers]]\nname = "p"\nhost = "h"'
    )
    settings = _load("--port", "2", text=text, tmp_path=tmp_path)
    assert (settings.port, settings.origins) == (2, ("https://a.test",))
    settings = _load("--allow-origin", "https://B.test/", text=text, tmp_path=tmp_path)
    assert (settings.port, settings.origins) == (1, ("https://b.test",))


def test_paths_in_the_file_are_relative_to_it(tmp_path):
    text = 'state = "s"\n[[printers]]\nname = "p"\nhost = "h"'
    settings = _load(text=text, tmp_path=tmp_path)
    assert settings.state == tmp_path / "s"
    assert settings.receipts_folder == tmp_path / "s" / "receipts"


def test_journal_lies_beside_the_receipts(tmp_path):
    settings = _load("--virtual", "--receipts", str(tmp_path / "receipts"))
    assert settings.state == tmp_path / "hardware_proxy"


PRINTER = '[[printers]]\nname = "p"\nhost = "h"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "No printer"),
        ("colour = 1\n" + PRINTER, "no setting 'colour'"),
        ("port = \n", "not valid TOML"),
        ('port = "8073"\n' + PRINTER, "port must be of type int"),
        ("port = true\n" + PRINTER, "port must be of type int"),
        ("port = 70000\n" + PRINTER, "between 0 and 65535"),
        ('host = "0.0.0.0"\n' + PRINTER, "needs? a token|set a token"),
        ('host = "till.shop.test"\n' + PRINTER, "set a token"),
        ('origins = ["*"]\n' + PRINTER, "Origin"),
        ('origins = ["http://shop.test/odoo"]\n' + PRINTER, "Origin"),
        (PRINTER + '[tokens]\nt = "short"\n', "token"),
        (PRINTER + "dots = 577\n", "multiple of 8"),
        (PRINTER + 'profile = "star"\n', "profile"),
        (PRINTER + 'kind = "usb"\n', "kind"),
        (PRINTER + "drawer_pin = 3\n", "drawer_pin"),
        ('[[printers]]\nname = "p"\n', "needs its host"),
        ('[[printers]]\nname = "V1 Bar"\nhost = "h"\n', "name"),
        ('[[printers]]\nname = "v1"\nhost = "h"\n', "name"),
        ('[[printers]]\nhost = "h"\n', "incomplete"),
        (PRINTER + PRINTER, "same name"),
        ('default_printer = "x"\n' + PRINTER, "default_printer"),
        ('tls_key = "k.pem"\n' + PRINTER, "HTTPS"),
        ('scale = "toledo"\n' + PRINTER, "scale"),
        ("request_timeout = 0\n" + PRINTER, "request_timeout"),
    ],
)
def test_bad_settings_are_refused_with_a_reason(tmp_path, text, reason):
    with pytest.raises(ConfigError, match=reason):
        _load(text=text, tmp_path=tmp_path)


def test_token_from_the_environment_opens_the_network():
    settings = _load(
        "--virtual",
        "--host",
        "0.0.0.0",
        environ={"HARDWARE_PROXY_TOKEN": "a-long-secret-1"},
    )
    assert settings.tokens == {"till": "a-long-secret-1"}


def test_missing_file_is_one_line():
    arguments = argparse.Namespace(config="/nosuch/proxy.toml")
    with pytest.raises(ConfigError, match="Cannot read"):
        load(arguments)


def _run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "hardware_proxy", *arguments],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_start_without_printers_says_what_to_do():
    result = _run()
    assert result.returncode == 2
    assert "--virtual" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_port_in_use_is_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = _run("--virtual", "--port", str(port), "--state", str(tmp_path))
    assert result.returncode == 1
    assert "already in use" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_second_service_on_the_same_journal_is_refused(make_proxy, tmp_path):
    make_proxy(arguments=["--virtual"])
    result = _run("--virtual", "--port", "0", "--state", str(tmp_path / "state"))
    assert result.returncode == 2
    assert "already uses the journal" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly_while_a_till_waits_for_scans(make_proxy, number):
    proxy = make_proxy(arguments=["--virtual"])
    with socket.create_connection(("127.0.0.1", proxy.port)) as line:
        line.sendall(
            b"POST /hw_proxy/scanner HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Origin: http://127.0.0.1:8069\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\n\r\n{}"
        )
        assert proxy.rpc("handshake") is True
        assert proxy._end(number) == 0
    assert "Traceback" not in proxy.log


def test_drawer_guard():
    at = [0.0]
    guard = DrawerGuard(min_interval=1.0, per_minute=2, now=lambda: at[0])
    assert guard.ask() == "open"
    guard.opened()
    at[0] = 0.5
    assert guard.ask() == "merged"
    at[0] = 2.0
    guard.opened()
    at[0] = 4.0
    assert guard.ask() == "refused"
    at[0] = 60.0
    assert guard.ask() == "open"
