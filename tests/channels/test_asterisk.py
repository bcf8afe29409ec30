"""An exchange of one's own: the service beside it, and the door for dialplans."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests
from conftest import PATIENCE
from gate import Gate
from telephones import NUMBERS

SERVICE = (
    Path(__file__).parents[2] / "addons/crm_orders/crm_orders_asterisk/service"
).resolve()
FIELDS = ("state", "direction", "number", "user_id", "lead_id", "callback_id", "ended")


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "It does not happen."
        time.sleep(0.05)


class Exchange:
    """A source of the shop, its exchange, and the service between the two."""

    def __init__(self, shop, simulator, folder):
        self.shop, self.simulator = shop, simulator
        settings = simulator.settings()
        self.source_id, self.hook_url, made = shop.add_source(
            "asterisk", "Exchange", settings
        )
        self.token = made["token"]
        simulator.use_hook(self.hook_url)
        simulator.set_token(self.token)
        self.gate = Gate(shop.base_url)
        self.folder = folder
        self.spool = folder / "spool.sqlite"
        self.process = None

    def start(self):
        host, port = self.simulator.address()
        config = self.folder / "service.ini"
        hook_url = self.hook_url.replace(self.shop.base_url, self.gate.url)
        config.write_text(
            f"[asterisk]\nhost = {host}\nport = {port}\nusername = odoo\n"
            "secret = simulated-ami-secret\n"
            f"[odoo]\nhook_url = {hook_url}\ntoken = {self.token}\n"
            f"[service]\nspool = {self.spool}\nevery_seconds = 0.2\n"
        )
        with (self.folder / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(SERVICE), str(config)],
                stderr=log,
                cwd=self.folder,
            )
        until(lambda: self.simulator.listeners() == 1)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        until(lambda: self.simulator.listeners() == 0)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait(PATIENCE) == 0, self.log()
        self.gate.close()

    def log(self):
        return (self.folder / "service.log").read_text()

    def written(self):
        """How many reports were ever on the disk, and how many still are."""
        with closing(sqlite3.connect(self.spool)) as db:
            rows = db.execute("SELECT seq FROM sqlite_sequence").fetchall()
            waiting = db.execute("SELECT count(*) FROM report").fetchone()[0]
        return rows[0][0] if rows else 0, waiting

    def wait_until_taken(self, count):
        """Until the shop has got that many reports, and has read them."""
        until(lambda: (found := self.written())[0] >= count and not found[1])
        return self.shop.wait_until_worked_on(self.source_id)

    def ring(self, caller, extension="101"):
        linked = self.simulator.new_channel(
            f"PJSIP/trunk-{caller[-4:]}", "from-trunk", "100", caller
        )
        self.simulator.dial_begin(linked, f"PJSIP/{extension}-{caller[-4:]}")
        return linked

    def calls(self, number=None):
        domain = [("source_id", "=", self.source_id)]
        domain += [("number", "=", number)] if number else []
        return self.shop.find("crm_orders.call", domain, *FIELDS)


@pytest.fixture
def exchange(admin, manager, provider, tmp_path):
    found = Exchange(manager, provider("asterisk"), tmp_path)
    yield found
    found.close()
    manager.call("crm_orders.source", "write", [found.source_id], {"active": False})


def test_calls_come_in_and_go_out(exchange, manager, seller):
    exchange.start()
    simulator, caller, other = exchange.simulator, next(NUMBERS), next(NUMBERS)

    missed = exchange.ring(caller)
    simulator.dial_end(missed, f"PJSIP/101-{caller[-4:]}", "NOANSWER")
    simulator.hangup(missed)
    answered = exchange.ring(other)
    simulator.pick_up(answered, f"PJSIP/101-{other[-4:]}")
    simulator.hangup(answered)
    exchange.wait_until_taken(7)
    (call,) = exchange.calls(caller)
    assert (call["state"], call["direction"]) == ("missed", "in")
    assert call["lead_id"]
    (task,) = manager.find("crm_orders.callback", [("number", "=", caller)], "state")
    assert call["callback_id"][0] == task["id"]
    assert task["state"] == "open"
    (call,) = exchange.calls(other)
    assert (call["state"], call["user_id"][1]) == ("answered", seller.name())

    # The seller clicks on the number; the exchange rings the seller, then the caller.
    until(
        lambda: manager.find(
            "crm_orders.source",
            [("id", "=", exchange.source_id), ("asterisk_status", "=", "listening")],
            "id",
        )
    )
    for number in (caller, other):
        said = seller.call("crm_orders.call", "dial", number)
        assert "101" in said["message"]

    def originated():
        actions = simulator.seen("actions")
        return [one["Exten"] for one in actions if one["Action"] == "Originate"]

    until(lambda: other in originated())
    # The service has asked several times by now; each call was started once.
    asked = exchange.gate.count
    until(lambda: exchange.gate.count > asked + 3)
    assert originated() == [caller, other]

    exchange.wait_until_taken(9)
    (linked,) = [
        channel["Uniqueid"]
        for channel in simulator.under_way()
        if channel["Exten"] == caller
    ]
    simulator.dial_end(linked, "PJSIP/trunk-9", "ANSWER")
    simulator.hangup(linked)
    exchange.wait_until_taken(11)
    back = exchange.calls(caller)[-1]
    assert (back["direction"], back["state"]) == ("out", "answered")
    assert back["user_id"][1] == seller.name()
    (task,) = manager.find("crm_orders.callback", [("number", "=", caller)], "state")
    assert task["state"] == "done"


def test_nothing_is_lost_or_doubled_whatever_breaks(exchange, manager):
    simulator = exchange.simulator
    names = ("talks", "gives_up", "dies", "begins", "late")
    callers = {name: next(NUMBERS) for name in names}
    exchange.start()

    exchange.gate.mode = "broken"
    talks = exchange.ring(callers["talks"])
    gives_up = exchange.ring(callers["gives_up"])
    until(lambda: exchange.written() == (4, 4))
    # The line to the exchange breaks; somebody answers while nobody listens.
    simulator.drop()
    simulator.pick_up(talks, f"PJSIP/101-{callers['talks'][-4:]}")
    until(lambda: exchange.written()[0] >= 5)
    dies = exchange.ring(callers["dies"])
    until(lambda: exchange.written()[0] >= 7)

    exchange.kill()
    simulator.hangup(dies)
    begins = exchange.ring(callers["begins"])
    exchange.start()
    # It is told that one call is over, and finds another that has begun meanwhile.
    until(lambda: exchange.written()[0] >= 9)
    exchange.gate.mode = "forgetful"
    until(lambda: exchange.gate.forgotten > 1)
    exchange.kill()
    exchange.gate.mode = "open"
    exchange.start()
    for linked in (talks, gives_up, begins):
        simulator.hangup(linked)
    late = exchange.ring(callers["late"])
    simulator.hangup(late)
    exchange.wait_until_taken(15)

    calls = exchange.calls()
    assert sorted(call["number"] for call in calls) == sorted(callers.values())
    states = {call["number"]: call["state"] for call in calls}
    expected = dict.fromkeys(callers.values(), "missed")
    assert states == {**expected, callers["talks"]: "answered"}
    assert all(call["ended"] for call in calls)
    leads = {call["lead_id"][0] for call in calls}
    assert len(leads) == len(callers)
    tasks = manager.find(
        "crm_orders.callback", [("number", "in", list(callers.values()))], "number"
    )
    assert sorted(task["number"] for task in tasks) == sorted(
        set(callers.values()) - {callers["talks"]}
    )
    events = manager.events(exchange.source_id)
    assert {event["state"] for event in events} == {"done"}


def test_dialplan_reports_calls_by_itself(exchange, manager):
    simulator, caller = exchange.simulator, next(NUMBERS)
    common = {"id": f"{caller}.1", "direction": "in", "caller": caller, "callee": "100"}
    simulator.set_token("wrong")
    assert simulator.report(event="ringing", **common)["status"] == 403
    bare = requests.post(exchange.hook_url, data={"event": "ringing", **common})
    assert bare.status_code == 401
    simulator.set_token(exchange.token)
    reports = [
        {"event": "ringing"},
        {"event": "answered", "agent": "101"},
        {"event": "hangup", "billsec": "42", "recording": "2026/a b.wav"},
    ]
    simulator.keep_recording("2026/a b.wav", "RIFF of the exchange")
    for report in (*reports, *reversed(reports)):
        assert simulator.report(**common, **report)["status"] == 200
    # An address with the token in it does as well, for exchanges that cannot post.
    asked = requests.get(
        exchange.hook_url,
        params={
            "token": exchange.token,
            "id": f"{caller}.2",
            "event": "missed",
            "direction": "in",
            "caller": caller,
        },
    )
    assert asked.status_code == 200, asked.text
    manager.wait_until_worked_on(exchange.source_id)
    calls = exchange.calls(caller)
    assert [call["state"] for call in calls] == ["answered", "missed"]
    assert calls[0]["lead_id"] == calls[1]["lead_id"]

    # What makes no sense is refused or kept for people, and never lost without a word.
    assert simulator.report(id="x.1", event="teleported")["status"] == 200
    (strange,) = [
        event
        for event in manager.wait_until_worked_on(exchange.source_id)
        if event["state"] == "failed"
    ]
    assert "teleported" in strange["error"]
