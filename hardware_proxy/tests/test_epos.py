"""ePOS-Print as the point of sale and Epson's own clients speak it."""

import base64
import http.client
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image
from src.epos.constants import Align
from src.epos.document import EposDocument
from src.epos.elements import Feed, Text
from src.epos.printer import Printer as EposClient

from hardware_proxy.raster import Raster

from .pictures import numbered, read_number
from .printer_server import PrinterServer
from .proxy_process import ProxyProcess, wait_for

PATH = "/cgi-bin/epos/service.cgi?devid=local_printer"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EPOS = "http://www.epson-pos.com/schemas/2011/03/epos-print"
TOKEN = "epos-secret-0001"


def _envelope(inner, header=""):
    return (
        f'<s:Envelope xmlns:s="{SOAP}">{header}<s:Body><epos-print xmlns="{EPOS}">'
        f"{inner}</epos-print></s:Body></s:Envelope>"
    ).encode()


def _image(image, align="center"):
    raster = Raster.from_image(image)
    data = base64.b64encode(raster.data).decode()
    return (
        f'<image width="{raster.width}" height="{raster.height}" align="{align}">'
        f'{data}</image><cut type="feed"/>'
    )


def _send(proxy, inner, path=PATH, header="", raw=None):
    """Post as the browser does: text, without asking first."""
    answer = proxy.request(
        "POST",
        path,
        _envelope(inner, header) if raw is None else raw,
        {"Content-Type": "text/plain;charset=UTF-8"},
    )
    assert answer.status == 200
    response = ElementTree.fromstring(answer.body).find(
        f"{{{SOAP}}}Body/{{{EPOS}}}response"
    )
    return (
        response.get("success") == "true",
        response.get("code"),
        int(response.get("status")),
    )


def test_receipt_of_the_pos(proxy):
    """512 dots wide on 576 dots of paper: in the middle, not a dot changed."""
    image = numbered(2020).resize((512, 284), Image.Resampling.NEAREST)
    before = set(proxy.pictures())
    success, code, status = _send(proxy, _image(image))
    assert (success, code) == (True, "")
    assert status & 0x2 and not status & 0x8
    (path,) = set(proxy.pictures()) - before
    printed = Image.open(path)
    body = printed.crop((24 + 32, 24, 24 + 32 + 512, 24 + 284))
    assert body.tobytes() == Raster.from_image(image).to_image().tobytes()
    assert printed.crop((24, 24, 24 + 32, 24 + 284)).getextrema() == (255, 255)


def test_printer_in_the_path(proxy):
    before = set(proxy.pictures())
    assert _send(proxy, _image(numbered(3)), path="/kitchen" + PATH)[0]
    (path,) = set(proxy.pictures()) - before
    assert path.name.endswith("-kitchen.png")


def test_printer_as_device_id(proxy):
    before = set(proxy.pictures())
    path = "/cgi-bin/epos/service.cgi?devid=kitchen"
    assert _send(proxy, _image(numbered(4)), path=path)[0]
    assert [p.name[-11:] for p in set(proxy.pictures()) - before] == ["kitchen.png"]


def test_unknown_device(proxy):
    path = "/cgi-bin/epos/service.cgi?devid=nosuch"
    assert _send(proxy, "<pulse/>", path=path)[:2] == (False, "DeviceNotFound")
    path = "/nosuch" + PATH
    assert _send(proxy, "<pulse/>", path=path)[:2] == (False, "DeviceNotFound")


def test_drawer(proxy):
    before = len(proxy.pulses())
    pictures = len(proxy.pictures())
    assert _send(proxy, "<pulse/>")[:2] == (True, "")
    assert len(proxy.pulses()) == before + 1
    assert len(proxy.pictures()) == pictures


def test_test_button_of_the_settings(proxy):
    """The very request of core's "Test" button."""
    before = set(proxy.pictures())
    inner = (
        '<feed line="1" /><text align="center">This is a test receipt&#10;</text>'
        '<feed line="3" /><cut type="feed" />'
    )
    assert _send(proxy, inner)[:2] == (True, "")
    (path,) = set(proxy.pictures()) - before
    printed = Image.open(path)
    left, top, right, bottom = printed.point(lambda value: 255 - value).getbbox()
    assert abs((left + right) / 2 - printed.width / 2) <= 12
    assert top >= 24 + 30
    assert printed.height - bottom >= 90


def test_paper_out_has_the_code_and_the_bit_of_the_pos(proxy):
    proxy.v1("virtual", paper="out")
    success, code, status = _send(proxy, _image(numbered(5)))
    proxy.v1("virtual", paper="ok")
    assert (success, code) == (False, "EPTR_REC_EMPTY")
    assert status & 0x00080000 == 0x00080000
    assert not status & 0x2


def test_cover_open(proxy):
    proxy.v1("virtual", cover_open=True)
    success, code, status = _send(proxy, _image(numbered(5)))
    proxy.v1("virtual", cover_open=False)
    assert (success, code) == (False, "EPTR_COVER_OPEN")
    assert status & 0x20


def test_nearly_empty_is_success_with_a_warning(proxy):
    proxy.v1("virtual", paper="low")
    success, code, status = _send(proxy, _image(numbered(6)))
    proxy.v1("virtual", paper="ok")
    assert (success, code) == (True, "")
    assert status & 0x00020000 == 0x00020000


