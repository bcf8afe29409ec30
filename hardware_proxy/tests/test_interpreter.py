from itertools import pairwise

import pytest
from escpos.printer import Dummy
from hypothesis import given
from hypothesis import strategies as st

from hardware_proxy import escpos
from hardware_proxy import interpreter as command
from hardware_proxy.emulator import Emulator
from hardware_proxy.interpreter import Interpreter
from hardware_proxy.raster import Raster

from .pictures import numbered, read_number

STREAM = (
    escpos.INIT
    + escpos.text("Kahvi 2,50 €\n", align="center", bold=True, width=2)
    + escpos.raster(Raster(16, 3, b"\x10\x04\x01\x1b\x70\x00"))
    + escpos.feed_lines(3)
    + escpos.pulse(5)
    + escpos.CONFIRM
    + escpos.cut()
    + escpos.cut(feed=False)
)


def _merged(items):
    """Text may arrive in pieces; put neighbours together."""
    out = []
    for item in items:
        if out and isinstance(item, command.Text) and isinstance(out[-1], command.Text):
            out[-1] = command.Text(out[-1].content + item.content)
        else:
            out.append(item)
    return out


def _read(*chunks):
    interpreter, items = Interpreter(), []
    for chunk in chunks:
        interpreter.feed(chunk)
        items += list(interpreter)
    return _merged(items), interpreter


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_meaning_does_not_depend_on_how_bytes_arrive(cuts):
    edges = [0, *sorted(cuts), len(STREAM)]
    chunks = [STREAM[a:b] for a, b in pairwise(edges)]
    whole, _ = _read(STREAM)
    pieces, rest = _read(*chunks)
    assert pieces == whole
    assert not rest.buffer


def test_pictures_may_contain_the_bytes_of_commands():
    items, _ = _read(STREAM)
    assert [item for item in items if isinstance(item, command.Pulse)] == [
        command.Pulse(5, 100)
    ]
    assert not [item for item in items if isinstance(item, command.AskStatus)]


@given(st.binary(max_size=400))
def test_no_bytes_can_break_the_printer(data):
    printer = Emulator()
    printer.receive(data)
    printer.set(cover_open=True)
    printer.receive(data)
    printer.set(cover_open=False)


def test_text_cannot_smuggle_commands():
    items, _ = _read(escpos.text("a\x1bp\x00\x10\x10b\n"))
    assert not [item for item in items if isinstance(item, command.Pulse)]
    assert command.Text("app".replace("pp", "p") + "b") in items


def test_finnish_and_euro_reach_the_paper():
    items, _ = _read(escpos.text("ÅÄÖ åäö €\n"))
    assert command.Text("ÅÄÖ åäö €") in items


def _print_with(build, dots=576):
    """Let python-escpos, which is not ours, produce the bytes."""
    receipts, pulses = [], []
    printer = Emulator(
        dots,
        on_receipt=receipts.append,
        on_pulse=lambda pin, milliseconds: pulses.append(pin),
    )
    other = Dummy()
    build(other)
    printer.receive(other.output)
    return receipts, pulses


@pytest.mark.parametrize("kind", ["bitImageRaster", "bitImageColumn"])
def test_picture_of_another_producer_is_printed(kind):
    def build(printer):
        printer.image(numbered(0b1100101), impl=kind)
        printer.cut()

    receipts, _ = _print_with(build)
    assert [read_number(image) for image in receipts] == [0b1100101]


def test_receipt_of_another_producer():
    def build(printer):
        printer.set(align="center", bold=True, double_height=True, double_width=True)
        printer.text("Kauppa Koivu\n")
        printer.set_with_default()
        printer.text("Kahvi                2,50\n")
        printer.ln(2)
        printer.cashdraw(2)
        printer.cashdraw(5)
        printer.cut(mode="PART")

    receipts, pulses = _print_with(build)
    assert pulses == [2, 5]
    (image,) = receipts
    box = image.point(lambda value: 255 - value).getbbox()
    # A centred headline: white on both sides.
    top = image.crop((0, box[1], image.width, box[1] + 40))
    left, _, right, _ = top.point(lambda value: 255 - value).getbbox()
    assert abs(left - (image.width - right)) <= 24


def test_barcodes_of_other_producers_do_not_derail_the_stream():
    def build(printer):
        printer.barcode("4006381333931", "EAN13", check=False)
        printer.qr("https://example.com", native=True)
        printer.image(numbered(9))
        printer.cut()

    receipts, _ = _print_with(build)
    (image,) = receipts
    ink = image.point(lambda value: 255 - value).getbbox()
    assert read_number(image.crop((0, ink[1] - 24, image.width, image.height))) == 9


def test_stopped_printer_answers_and_goes_on():
    replies, receipts = bytearray(), []
    printer = Emulator(on_reply=replies.extend, on_receipt=receipts.append)
    printer.set(paper="out")
    printer.receive(escpos.text("late\n") + escpos.cut())
    assert not receipts
    printer.receive(escpos.status_request(4))
    status = escpos.Status()
    status.read(4, replies[-1])
    assert status.paper == "out"
    printer.set(paper="ok")
    assert len(receipts) == 1


def test_stopped_printer_blocks_when_its_memory_is_full():
    printer = Emulator()
    printer.set(cover_open=True)
    assert printer.has_room
    printer.receive(b"x" * 20_000)
    assert not printer.has_room
    printer.receive(escpos.CLEAR_BUFFERS)
    assert printer.has_room


def test_reports_of_changes():
    replies = bytearray()
    printer = Emulator(on_reply=replies.extend)
    printer.receive(escpos.AUTO_STATUS_ON)
    printer.set(paper="low")
    printer.set(cover_open=True)
    reader = escpos.ReplyReader()
    reports = [
        escpos.Status.from_auto(value)
        for kind, value in reader.feed(bytes(replies))
        if kind == "report"
    ]
    assert [(r.paper, r.cover_open, r.online) for r in reports] == [
        ("ok", False, True),
        ("low", False, True),
        ("low", True, False),
    ]
