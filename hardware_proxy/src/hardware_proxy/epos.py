"""ePOS-Print XML, as Epson's network printers speak it, to ESC/POS bytes and back."""

import base64
import binascii
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from . import escpos
from .errors import ProxyError
from .raster import MAX_PIXELS, MAX_ROWS, MAX_SIDE, Raster, rows_on_paper, too_long

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EPOS = "http://www.epson-pos.com/schemas/2011/03/epos-print"

#: Our code to the code that ePOS clients know.
CODES = {
    "": "",
    "bad_request": "SchemaError",
    "bad_image": "SchemaError",
    "busy": "EX_SPOOLER",
    "cancelled": "EX_SPOOLER",
    "cover_open": "EPTR_COVER_OPEN",
    "cutter": "EPTR_CUTTER",
    "maybe_printed": "EX_TIMEOUT",
    "mechanical": "EPTR_MECHANICAL",
    "not_now": "TooManyRequests",
    "offline": "EX_BADPORT",
    "paper_out": "EPTR_REC_EMPTY",
    "silent": "EX_TIMEOUT",
    "too_large": "RequestEntityTooLarge",
    "unknown_printer": "DeviceNotFound",
    "unrecoverable": "EPTR_UNRECOVERABLE",
}

NO_RESPONSE, SUCCESS, OFF_LINE = 0x00000001, 0x00000002, 0x00000008
DRAWER_HIGH, COVER_OPEN = 0x00000004, 0x00000020
CUTTER_ERROR, UNRECOVERABLE = 0x00000800, 0x00002000
NEAR_END, PAPER_END = 0x00020000, 0x00080000

#: More elements than the longest receipt can need.
MAX_ELEMENTS = 10_000
#: More letters than it has room for, on the widest paper.
MAX_LETTERS = 250_000
#: Size of a letter, of a line and of what a cut feeds, in dots.
CELL_WIDTH, CELL_HEIGHT, LINE, CUT = 12, 24, 30, 60


class Length:
    """Paper that a document takes; too much of it is refused while it is read."""

    def __init__(self, dots):
        self.dots = dots
        self.rows = 0
        self._filled = 0
        self._line = LINE

    def add(self, rows):
        """Paper that moves, after the line that was being filled."""
        self.rows += rows + (self._line if self._filled else 0)
        self._filled = 0
        if self.rows > MAX_ROWS:
            raise too_long()

    def add_text(self, content, width=1, height=1):
        """Lines that the text ends, by itself or by reaching the edge."""
        cell = CELL_WIDTH * min(max(width, 1), 8)
        self._line = max(LINE, CELL_HEIGHT * min(max(height, 1), 8))
        for number, letters in enumerate(content.split("\n")):
            if number:
                self.add(0 if self._filled else self._line)
            full, filled = divmod(self._filled + len(letters) * cell, self.dots)
            if full:
                self._filled = 0
                self.add(full * self._line)
            self._filled = filled


class _Builder(ElementTree.TreeBuilder):
    """Makes the tree of a request, as long as it is no bomb."""

    def __init__(self):
        super().__init__()
        self._left = MAX_ELEMENTS

    def start(self, tag, attributes):
        self._left -= 1
        if self._left < 0:
            raise too_long()
        return super().start(tag, attributes)


@dataclass
class Document:
    """What a request wants: something to print, and pulses for the drawer."""

    body: bytearray = field(default_factory=bytearray)
    pulses: int = 0
    job_id: str = ""

    @property
    def prints(self):
        return bool(self.body)


