"""A printer on the network, with everything that goes wrong with one."""

import threading

import pytest
from PIL import Image

from hardware_proxy import escpos

from .pictures import encoded, numbered, png, read_number
from .printer_server import PrinterServer
from .proxy_process import wait_for

FAST = "status_interval = 3600\nanswer_wait = 8\n"


def _print(proxy, number, **more):
    return proxy.v1(
        "print",
        id=f"job-{number:05}",
        image=encoded(png(numbered(number))),
        **more,
    )


def _printed(printer):
    return [read_number(image) for image in printer.receipts]


def _state(proxy, number):
    jobs = {job["id"]: job for job in proxy.v1("jobs", limit=500)["jobs"]}
    return jobs[f"job-{number:05}"]["state"]


def test_receipt_is_printed_and_confirmed(make_proxy, printer):
    proxy = make_proxy(config=FAST + printer.config())
    answer = _print(proxy, 321)
    assert (answer["state"], answer["printed"], answer["code"]) == (
        "confirmed",
        True,
        "",
    )
    assert _printed(printer) == [321]
    # Questions before, the guard against pulses in pictures, the confirmation after.
    received = bytes(printer.received)
    assert received.rindex(escpos.status_request(4)) < received.index(escpos.INIT)
    assert escpos.NO_REAL_TIME_PULSE in received
    assert received.endswith(escpos.REAL_TIME_PULSE_AGAIN + escpos.CONFIRM)


def test_same_bytes_reach_a_network_printer_and_the_virtual_one(make_proxy, printer):
    image = numbered(77)
    network = make_proxy(config=FAST + printer.config())
    _print(network, 77)
    network.stop()
    virtual = make_proxy(arguments=["--virtual"])
    _print(virtual, 77 + 1000)
    virtual.v1("print", id="job-virtual", image=encoded(png(image)))
    newest = Image.open(virtual.pictures()[-1])
    assert newest.tobytes() == printer.receipts[0].tobytes()


@pytest.mark.parametrize(
    ("change", "code"),
    [({"paper": "out"}, "paper_out"), ({"cover_open": True}, "cover_open")],
)
def test_trouble_before_printing_is_told_and_nothing_is_sent(
    make_proxy, printer, change, code
):
    proxy = make_proxy(config=FAST + printer.config())
    printer.emulator.set(**change)
    answer = _print(proxy, 5)
    assert (answer["state"], answer["printed"], answer["code"]) == (
        "failed",
        False,
        code,
    )
    assert escpos.INIT not in printer.received
    printer.emulator.set(paper="ok", cover_open=False)
    # The same number may be tried again, because nothing was printed.
    assert _print(proxy, 5)["printed"] is True
    assert _printed(printer) == [5]


def test_printer_switched_off(make_proxy, printer):
    proxy = make_proxy(config=FAST + printer.config())
    port = printer.port
    printer.close()
    answer = _print(proxy, 6)
    assert (answer["state"], answer["code"]) == ("failed", "offline")
    again = PrinterServer(port=port)
    try:
        assert _print(proxy, 6)["state"] == "confirmed"
        assert _printed(again) == [6]
    finally:
        again.close()


def test_printer_that_is_connected_but_silent(make_proxy, printer):
    printer.emulator.answers = False
    proxy = make_proxy(config=FAST + printer.config(reply_timeout=0.3))
    answer = _print(proxy, 7)
    assert (answer["state"], answer["code"]) == ("failed", "silent")
    assert escpos.INIT not in printer.received


def test_cheap_printer_that_never_answers(make_proxy, printer):
    """Profile `basic`: sent is all that can be known, and is said so."""
    printer.emulator.answers = False
    proxy = make_proxy(config=FAST + printer.config(profile="basic"))
    answer = _print(proxy, 8)
    assert (answer["state"], answer["printed"]) == ("sent", True)
    wait_for(lambda: _printed(printer) == [8])
    for command in (escpos.AUTO_STATUS_ON, escpos.CONFIRM, escpos.status_request(1)):
        assert command not in printer.received


def test_compatible_printer_gets_no_epson_commands(make_proxy, printer):
    proxy = make_proxy(config=FAST + printer.config(profile="compatible"))
    assert _print(proxy, 8)["state"] == "confirmed"
    for command in (escpos.AUTO_STATUS_ON, escpos.NO_REAL_TIME_PULSE):
        assert command not in printer.received


def test_paper_runs_out_in_the_middle(make_proxy, printer):
    """The cashier hears of it at once; with new paper the receipt is completed."""
    proxy = make_proxy(config=FAST + printer.config())
    printer.emulator.rows_left = 100
    answer = _print(proxy, 9)
    assert (answer["printed"], answer["code"]) == (False, "paper_out")
    assert answer["state"] in ("sending", "sent")
    assert _printed(printer) == []
    printer.emulator.set(paper="ok")
    # Retries find the job that is already running; a slow machine needs several.
    wait_for(lambda: _print(proxy, 9)["printed"])
    assert _printed(printer) == [9]
    assert _state(proxy, 9) == "confirmed"


