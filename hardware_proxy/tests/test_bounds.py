"""What one request may cost: memory of the service and paper of the shop."""

import io
import struct
import threading
import zlib
from pathlib import Path

import pytest
from PIL import Image

from hardware_proxy.raster import MAX_PIXELS, MAX_ROWS

from .pictures import encoded, numbered, read_number

EPOS = "http://www.epson-pos.com/schemas/2011/03/epos-print"
PATH = "/cgi-bin/epos/service.cgi"
#: The sandbox of systemd/hardware-proxy.service ends the service at 512 MB.
MOST_MEMORY_KB = 350_000


def _peak_memory(proxy):
    """Most memory that the process ever held, in kilobytes."""
    status = Path(f"/proc/{proxy.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


def _bomb(width, height):
    """A transparent picture of few bytes and many pixels."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\x10\x20\x30\x80" * width
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def _epos(proxy, inner):
    body = f'<epos-print xmlns="{EPOS}">{inner}</epos-print>'.encode()
    answer = proxy.request("POST", PATH, body, {"Content-Type": "text/plain"})
    assert answer.status == 200
    return answer.body.decode()


def _refused(proxy, inner):
    return 'success="false" code="RequestEntityTooLarge"' in _epos(proxy, inner)


def _printed(proxy, inner):
    return 'success="true" code=""' in _epos(proxy, inner)


def test_pictures_at_once_are_decoded_one_by_one(make_proxy):
    proxy = make_proxy(arguments=["--virtual"])
    image = encoded(_bomb(4000, MAX_PIXELS // 4000))
    answers = []

    def work(number):
        answers.append(proxy.v1("print", id=f"bomb-{number:04}", image=image))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer["printed"] for answer in answers] == [True] * 6
    assert _peak_memory(proxy) < MOST_MEMORY_KB


def test_picture_of_too_many_pixels_costs_nothing(make_proxy):
    proxy = make_proxy(arguments=["--virtual"])
    before = _peak_memory(proxy)
    answer = proxy.post(
        "/v1/print", {"id": "bomb-0001", "image": encoded(_bomb(6300, 6300))}
    )
    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")
    assert _peak_memory(proxy) < before + 20_000


@pytest.mark.parametrize("rows", [MAX_ROWS, MAX_ROWS + 1])
def test_longest_receipt(proxy, rows):
    before = set(proxy.pictures())
    image = Image.new("1", (288, rows // 2 + rows % 2), 1)
    image.paste(numbered(1234).resize((288, 160), Image.Resampling.NEAREST), (0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    answer = proxy.post(
        "/v1/print", {"id": f"long-{rows}", "image": encoded(out.getvalue())}
    )
    new = set(proxy.pictures()) - before
    if rows > MAX_ROWS:
        assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")
        assert not new
        return
    assert answer.json["printed"] is True
    (path,) = new
    assert read_number(Image.open(path)) == 1234


@pytest.mark.parametrize(
    "inner",
    [
        "<text>" + "A" * 9_000_000 + "</text>",
        "<text>" + "\n" * 9_000_000 + "</text>",
        "<text>" + "A\n" * 1_100 + "</text>",
        '<text dh="true" height="8">' + "A\n" * 200 + "</text>",
        '<text width="8" height="8">' + "A" * 1_300 + "</text>",
        "<text>&#10;</text>" * 1_100,
        '<feed line="255"/>' * 5,
        '<feed line="255"/>' * 200_000,
        '<feed unit="255"/>' * 130,
        "<cut/>" * 600,
        '<cut type="no_feed"/>' * 600,
        '<image width="8" height="40000">' + "A" * 53_332 + "AA==</image>",
        ('<image width="8" height="20000">' + "A" * 26_664 + "AAA=</image>") * 2,
        "<text></text>" * 700_000,
        "<text>" + "<a/>" * 2_000_000 + "</text>",
    ],
    ids=lambda inner: f"{inner[:28]}... {len(inner)}",
)
def test_request_that_would_empty_the_roll_is_refused(proxy, inner):
    before = (len(proxy.pictures()), len(proxy.v1("jobs", limit=500)["jobs"]))
    assert _refused(proxy, inner)
    after = (len(proxy.pictures()), len(proxy.v1("jobs", limit=500)["jobs"]))
    assert after == before


def test_requests_too_long_cost_little_memory(make_proxy):
    proxy = make_proxy(arguments=["--virtual"])
    for inner in (
        "<text>" + "A" * 9_000_000 + "</text>",
        '<feed line="255"/>' * 200_000,
        "<text>" + "<a/>" * 2_000_000 + "</text>",
    ):
        assert _refused(proxy, inner)
    assert _peak_memory(proxy) < MOST_MEMORY_KB


def test_long_order_is_printed(proxy):
    """Three hundred lines, each in pieces of different style."""
    line = (
        '<text em="true">2</text><text em="false"> Karjalanpiirakka munavoilla</text>'
        "<text>&#10;</text>"
    )
    before = set(proxy.pictures())
    assert _printed(proxy, line * 300 + '<feed line="3"/><cut/>')
    (path,) = set(proxy.pictures()) - before
    assert Image.open(path).height > 300 * 24


def test_paper_that_nobody_cuts_is_torn_off(make_proxy):
    """The virtual printer must not keep an endless strip in memory."""
    proxy = make_proxy(arguments=["--virtual"])
    for _ in range(30):
        assert _printed(proxy, '<feed line="255"/>' * 4)
    assert _peak_memory(proxy) < MOST_MEMORY_KB
    heights = [Image.open(path).height for path in proxy.pictures()]
    assert sum(heights) > 30 * 4 * 255 * 24 * 0.9
    assert max(heights) < 2 * MAX_ROWS
