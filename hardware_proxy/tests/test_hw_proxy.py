"""The calls of the unpatched point of sale, over real HTTP."""

import threading

import pytest
from PIL import Image

from .pictures import encoded, jpeg, numbered, png, read_number
from .proxy_process import ORIGIN, wait_for


def _receipt(number):
    return {
        "data": {"action": "print_receipt", "receipt": encoded(jpeg(numbered(number)))}
    }


def test_hello(proxy):
    answer = proxy.request("GET", "/hw_proxy/hello")
    assert (answer.status, answer.body) == (200, b"ping")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_handshake(proxy):
    assert proxy.rpc("handshake") is True


def test_status_has_the_keys_of_the_pos(proxy):
    def connected():
        status = proxy.rpc("status_json")
        return status if status["printer"]["status"] == "connected" else None

    status = wait_for(connected)
    assert set(status) == {"printer", "scanner", "scale"}
    assert {device["status"] for device in status.values()} == {"connected"}


def test_receipt_becomes_a_picture(proxy):
    before = set(proxy.pictures())
    assert proxy.rpc("default_printer_action", _receipt(4711)) is True
    (path,) = set(proxy.pictures()) - before
    assert read_number(Image.open(path)) == 4711


def test_receipt_through_the_address_of_another_printer(proxy):
    before = set(proxy.pictures())
    result = proxy.rpc("default_printer_action", _receipt(12), prefix="/kitchen")
    assert result is True
    (path,) = set(proxy.pictures()) - before
    assert path.name.endswith("-kitchen.png")


def test_unknown_printer_is_an_error_with_a_reason(proxy):
    answer = proxy.post("/nosuch/hw_proxy/handshake", {"id": 1, "params": {}})
    assert answer.json["error"]["data"]["name"] == "hardware_proxy.unknown_printer"
    assert answer.json["id"] is None or answer.json["id"] == 1


def test_drawer(proxy):
    before = len(proxy.pulses())
    params = {"data": {"action": "cashbox"}}
    assert proxy.rpc("default_printer_action", params) is True
    assert len(proxy.pulses()) == before + 1
    last = proxy.v1("drawer/log", limit=1)["pulses"][0]
    assert (last["outcome"], last["client"]) == ("opened", ORIGIN)


def test_answered_receipt_can_be_printed_again(proxy):
    """A reprint that a customer asks for is the same picture."""
    before = len(proxy.pictures())
    assert proxy.rpc("default_printer_action", _receipt(99)) is True
    assert proxy.rpc("default_printer_action", _receipt(99)) is True
    assert len(proxy.pictures()) == before + 2


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"action": "format_disk"},
        {"action": "print_receipt"},
        {"action": "print_receipt", "receipt": "%%%"},
        {"action": "print_receipt", "receipt": encoded(b"not a picture")},
        {"action": ["print_receipt"]},
    ],
)
def test_nonsense_is_an_error_and_prints_nothing(proxy, data):
    before = len(proxy.pictures())
    answer = proxy.post(
        "/hw_proxy/default_printer_action", {"id": 3, "params": {"data": data}}
    )
    assert answer.status == 200
    assert answer.json["id"] == 3
    assert answer.json["error"]["data"]["message"]
    assert len(proxy.pictures()) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 50_000])
def test_broken_json_is_an_error(proxy, body):
    answer = proxy.post("/hw_proxy/handshake", body)
    assert "error" in answer.json
    assert proxy.rpc("handshake") is True


def test_scale_always_gives_a_number(proxy):
    assert proxy.rpc("scale_read")["weight"] == 0
    proxy.v1("virtual", weight=1.234)
    assert proxy.rpc("scale_read") == {"weight": 1.234, "unit": "kg", "stable": True}
    proxy.v1("virtual", weight=1.3, stable=False)
    assert proxy.rpc("scale_read") == {"weight": 0.0, "unit": "kg", "stable": False}


def test_scanner_waits_and_delivers_once(proxy):
    got = []
    waiting = threading.Thread(target=lambda: got.append(proxy.rpc("scanner")))
    waiting.start()
    proxy.v1("virtual", scan="6411300000494")
    waiting.join(20)
    assert got == ["6411300000494"]


def test_customer_display_shows_what_was_set(proxy):
    # The display of the POS sends neither id nor version.
    answer = proxy.post(
        "/hw_proxy/customer_facing_display", {"params": {"action": "get"}}
    )
    assert isinstance(answer.json["result"]["data"], dict)
    order = {"amount": "12,50 €"}
    proxy.rpc("customer_facing_display", {"action": "set", "data": order})
    shown = proxy.rpc("customer_facing_display", {"action": "get"})
    assert shown["data"] == order


def test_paper_out_is_told_and_nothing_comes_out_later(proxy):
    proxy.v1("virtual", paper="out")
    before = len(proxy.pictures())
    assert proxy.rpc("default_printer_action", _receipt(31)) is False

    def told():
        return "out of paper" in proxy.rpc("status_json")["printer"]["messages"]

    wait_for(told)
    assert proxy.rpc("status_json")["printer"]["status"] == "disconnected"
    proxy.v1("virtual", paper="ok")
    wait_for(lambda: proxy.rpc("status_json")["printer"]["status"] == "connected")
    assert len(proxy.pictures()) == before
    # The cashier presses "retry".
    assert proxy.rpc("default_printer_action", _receipt(31)) is True
    assert len(proxy.pictures()) == before + 1


def test_drawer_opens_without_paper(proxy):
    proxy.v1("virtual", paper="out")
    before = len(proxy.pulses())
    params = {"data": {"action": "cashbox"}}
    assert proxy.rpc("default_printer_action", params) is True
    proxy.v1("virtual", paper="ok")
    assert len(proxy.pulses()) == before + 1


def test_status_answers_while_a_receipt_is_stuck(proxy):
    """The POS stops asking for ever when this takes 2.5 s once."""
    proxy.v1("virtual", powered=False)
    results = []
    threads = [
        threading.Thread(
            target=lambda n=n: results.append(
                proxy.rpc("default_printer_action", _receipt(n))
            )
        )
        for n in (1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    answer = proxy.post("/hw_proxy/status_json", {"params": {}}, timeout=2)
    assert answer.status == 200
    for thread in threads:
        thread.join(20)
    assert results == [False] * 3
    proxy.v1("virtual", powered=True)


def test_hundred_receipts_at_once_all_come_out(proxy):
    wait_for(lambda: proxy.rpc("status_json")["printer"]["status"] == "connected")
    before = set(proxy.pictures())
    results = []

    def work(numbers):
        results.extend(
            proxy.rpc("default_printer_action", _receipt(number)) for number in numbers
        )

    threads = [
        threading.Thread(target=work, args=(range(1000 + start, 1100, 4),))
        for start in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [True] * 100
    printed = [read_number(Image.open(p)) for p in set(proxy.pictures()) - before]
    assert sorted(printed) == list(range(1000, 1100))


def test_png_is_accepted_too(proxy):
    params = {"data": {"action": "print_receipt", "receipt": encoded(png(numbered(8)))}}
    assert proxy.rpc("default_printer_action", params) is True
