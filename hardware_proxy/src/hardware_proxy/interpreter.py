"""Reads a stream of ESC/POS bytes into commands, however the bytes are cut up."""

from dataclasses import dataclass

from .escpos import ALIGN
from .raster import Raster

ESC, GS, FS, DLE = 0x1B, 0x1D, 0x1C, 0x10

#: Code pages by the number of `ESC t`, for the ones a till meets.
CODE_PAGES = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    33: "cp775",
}

#: Bytes that follow `ESC x` / `GS x` for commands of a fixed length.
ESC_PARAMETERS = {
    "!": 1, "$": 2, "%": 1, "-": 1, "2": 0, "3": 1, "=": 1, "?": 1, "@": 0, "A": 1,
    "E": 1, "G": 1, "J": 1, "L": 0, "M": 1, "R": 1, "S": 0, "T": 1, "V": 1, "W": 8,
    "\\": 2, "a": 1, "c": 2, "d": 1, "e": 1, "p": 3, "r": 1, "t": 1, "{": 1, " ": 1,
}  # fmt: skip
GS_PARAMETERS = {
    "!": 1, "$": 2, "/": 1, ":": 0, "B": 1, "H": 1, "I": 1, "L": 2, "P": 2, "T": 1,
    "W": 2, "\\": 2, "a": 1, "b": 1, "f": 1, "h": 1, "r": 1, "w": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    content: str


@dataclass(frozen=True)
class Feed:
    """Move the paper: whole text lines or dots."""

    lines: int = 0
    dots: int = 0


@dataclass(frozen=True)
class Picture:
    raster: Raster


@dataclass(frozen=True)
class Column:
    """A piece of picture that stands in the text line."""

    raster: Raster


@dataclass(frozen=True)
class Cut:
    feed: bool


@dataclass(frozen=True)
class Pulse:
    pin: int
    milliseconds: int


@dataclass(frozen=True)
class Style:
    """Change of one text attribute."""

    name: str
    value: object


@dataclass(frozen=True)
class Reset:
    pass


@dataclass(frozen=True)
class AskStatus:
    """Real-time question `DLE EOT n`."""

    number: int


@dataclass(frozen=True)
class AskSensor:
    """Question in order, `GS r n`."""

    number: int


@dataclass(frozen=True)
class AutoStatus:
    enabled: bool


@dataclass(frozen=True)
class ClearBuffers:
    pass


@dataclass(frozen=True)
class Ignored:
    """A command without effect on paper here, or one that we do not know."""

    code: bytes
    known: bool = True


class Interpreter:
    """Feed it bytes, take out commands; an unfinished command waits for its rest."""

    def __init__(self):
        self.buffer = bytearray()
        self.code_page = "cp437"

    def feed(self, data):
        self.buffer += data

    def clear(self):
        self.buffer.clear()

    def next(self):
        """The next complete command, or None."""
        if not self.buffer:
            return None
        size, command = self._parse()
        if not size:
            return None
        del self.buffer[:size]
        return command

    def __iter__(self):
        while (command := self.next()) is not None:
            yield command

    def _parse(self):
        """`(bytes used, command)`; zero bytes when more must come."""
        first = self.buffer[0]
        if first == ESC:
            return self._parse_escape()
        if first == GS:
            return self._parse_group()
        if first == DLE:
            return self._parse_real_time()
        if first == FS:
            return self._known_if(2) or (2, Ignored(bytes(self.buffer[:2])))
        if first == 0x0A:
            return 1, Feed(lines=1)
        if first < 0x20 and first != 0x09:
            return 1, Ignored(bytes([first]), known=first in (0x0C, 0x0D, 0x18, 0x00))
        end = 0
        while end < len(self.buffer) and (
            self.buffer[end] >= 0x20 or self.buffer[end] == 0x09
        ):
            end += 1
        content = bytes(self.buffer[:end]).decode(self.code_page, "replace")
        return end, Text(content.replace("\t", " " * 8))

    def _known_if(self, size):
        return (0, None) if len(self.buffer) < size else None

    def _parse_escape(self):
        data = self.buffer
        if len(data) < 2:
            return 0, None
        letter = chr(data[1])
        if letter == "*":
            return self._parse_column_image()
        if letter not in ESC_PARAMETERS:
            return 2, Ignored(bytes(data[:2]), known=False)
        size = 2 + ESC_PARAMETERS[letter]
        if len(data) < size:
            return 0, None
        values = bytes(data[2:size])
        return size, self._escape_command(letter, values, bytes(data[:size]))

    def _escape_command(self, letter, values, raw):
        if letter == "@":
            self.code_page = "cp437"
            return Reset()
        if letter == "a":
            align = {code: name for name, code in ALIGN.items()}
            return Style("align", align.get(values[0] % 48, "left"))
        if letter == "E" or letter == "G":
            return Style("bold", bool(values[0] & 1))
        if letter == "-":
            return Style("underline", bool(values[0] % 48))
        if letter == "!":
            return Style("mode", values[0])
        if letter == "t":
            self.code_page = CODE_PAGES.get(values[0], "cp437")
            return Ignored(raw)
        if letter == "d":
            return Feed(lines=values[0])
        if letter == "J":
            return Feed(dots=values[0])
        if letter == "2":
            return Style("spacing", None)
        if letter == "3":
            return Style("spacing", values[0])
        if letter == "p":
            return Pulse(5 if values[0] % 48 else 2, values[1] * 2)
        return Ignored(raw)

    def _parse_column_image(self):
        """`ESC *`: 8 or 24 dots high columns, used by printers without `GS v 0`."""
        data = self.buffer
        if len(data) < 5:
            return 0, None
        tall = 3 if data[2] in (32, 33) else 1
        columns = int.from_bytes(data[3:5], "little")
        size = 5 + columns * tall
        if len(data) < size:
            return 0, None
        if not columns:
            return size, Ignored(bytes(data[:5]))
        height, stride = tall * 8, (columns + 7) // 8
        rows = bytearray(stride * height)
        for column in range(columns):
            for part in range(tall):
                byte = data[5 + column * tall + part]
                for bit in range(8):
                    if byte & (0x80 >> bit):
                        row = part * 8 + bit
                        rows[row * stride + column // 8] |= 0x80 >> (column % 8)
        return size, Column(Raster(columns, height, bytes(rows)))

    def _parse_group(self):
        data = self.buffer
        if len(data) < 2:
            return 0, None
        letter = chr(data[1])
        if letter == "v":
            return self._parse_raster()
        if letter == "V":
            return self._parse_cut()
        if letter == "(":
            return self._parse_sized(5, 3)
        if letter == "8":
            return self._parse_sized(7, 3, 4)
        if letter == "k":
            return self._parse_barcode()
        if letter not in GS_PARAMETERS:
            return 2, Ignored(bytes(data[:2]), known=False)
        size = 2 + GS_PARAMETERS[letter]
        if len(data) < size:
            return 0, None
        value = data[2] if size > 2 else 0
        if letter == "!":
            return size, Style("size", ((value >> 4 & 7) + 1, (value & 7) + 1))
        if letter == "B":
            return size, Style("inverse", bool(value & 1))
        if letter == "r":
            return size, AskSensor(value % 48)
        if letter == "a":
            return size, AutoStatus(bool(value))
        return size, Ignored(bytes(data[:size]))

    def _parse_raster(self):
        data = self.buffer
        if len(data) < 8:
            return 0, None
        stride = int.from_bytes(data[4:6], "little")
        height = int.from_bytes(data[6:8], "little")
        size = 8 + stride * height
        if len(data) < size:
            return 0, None
        if not stride or not height:
            return size, Ignored(bytes(data[:8]))
        return size, Picture(Raster(stride * 8, height, bytes(data[8:size])))

    def _parse_cut(self):
        data = self.buffer
        if len(data) < 3:
            return 0, None
        if data[2] in (65, 66, 97, 98, 103, 104):
            return (0, None) if len(data) < 4 else (4, Cut(feed=True))
        return 3, Cut(feed=False)

    def _parse_sized(self, head, at, width=2):
        """Commands that carry their own length, such as QR codes and settings."""
        data = self.buffer
        if len(data) < head:
            return 0, None
        size = head + int.from_bytes(data[at : at + width], "little")
        if len(data) < size:
            return 0, None
        return size, Ignored(bytes(data[:head]))

    def _parse_barcode(self):
        data = self.buffer
        if len(data) < 4:
            return 0, None
        if data[2] >= 65:
            size = 4 + data[3]
            if len(data) < size:
                return 0, None
        else:
            end = data.find(b"\x00", 3)
            if end < 0:
                return 0, None
            size = end + 1
        return size, Ignored(bytes(data[:3]), known=False)

    def _parse_real_time(self):
        data = self.buffer
        if len(data) < 3:
            return 0, None
        if data[1] == 0x04:
            if data[2] in (7, 8):
                return (0, None) if len(data) < 4 else (4, Ignored(bytes(data[:4])))
            return 3, AskStatus(data[2])
        if data[1] == 0x05:
            return 3, Ignored(bytes(data[:3]))
        if data[1] == 0x14:
            size = {1: 5, 2: 5, 8: 10}.get(data[2], 3)
            if len(data) < size:
                return 0, None
            if data[2] == 1:
                return size, Pulse(5 if data[3] else 2, data[4] * 100)
            if data[2] == 8:
                return size, ClearBuffers()
            return size, Ignored(bytes(data[:size]))
        return 1, Ignored(bytes(data[:1]), known=False)
