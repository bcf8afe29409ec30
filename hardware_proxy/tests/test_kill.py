"""kill -9 in every state: nothing is lost silently, nothing is printed twice."""

import contextlib
import http.client
import threading

import pytest
from PIL import Image

from .pictures import encoded, jpeg, numbered, png, read_number
from .proxy_process import wait_for

CONFIG = "status_interval = 3600\nanswer_wait = 8\n"


def _ask(proxy, number, height=320):
    """Print in the background; the answer may never come."""
    image = encoded(png(numbered(number, height)))

    def work():
        with contextlib.suppress(OSError, http.client.HTTPException):
            proxy.v1("print", id=f"job-{number:05}", image=image)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def _state(proxy, number):
    jobs = {job["id"]: job["state"] for job in proxy.v1("jobs")["jobs"]}
    return jobs.get(f"job-{number:05}")


def _printed(printer):
    return [read_number(image) for image in printer.receipts]


def _kill_and_restart(proxy, thread, printer):
    proxy.kill()
    thread.join(20)
    printer.gate.set()
    printer.confirm.set()
    return proxy.start()


def test_killed_while_queued_prints_once_after_the_restart(make_proxy, printer):
    proxy = make_proxy(config=CONFIG + printer.config(reply_timeout=60.0))
    printer.gate.clear()
    thread = _ask(proxy, 1)
    wait_for(lambda: _state(proxy, 1) == "queued")
    _kill_and_restart(proxy, thread, printer)
    wait_for(lambda: _state(proxy, 1) == "confirmed")
    assert _printed(printer) == [1]


def test_killed_while_sending_is_not_printed_again(make_proxy, printer):
    proxy = make_proxy(config=CONFIG + printer.config())
    printer.stop_after = 5000
    thread = _ask(proxy, 2, height=4000)
    wait_for(lambda: _state(proxy, 2) == "sending" and not printer.gate.is_set())
    _kill_and_restart(proxy, thread, printer)
    assert _state(proxy, 2) == "unknown"
    # The next receipt is whole, and only that one was printed.
    _ask(proxy, 3).join(20)
    assert _printed(printer)[-1] == 3
    assert _printed(printer).count(2) <= 1
    assert _state(proxy, 2) == "unknown"
    assert proxy.v1("status")["printers"][0]["unknown"] == 1


def test_killed_before_the_confirmation_is_not_printed_again(make_proxy, printer):
    proxy = make_proxy(config=CONFIG + printer.config())
    printer.confirm.clear()
    thread = _ask(proxy, 4)
    wait_for(lambda: _state(proxy, 4) == "sent" and _printed(printer) == [4])
    _kill_and_restart(proxy, thread, printer)
    assert _state(proxy, 4) == "unknown"
    _ask(proxy, 5).join(20)
    assert _printed(printer) == [4, 5]


@pytest.mark.parametrize("paper", ["ok", "out"])
def test_killed_after_the_end_changes_nothing(make_proxy, printer, paper):
    proxy = make_proxy(config=CONFIG + printer.config())
    printer.emulator.set(paper=paper)
    thread = _ask(proxy, 6)
    thread.join(20)
    state = _state(proxy, 6)
    assert state == ("confirmed" if paper == "ok" else "failed")
    printer.emulator.set(paper="ok")
    _kill_and_restart(proxy, thread, printer)
    _ask(proxy, 7).join(20)
    assert _state(proxy, 6) == state
    assert _printed(printer) == ([6, 7] if paper == "ok" else [7])


def test_retry_of_the_stock_client_after_a_kill_prints_once(make_proxy, printer):
    """The old client sends no number; it only repeats the picture."""
    proxy = make_proxy(config=CONFIG + printer.config())
    params = {
        "data": {"action": "print_receipt", "receipt": encoded(jpeg(numbered(8)))}
    }

    def work():
        with contextlib.suppress(OSError, http.client.HTTPException):
            proxy.rpc("default_printer_action", params)

    printer.gate.clear()
    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: proxy.v1("jobs")["jobs"])
    _kill_and_restart(proxy, thread, printer)
    wait_for(lambda: proxy.v1("jobs")["jobs"][0]["state"] == "confirmed")
    assert proxy.rpc("default_printer_action", params) is True
    assert _printed(printer) == [8]
    # The answer was given now, so the next one is a wish for a copy.
    assert proxy.rpc("default_printer_action", params) is True
    assert _printed(printer) == [8, 8]


def test_pulse_is_not_replayed_after_a_kill(make_proxy, printer):
    proxy = make_proxy(config=CONFIG + printer.config(reply_timeout=60.0))
    wait_for(lambda: proxy.v1("status")["printers"][0]["status"] == "connected")
    before = printer.connections
    printer.gate.clear()

    def work():
        with contextlib.suppress(OSError, http.client.HTTPException):
            proxy.v1("drawer")

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: printer.connections > before)
    _kill_and_restart(proxy, thread, printer)
    _ask(proxy, 9).join(20)
    assert _printed(printer) == [9]
    assert printer.pulses == []


def _pulse(proxy, reason):
    """Ask for the drawer in the background; the answer may never come."""

    def work():
        with contextlib.suppress(OSError, http.client.HTTPException):
            proxy.v1("drawer", reason=reason)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def _drawer_log(proxy):
    return [
        (pulse["reason"], pulse["outcome"])
        for pulse in proxy.v1("drawer/log")["pulses"]
    ]