def test_paper_runs_out_in_a_receipt_larger_than_the_printers_memory(
    make_proxy, printer
):
    proxy = make_proxy(config=FAST + printer.config())
    printer.emulator.rows_left = 300
    image = encoded(png(numbered(10, height=6000)))
    answer = proxy.v1("print", id="job-long", image=image)
    assert (answer["printed"], answer["code"]) == (False, "paper_out")
    assert answer["state"] == "sending"
    printer.emulator.set(paper="ok")
    wait_for(lambda: proxy.v1("jobs")["jobs"][0]["state"] == "confirmed")
    assert _printed(printer) == [10]
    assert printer.receipts[0].height > 6000


@pytest.mark.parametrize("after", [400, 4000, 20_000])
def test_cable_pulled_in_the_middle(make_proxy, printer, after):
    proxy = make_proxy(config=FAST + printer.config())
    printer.drop_after = after
    answer = _print(proxy, 11)
    assert (answer["state"], answer["code"]) == ("unknown", "maybe_printed")
    printer.drop_after = None
    # The number alone never prints a doubtful receipt twice.
    assert _print(proxy, 11)["state"] == "unknown"
    assert _printed(printer) == []
    # Nothing of the torn receipt ends up on the next one.
    assert _print(proxy, 12)["state"] == "confirmed"
    assert _printed(printer)[-1:] == [12]
    assert printer.receipts[-1].height < 500


def test_doubtful_receipt_is_printed_as_a_copy_when_a_person_says_so(
    make_proxy, printer
):
    proxy = make_proxy(config=FAST + printer.config())
    printer.drop_after = 4000
    _print(proxy, 13)
    printer.drop_after = None
    assert proxy.v1("status")["printers"][0]["unknown"] == 1
    copy = proxy.v1("jobs/retry", id="job-00013", copy_text="KOPIO")
    assert (copy["state"], copy["copy_of"]) == ("confirmed", "job-00013")
    (image,) = printer.receipts
    # The mark stands above; the receipt below it is complete.
    assert image.height > 320 + 60 + 48
    assert proxy.v1("status")["printers"][0]["unknown"] == 0


def test_printer_restarts_before_it_confirmed(make_proxy, printer):
    proxy = make_proxy(config=FAST + printer.config())
    printer.confirm.clear()
    results = []
    thread = threading.Thread(target=lambda: results.append(_print(proxy, 14)))
    thread.start()
    wait_for(lambda: _printed(printer) == [14])
    printer.drop()
    printer.confirm.set()
    thread.join(20)
    assert results[0]["state"] == "unknown"


def test_slow_printer_prints_once_though_the_client_gave_up(make_proxy, printer):
    """The POS gives up after a while and retries; the paper is already on its way."""
    proxy = make_proxy(
        config="status_interval = 3600\nanswer_wait = 0.3\n" + printer.config()
    )
    printer.confirm.clear()
    first = _print(proxy, 15)
    assert first["printed"] is True
    assert first["state"] in ("sending", "sent")
    second = _print(proxy, 15)
    assert second["id"] == first["id"]
    printer.confirm.set()
    wait_for(lambda: _state(proxy, 15) == "confirmed")
    assert _printed(printer) == [15]


def test_job_that_cannot_start_in_time_is_withdrawn(make_proxy, printer):
    """The second receipt waits behind a stuck one. Its cashier is told so, and it
    does not come out as a surprise later."""
    proxy = make_proxy(
        config="status_interval = 3600\nanswer_wait = 0.5\n" + printer.config()
    )
    printer.stop_after = 2000
    _print(proxy, 16)
    waiting = _print(proxy, 17)
    assert (waiting["state"], waiting["code"]) == ("failed", "busy")
    printer.gate.set()
    wait_for(lambda: _state(proxy, 16) == "confirmed")
    assert _print(proxy, 18)["printed"] is True
    wait_for(lambda: _printed(printer) == [16, 18])


def test_drawer(make_proxy, printer):
    proxy = make_proxy(config=FAST + printer.config(drawer_pin=5))
    assert proxy.v1("drawer") == {"outcome": "opened"}
    wait_for(lambda: printer.pulses == [5])


