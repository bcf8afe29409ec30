"""The ESC/POS language: commands to send and status bytes to understand."""

from dataclasses import dataclass, field

ESC, GS, DLE = b"\x1b", b"\x1d", b"\x10"

INIT = ESC + b"@"
#: Ask for the roll paper sensor; answered in order, so after all data before it.
CONFIRM = GS + b"r\x01"
#: Report every change of online, error and paper state by itself.
AUTO_STATUS_ON = GS + b"a\x0e"
AUTO_STATUS_OFF = GS + b"a\x00"
#: Throw away what is left of a job that broke off, else it ends up on the next one.
CLEAR_BUFFERS = DLE + b"\x14\x08\x01\x03\x14\x01\x06\x02\x08"
#: A picture may contain the bytes of "open the drawer"; make the printer ignore them.
NO_REAL_TIME_PULSE = GS + b"(D\x05\x00\x14\x01\x00\x02\x00"
REAL_TIME_PULSE_AGAIN = GS + b"(D\x05\x00\x14\x01\x01\x02\x00"

ALIGN = {"left": 0, "center": 1, "right": 2}
CODE_PAGE, CODE_PAGE_NUMBER = "cp858", 19

#: Rows per raster command. Small printers have a few tens of kilobytes of memory.
BAND_ROWS = 256


def status_request(number):
    """Real-time status 1 printer, 2 offline cause, 3 error cause, 4 paper."""
    return DLE + b"\x04" + bytes([number])


def raster(picture):
    """`GS v 0`, in bands."""
    out = bytearray()
    for band in picture.bands(BAND_ROWS):
        out += GS + b"v0\x00"
        out += band.stride.to_bytes(2, "little") + band.height.to_bytes(2, "little")
        out += band.data
    return bytes(out)


def text(content, align="left", bold=False, underline=False, width=1, height=1):
    """Text in the printer's own font; what the code page lacks becomes `?`."""
    size = (min(max(width, 1), 8) - 1) << 4 | (min(max(height, 1), 8) - 1)
    return b"".join(
        (
            ESC + b"t" + bytes([CODE_PAGE_NUMBER]),
            ESC + b"a" + bytes([ALIGN.get(align, 0)]),
            ESC + b"E" + bytes([bool(bold)]),
            ESC + b"-" + bytes([bool(underline)]),
            GS + b"!" + bytes([size]),
            printable(content).encode(CODE_PAGE, "replace"),
        )
    )


def printable(content):
    """No command can be smuggled in as text."""
    content = content.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(char for char in content if char == "\n" or char >= " ")


def feed_lines(count):
    return ESC + b"d" + bytes([min(max(count, 0), 255)])


def feed_dots(count):
    return ESC + b"J" + bytes([min(max(count, 0), 255)])


def cut(feed=True):
    """Partial cut; with feed the paper first moves to the knife."""
    return GS + (b"VB\x00" if feed else b"V\x01")


def pulse(pin=2, milliseconds=100):
    """Kick the drawer on connector pin 2 or 5."""
    on = min(max(milliseconds // 2, 1), 255)
    return ESC + b"p" + bytes([pin == 5, on, min(on * 2, 255)])


def pulse_now(pin=2, milliseconds=100):
    """The same in real time: works while the printer has no paper."""
    tenths = min(max(milliseconds // 100, 1), 8)
    return DLE + b"\x14\x01" + bytes([pin == 5, tenths])


@dataclass
class Status:
    """What the printer said about itself; None where it said nothing."""

    online: bool | None = None
    cover_open: bool = False
    paper: str = "ok"
    cutter_error: bool = False
    unrecoverable: bool = False
    error: bool = False
    drawer_pin_high: bool | None = None
    replies: dict = field(default_factory=dict, repr=False)

    def read(self, number, byte):
        """Take in the answer to `status_request(number)`."""
        self.replies[number] = byte
        if number == 1:
            self.online = not byte & 0x08
            self.drawer_pin_high = bool(byte & 0x04)
        elif number == 2:
            self.cover_open = bool(byte & 0x04)
            self.error = bool(byte & 0x40)
            if byte & 0x20:
                self.paper = "out"
        elif number == 3:
            self.cutter_error = bool(byte & 0x08)
            self.unrecoverable = bool(byte & 0x20)
        elif number == 4:
            if byte & 0x60:
                self.paper = "out"
            elif byte & 0x0C and self.paper != "out":
                self.paper = "low"

    @classmethod
    def from_auto(cls, packet):
        """Status of an automatic report (four bytes)."""
        status = cls(
            online=not packet[0] & 0x08,
            drawer_pin_high=bool(packet[0] & 0x04),
            cover_open=bool(packet[0] & 0x20),
            cutter_error=bool(packet[1] & 0x08),
            unrecoverable=bool(packet[1] & 0x20),
        )
        if packet[2] & 0x0C:
            status.paper = "out"
        elif packet[2] & 0x03:
            status.paper = "low"
        return status

    @property
    def trouble(self):
        """Code of what keeps the printer from printing, or an empty text."""
        if self.cover_open:
            return "cover_open"
        if self.paper == "out":
            return "paper_out"
        if self.cutter_error:
            return "cutter"
        if self.unrecoverable:
            return "unrecoverable"
        if self.error:
            return "mechanical"
        return "offline" if self.online is False else ""


class ReplyReader:
    """Sorts the bytes a printer sends: real-time replies, reports, confirmations.

    The fixed bits of each kind tell them apart; the three bytes that follow the head
    of an automatic report look like confirmations and are taken with it.
    """

    def __init__(self):
        self._report = bytearray()

    def feed(self, data):
        """Yield `(kind, value)`: kind is `status`, `report` or `confirm`."""
        for byte in data:
            if self._report:
                self._report.append(byte)
                if len(self._report) == 4:
                    report, self._report = bytes(self._report), bytearray()
                    yield "report", report
            elif byte & 0x93 == 0x12:
                yield "status", byte
            elif byte & 0x93 == 0x10:
                self._report.append(byte)
            elif byte & 0x90 == 0x00:
                yield "confirm", byte
