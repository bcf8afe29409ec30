"""Kill -9 of a server under a burst of 1 000: nothing acknowledged is lost or doubled."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request

import pytest
from storm import Storm, form, telegram

FORMS = MESSAGES = 500
KILL_AFTER = (150, 400, 700)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A second Odoo with two workers on the shop's database, which may be killed."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (folder / "killed-odoo.log").open("ab")
        self._command = [
            *json.loads(os.environ["E2E_ODOO_COMMAND"]),
            *("--http-port", str(self.port), "--gevent-port", str(free_port())),
            *("--workers", "2", "--max-cron-threads", "1", "--log-level", "warn"),
        ]
        self._process = None

    def start(self):
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        end = time.monotonic() + 90
        while time.monotonic() < end:
            assert self._process.poll() is None, "The server ended by itself."
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/web/health", timeout=5).close()
                return
            time.sleep(0.1)
        raise AssertionError("The server did not answer.")

    def kill(self, number=signal.SIGKILL):
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, number)
            self._process.wait(30)


@pytest.fixture
def server(tmp_path, base_url):
    one = Server(tmp_path)
    yield one
    one.kill(signal.SIGTERM)


def test_killed_server_loses_nothing_and_doubles_nothing(manager, server):
    key, forms = add_form_source(manager)
    bot, hook, secrets = manager.add_source(
        "telegram", "Storm of messages", {"bot_token": "123456:storm"}
    )
    manager.call("crm_orders.source", "write", [bot], {"rate_limit": 0})
    hook_path = hook.removeprefix(manager.base_url)
    requests = []
    for number in range(FORMS):
        requests.append(form(number, key))
        requests.append(telegram(number, hook_path, secrets["webhook_secret"]))

    storm = Storm(server.url, requests)
    server.start()
    storm.start()
    for count in KILL_AFTER:
        storm.wait_for(count)
        server.kill()
        server.start()
    storm.join()
    assert not storm.refused
    assert storm.failures, "nobody noticed the kills"

    events = [*wait_until_done(manager, forms), *wait_until_done(manager, bot)]
    assert len(events) == FORMS + MESSAGES
    assert {event["state"] for event in events} == {"done"}
    leads = manager.find(
        "crm.lead", [("crm_orders_event_ids.source_id", "=", forms)], "email_from"
    )
    assert sorted(lead["email_from"] for lead in leads) == sorted(
        f"storm.{number}@example.com" for number in range(FORMS)
    )
    everywhere = [("email_from", "=like", "storm.%@example.com")]
    assert manager.call("crm.lead", "search_count", everywhere) == FORMS
    talks = manager.find(
        "crm.lead", [("crm_orders_event_ids.source_id", "=", bot)], "name"
    )
    assert len(talks) == MESSAGES / 5
    texts = manager.find(
        "mail.message",
        [("model", "=", "crm.lead"), ("res_id", "in", [lead["id"] for lead in talks])],
        "body",
    )
    found = sorted(text["body"] for text in texts if "Storm message" in text["body"])
    assert len(found) == MESSAGES
    assert len(set(found)) == MESSAGES


def add_form_source(manager):
    (source_id,) = manager.call(
        "crm_orders.source",
        "create",
        [{"name": "Storm of forms", "kind": "rest", "rate_limit": 0}],
    )
    action = manager.call("crm_orders.source", "action_generate_key", [source_id])
    return action["context"]["default_key"], source_id


def wait_until_done(manager, source_id):
    """A killed worker's requests are met again after a pause of a minute."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        waiting = [("source_id", "=", source_id), ("state", "=", "new")]
        if not manager.call("crm_orders.event", "search_count", waiting):
            return manager.events(source_id, "state", "error")
        time.sleep(1)
    raise AssertionError(f"Still waiting: {manager.find('crm_orders.event', waiting)}")