def test_pulse_is_written_down_before_it_is_sent(make_proxy, printer):
    proxy = make_proxy(config=CONFIG + printer.config(reply_timeout=60.0))
    wait_for(lambda: proxy.v1("status")["printers"][0]["status"] == "connected")
    before = printer.connections
    printer.gate.clear()
    thread = _pulse(proxy, "Change")
    wait_for(lambda: printer.connections > before)
    assert _drawer_log(proxy) == [("Change", "asked")]
    _kill_and_restart(proxy, thread, printer)
    # Nobody knows whether it opened, and the log says so.
    assert _drawer_log(proxy) == [("Change", "unknown")]
    assert proxy.v1("drawer", reason="Again")["outcome"] == "opened"
    assert _drawer_log(proxy) == [("Again", "opened"), ("Change", "unknown")]
    assert printer.pulses == [2]


@pytest.mark.parametrize("number", range(6))
def test_killed_in_the_moment_of_the_pulse_the_log_knows_of_it(
    make_proxy, printer, number
):
    proxy = make_proxy(config=CONFIG + printer.config())
    process = proxy.process

    def on_pulse(pin, milliseconds):
        process.kill()
        printer.pulses.append(pin)

    printer.emulator.on_pulse = on_pulse
    thread = _pulse(proxy, f"Sale {number}")
    wait_for(lambda: printer.pulses)
    _kill_and_restart(proxy, thread, printer)
    ((reason, outcome),) = _drawer_log(proxy)
    assert reason == f"Sale {number}"
    assert outcome in ("unknown", "opened")
    assert printer.pulses == [2]


def test_killed_again_and_again_under_load(make_proxy, tmp_path):
    """Every receipt comes out at most once, and each that was promised did."""
    proxy = make_proxy(config="answer_wait = 8\n", arguments=["--virtual"])
    promised = set()
    for round_number in range(6):
        stop = threading.Event()

        def work(numbers, stop=stop):
            for number in numbers:
                if stop.is_set():
                    return
                try:
                    answer = proxy.v1(
                        "print",
                        id=f"job-{number:05}",
                        image=encoded(png(numbered(number))),
                    )
                except (OSError, http.client.HTTPException, ValueError):
                    return
                if answer.get("state") == "confirmed":
                    promised.add(number)

        first = round_number * 1000
        threads = [
            threading.Thread(target=work, args=(range(first + part, first + 1000, 3),))
            for part in range(3)
        ]
        for thread in threads:
            thread.start()
        goal = len(promised) + 3 + 4 * round_number
        wait_for(lambda goal=goal: len(promised) >= goal)
        proxy.kill()
        stop.set()
        for thread in threads:
            thread.join(30)
        proxy.start()
    wait_for(lambda: not proxy.v1("jobs", states=["queued", "sending"])["jobs"])
    printed = [read_number(Image.open(path)) for path in proxy.pictures()]
    assert len(printed) == len(set(printed)), "printed twice"
    assert promised <= set(printed), "promised but lost"
    states = {
        int(job["id"][4:]): job["state"] for job in proxy.v1("jobs", limit=500)["jobs"]
    }
    for number in set(states) - set(printed):
        assert states[number] in ("unknown", "failed")
    assert not list(proxy.receipts.glob(".*.part")) or promised


def test_damaged_journal_does_not_stop_the_till(make_proxy, tmp_path):
    proxy = make_proxy(config="status_interval = 0.2\n", arguments=["--virtual"])
    assert proxy.v1("status")["broken_journals"] == []
    _ask(proxy, 11).join(20)
    proxy.kill()
    for path in (tmp_path / "state").glob("journal.sqlite*"):
        path.write_bytes(b"garbage!" * 4096)
    proxy.start()
    _ask(proxy, 12).join(20)
    assert _state(proxy, 12) == "confirmed"
    status = proxy.v1("status")
    (name,) = status["broken_journals"]
    assert (tmp_path / "state" / name).read_bytes() == b"garbage!" * 4096
    (message,) = status["printers"][0]["messages"]
    assert "journal was damaged" in message
    assert message in proxy.rpc("status_json")["printer"]["messages"]
    assert name in proxy.log
    assert "Traceback" not in proxy.log
    # The file is named until somebody takes it away.
    proxy.stop()
    proxy.start()
    assert proxy.v1("status")["broken_journals"] == [name]
    assert proxy.v1("status")["printers"][0]["messages"] == []
    (tmp_path / "state" / name).unlink()
    wait_for(lambda: proxy.v1("status")["broken_journals"] == [])


def test_orderly_stop_finishes_the_receipt(make_proxy, printer):
    proxy = make_proxy(config=CONFIG + printer.config())
    printer.stop_after = 5000
    thread = _ask(proxy, 10, height=4000)
    wait_for(lambda: not printer.gate.is_set())
    code = []
    stopping = threading.Thread(target=lambda: code.append(proxy.stop()))
    stopping.start()
    printer.gate.set()
    stopping.join(30)
    thread.join(20)
    assert code == [0]
    assert _printed(printer) == [10]
    proxy.start()
    assert _state(proxy, 10) == "confirmed"