def test_drawer_pulse_is_never_late(make_proxy, printer):
    """No pulse while the printer is off, and none when it is back."""
    proxy = make_proxy(config=FAST + printer.config())
    port = printer.port
    printer.close()
    assert proxy.v1("drawer")["error"]["code"] == "offline"
    again = PrinterServer(port=port)
    try:
        assert _print(proxy, 19)["state"] == "confirmed"
        assert again.pulses == []
    finally:
        again.close()


def test_drawer_without_paper(make_proxy, printer):
    """An Epson opens it all the same; others would open it with the new roll."""
    printer.emulator.set(paper="out")
    proxy = make_proxy(config=FAST + printer.config())
    assert proxy.v1("drawer") == {"outcome": "opened"}
    wait_for(lambda: printer.pulses == [2])
    proxy.stop()
    other = make_proxy(config=FAST + printer.config(profile="compatible"))
    assert other.v1("drawer")["error"]["code"] == "paper_out"
    printer.emulator.set(paper="ok")
    assert _print(other, 20)["state"] == "confirmed"
    assert printer.pulses == [2]


def test_printer_without_a_drawer(make_proxy, printer):
    proxy = make_proxy(config=FAST + printer.config(drawer=False))
    assert "error" in proxy.v1("drawer")
    assert printer.pulses == []


def test_nearly_empty_roll_is_a_warning(make_proxy, printer):
    printer.emulator.set(paper="low")
    proxy = make_proxy(config=FAST + printer.config())
    answer = _print(proxy, 21)
    assert (answer["printed"], answer["paper"]) == (True, "low")
    status = proxy.rpc("status_json")["printer"]
    assert status["status"] == "connected"
    assert "nearly empty" in status["messages"]


def test_status_notices_a_printer_that_comes_and_goes(make_proxy, printer):
    proxy = make_proxy(config="status_interval = 0.1\n" + printer.config())

    def state():
        return proxy.rpc("status_json")["printer"]["status"]

    wait_for(lambda: state() == "connected")
    port = printer.port
    printer.close()
    wait_for(lambda: state() == "disconnected")
    again = PrinterServer(port=port)
    try:
        wait_for(lambda: state() == "connected")
    finally:
        again.close()


def test_reprints_asked_for_at_once_are_one_copy(make_proxy, printer):
    """Five impatient taps on a button; the copy they want is already on its way."""
    proxy = make_proxy(config=FAST + printer.config())
    assert _print(proxy, 30)["state"] == "confirmed"
    printer.confirm.clear()
    answers = []

    def tap():
        answers.append(proxy.post("/v1/jobs/retry", {"id": "job-00030"}))

    taps = [threading.Thread(target=tap) for _ in range(5)]
    for thread in taps:
        thread.start()
    wait_for(lambda: len(answers) == 4)
    assert {(a.status, a.json["error"]["code"]) for a in answers} == {(409, "state")}
    printer.confirm.set()
    for thread in taps:
        thread.join(20)
    assert answers[-1].json["copy_of"] == "job-00030"
    assert len(printer.receipts) == 2
    # Now the copy is out, and another one is a new wish.
    tap()
    assert answers[-1].json["printed"] is True
    assert len(printer.receipts) == 3


def test_retries_of_a_failed_job_at_once_print_it_once(make_proxy, printer):
    proxy = make_proxy(config=FAST + printer.config())
    printer.emulator.set(paper="out")
    assert _print(proxy, 31)["code"] == "paper_out"
    printer.emulator.set(paper="ok")
    printer.confirm.clear()
    answers = []

    def tap():
        answers.append(proxy.post("/v1/jobs/retry", {"id": "job-00031"}))

    taps = [threading.Thread(target=tap) for _ in range(5)]
    for thread in taps:
        thread.start()
    wait_for(lambda: len(answers) == 4)
    assert {(a.status, a.json["error"]["code"]) for a in answers} == {(409, "state")}
    printer.confirm.set()
    for thread in taps:
        thread.join(20)
    assert answers[-1].json["printed"] is True
    assert _printed(printer) == [31]


def test_narrow_paper(make_proxy):
    printer = PrinterServer(dots=384)
    try:
        proxy = make_proxy(config=FAST + printer.config(dots=384))
        assert _print(proxy, 22)["state"] == "confirmed"
        (image,) = printer.receipts
        assert image.width == 384 + 48
    finally:
        printer.close()


def test_two_printers_do_not_wait_for_each_other(make_proxy, printer):
    other = PrinterServer()
    try:
        proxy = make_proxy(
            config=FAST + printer.config() + other.config(name="kitchen")
        )
        printer.gate.clear()
        stuck = threading.Thread(target=lambda: _print(proxy, 23))
        stuck.start()
        assert _print(proxy, 24, printer="kitchen")["state"] == "confirmed"
        printer.gate.set()
        stuck.join(20)
        assert (_printed(printer), _printed(other)) == ([23], [24])
    finally:
        other.close()