def test_switched_off(proxy):
    proxy.v1("virtual", powered=False)
    assert _send(proxy, _image(numbered(7)))[:2] == (False, "EX_BADPORT")
    proxy.v1("virtual", powered=True)
    assert _send(proxy, _image(numbered(7)))[:2] == (True, "")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<pulse/>",
        b"<a><b></a>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + _envelope("<pulse/>"),
        _envelope("<format/>"),
        _envelope('<barcode type="ean13">4006381333931</barcode>'),
        _envelope('<image width="8" height="9">AAAA</image>'),
        _envelope('<image width="-8" height="1">AAAA</image>'),
        _envelope('<image width="x" height="1">AAAA</image>'),
        _envelope('<image width="8" height="1" mode="gray16">AA==</image>'),
        _envelope('<feed line="many"/>'),
        "<ä/>".encode("utf-16"),
    ],
)
def test_bad_request_prints_nothing(proxy, raw):
    before = (len(proxy.pictures()), len(proxy.pulses()))
    assert _send(proxy, "", raw=raw)[:2] == (False, "SchemaError")
    assert (len(proxy.pictures()), len(proxy.pulses())) == before


def test_half_understood_request_prints_nothing(proxy):
    """All or nothing: half a receipt is worse than none."""
    before = (len(proxy.pictures()), len(proxy.pulses()))
    inner = "<pulse/><text>Total&#10;</text><symbol>x</symbol><cut/>"
    assert _send(proxy, inner)[:2] == (False, "SchemaError")
    assert (len(proxy.pictures()), len(proxy.pulses())) == before


def test_too_large_picture(proxy):
    inner = '<image width="60000" height="60000">AAAA</image>'
    assert _send(proxy, inner)[:2] == (False, "RequestEntityTooLarge")


def test_job_number_prints_once(proxy):
    """Epson's clients number their jobs in the header."""
    header = (
        f'<s:Header><parameter xmlns="{EPOS}"><devid>local_printer</devid>'
        "<printjobid>ABC123</printjobid></parameter></s:Header>"
    )
    before = len(proxy.pictures())
    assert _send(proxy, _image(numbered(8)), header=header)[0]
    assert _send(proxy, _image(numbered(8)), header=header)[0]
    assert len(proxy.pictures()) == before + 1
    # Another receipt under an old number is printed.
    assert _send(proxy, _image(numbered(9)), header=header)[0]
    assert len(proxy.pictures()) == before + 2


def test_client_that_gave_up_gets_one_receipt(make_proxy):
    """The POS ends its request after 15 s and lets the cashier retry."""
    printer = PrinterServer()
    try:
        proxy = make_proxy(
            config="status_interval = 3600\nanswer_wait = 8\n" + printer.config()
        )
        printer.confirm.clear()
        body = _envelope(_image(numbered(10)))
        line = http.client.HTTPConnection("127.0.0.1", proxy.port)
        line.request("POST", PATH, body, {"Origin": "http://127.0.0.1:8069"})
        wait_for(lambda: len(printer.receipts) == 1)
        line.close()
        printer.confirm.set()
        wait_for(lambda: proxy.v1("jobs")["jobs"][0]["state"] == "confirmed")
        assert _send(proxy, "", raw=body)[:2] == (True, "")
        assert [read_number(image) for image in printer.receipts] == [10]
        # Now somebody knows that it was printed; the next one is a copy.
        assert _send(proxy, "", raw=body)[:2] == (True, "")
        assert len(printer.receipts) == 2
    finally:
        printer.close()


@pytest.fixture(scope="module")
def other_client(tmp_path_factory):
    """A client library that is not ours; it sends no origin, so it has the secret."""
    process = ProxyProcess(
        tmp_path_factory.mktemp("epos"),
        config=f'status_interval = 0.1\n[tokens]\ntill = "{TOKEN}"\n',
        arguments=["--virtual"],
    ).start()
    client = EposClient(
        f"127.0.0.1:{process.port}",
        request_timeout=20,
        url=f"/k/{TOKEN}/cgi-bin/epos/service.cgi",
    )
    wait_for(client.printer_ready)
    yield process, client
    process.kill()


def _virtual(process, **changes):
    process.post("/v1/virtual", changes, headers={"X-Till-Token": TOKEN})


def test_other_client_prints(other_client):
    process, client = other_client
    document = EposDocument()
    document.add_body(Text("Kauppa Koivu\n", align=Align.CENTER, bold=True))
    document.add_body(Text("Yhteensä 12,50 €\n", width=2, height=2))
    document.add_body(Feed(line=2))
    response = client.print(document)
    assert (response.success, response.code) == (True, "")
    printed = Image.open(process.pictures()[-1])
    assert printed.point(lambda value: 255 - value).getbbox()


def test_other_client_sees_the_state_of_the_printer(other_client):
    process, client = other_client
    _virtual(process, paper="out")
    wait_for(lambda: not client.printer_ready())
    assert client.print_empty().code == "EPTR_REC_EMPTY"
    _virtual(process, paper="ok")
    wait_for(client.printer_ready)