def parse(content, dots):
    """Read a request; anything that we could not print completely is refused."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProxyError("bad_request") from error
    if "<!DOCTYPE" in text.upper():
        # Entities can blow up or read files; no printer client needs them.
        raise ProxyError("bad_request")
    try:
        parser = ElementTree.XMLParser(target=_Builder())
        parser.feed(text)
        root = parser.close()
    except (ElementTree.ParseError, ValueError) as error:
        raise ProxyError("bad_request") from error
    commands = root if root.tag == f"{{{EPOS}}}epos-print" else None
    if commands is None:
        commands = root.find(f"{{{SOAP}}}Body/{{{EPOS}}}epos-print")
    if commands is None:
        raise ProxyError("bad_request")
    document = Document()
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "printjobid":
            document.job_id = (element.text or "").strip()[:64]
    style, length = {}, Length(dots)
    for element in commands:
        _add(document, element, style, length)
    return document


def _add(document, element, style, length):
    name = element.tag.rpartition("}")[2]
    if name == "pulse":
        document.pulses += 1
    elif name == "text":
        _update_style(style, element)
        if len(element.text or "") > MAX_LETTERS:
            raise too_long()
        content = escpos.printable(element.text or "")
        length.add_text(content, style.get("width", 1), style.get("height", 1))
        document.body += escpos.text(content, **style)
    elif name == "feed":
        document.body += _feed(element, length)
    elif name == "image":
        document.body += _image(element, length)
    elif name == "cut":
        length.add(CUT)
        document.body += escpos.cut(element.get("type", "feed") != "no_feed")
    else:
        raise ProxyError("bad_request", f"The element {name!r} is not supported.")


def _update_style(style, element):
    """Attributes of `text` stay in force until they are changed."""
    if "align" in element.attrib:
        style["align"] = element.get("align")
    for source, target in (("em", "bold"), ("ul", "underline")):
        if source in element.attrib:
            style[target] = element.get(source) in ("true", "1")
    for source, target in (("dw", "width"), ("dh", "height")):
        if source in element.attrib:
            style[target] = 2 if element.get(source) in ("true", "1") else 1
    for name in ("width", "height"):
        if name in element.attrib:
            style[name] = _number(element, name, 1)


def _number(element, name, default):
    try:
        value = int(element.get(name, default))
    except ValueError as error:
        raise ProxyError("bad_request") from error
    if value < 0:
        raise ProxyError("bad_request")
    return value


def _feed(element, length):
    if "unit" in element.attrib:
        count = min(_number(element, "unit", 0), 255)
        length.add(count)
        return escpos.feed_dots(count)
    count = min(_number(element, "line", 1), 255)
    length.add(count * LINE)
    return escpos.feed_lines(count)


def _image(element, length):
    width, height = _number(element, "width", 0), _number(element, "height", 0)
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise ProxyError("too_large", http_status=413)
    if element.get("mode", "mono") != "mono":
        raise ProxyError("bad_request", "Only pictures in black and white work.")
    try:
        data = base64.b64decode("".join((element.text or "").split()), validate=True)
        picture = Raster(width, height, data)
    except (binascii.Error, ValueError) as error:
        raise ProxyError("bad_image") from error
    if not height:
        return b""
    length.add(rows_on_paper(max(width, length.dots), height, length.dots))
    return escpos.raster(picture.on_paper(length.dots, element.get("align", "left")))


def status_bits(status, success):
    """The status word of a response."""
    if status is None or status.online is None:
        return SUCCESS if success else NO_RESPONSE
    bits = SUCCESS if success else 0
    flags = (
        (not status.online, OFF_LINE),
        (status.drawer_pin_high, DRAWER_HIGH),
        (status.cover_open, COVER_OPEN),
        (status.cutter_error, CUTTER_ERROR),
        (status.unrecoverable, UNRECOVERABLE),
        (status.paper in ("low", "out"), NEAR_END),
        (status.paper == "out", PAPER_END),
    )
    return bits | sum(bit for flag, bit in flags if flag)


def response(success, code="", bits=0):
    """A complete answer."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}"><soapenv:Body>'
        f'<response xmlns="{EPOS}" success="{str(success).lower()}"'
        f' code={quoteattr(CODES.get(code, "PrintSystemError"))} status="{bits}"'
        ' battery="0"/></soapenv:Body></soapenv:Envelope>'
    )
