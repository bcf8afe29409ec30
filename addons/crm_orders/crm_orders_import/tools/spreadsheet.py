"""Workbooks of Excel (.xlsx), read as a stream and with nothing but their cells.

Odoo has openpyxl, but other programs' workbooks often are not quite as that expects
(parts with other names, styles left out), and it builds whole rows of any width before
it hands them out. Here each cell is looked at as it comes. Only openpyxl's knowledge of
number formats and dates is used.

Source: ECMA-376, part 1, chapters 18.3 (worksheets), 18.4 (shared strings), 18.8.30
(number formats).
"""

import io
import posixpath
import re
import zipfile
import zlib
from datetime import datetime, time, timedelta
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from .table import MAX_CELL, MAX_COLUMNS, Unreadable

# Unpacked sizes. What Excel writes is packed to a tenth or so; a bomb to a thousandth.
MAX_SHEET = 800 * 2**20
MAX_STRINGS = 200 * 2**20
MAX_PART = 20 * 2**20
MAX_FILES = 5000
# What reading costs goes with what a file holds, not with what it unpacks to. Each byte
# of a workbook of Excel unpacks to at most 20 and holds at most 2.5 tags; small parts
# may be as repetitive as they like.
FREE_SIZE, SIZE_PER_BYTE = 20 * 2**20, 200
FREE_TAGS, TAGS_PER_BYTE = 300_000, 8
# 200 000 rows of 50 columns.
MAX_TAGS = 40 * 10**6
CHUNK = 2**16
_CELL = re.compile(r"([A-Z]{1,7})[0-9]{1,10}")
_LAST_ROW = 1_048_576


def read(data, sheet=None):
    """Return (names of sheets, iterator of (number, texts)) of a workbook."""
    try:
        return _read(zipfile.ZipFile(io.BytesIO(data)), sheet)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError):
        raise Unreadable("broken") from None


def _read(archive, sheet):
    infos = archive.infolist()
    if len(infos) > MAX_FILES:
        raise Unreadable("bomb")
    parts = {info.filename.lower().replace("\\", "/"): info for info in infos}
    if any(name.endswith("vbaproject.bin") for name in parts):
        raise Unreadable("macros")
    if any(info.flag_bits & 1 for info in infos):
        raise Unreadable("old_excel")
    if "xl/workbook.xml" not in parts:
        raise Unreadable("no_table")
    workbook = _Workbook(archive, parts)
    names = [name for name, _path in workbook.sheets]
    if sheet and sheet not in names:
        raise Unreadable("no_sheet", names=", ".join(names))
    path = dict(reversed(workbook.sheets)).get(sheet) if sheet else None
    path = path or workbook.sheets[0][1]
    return names, _protected(workbook.rows(path))


def _protected(rows):
    try:
        yield from rows
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, ValueError, EOFError):
        raise Unreadable("broken") from None


class _Workbook:
    def __init__(self, archive, parts):
        self.archive = archive
        self.parts = parts
        self.size = archive.fp.getbuffer().nbytes
        self.sheets = []
        self.epoch = CALENDAR_WINDOWS_1900
        self.date_styles = []
        self.strings = []
        self._read_sheets()
        self._read_styles()
        self._read_strings()

    def rows(self, path):
        yield from _Sheet(self).rows(self._chunks(path, MAX_SHEET))

    # --- parts ---

    def _chunks(self, path, limit):
        info = self.parts.get(path.lower())
        if info is None:
            raise Unreadable("broken")
        # Reading ends at the size that is told here, whatever is packed.
        # The packed size is told by the file itself, and it may lie.
        packed = min(info.compress_size, self.size)
        limit = min(limit, FREE_SIZE + SIZE_PER_BYTE * packed)
        if info.file_size > limit:
            raise Unreadable("bomb")
        tags = min(MAX_TAGS, FREE_TAGS + TAGS_PER_BYTE * packed)
        with self.archive.open(info) as part:
            while chunk := part.read(CHUNK):
                tags -= chunk.count(b"<")
                if tags < 0:
                    raise Unreadable("bomb")
                yield chunk

    def _parse(self, path, limit, start, end=None, text=None):
        parser = _new_parser()
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        try:
            for chunk in self._chunks(path, limit):
                parser.Parse(chunk)
            parser.Parse(b"", True)
        except expat.ExpatError:
            raise Unreadable("broken") from None

    def _read_sheets(self):
        targets, found = {}, []

        def relation(name, attributes):
            if _local(name) == "Relationship":
                target = attributes.get("Target", "")
                base = "" if target.startswith("/") else "xl"
                path = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
                targets[attributes.get("Id")] = path

        def workbook(name, attributes):
            name = _local(name)
            if name == "sheet" and attributes.get("state", "visible") == "visible":
                identifier = next(
                    (v for k, v in attributes.items() if k.endswith(":id")), None
                )
                found.append((attributes.get("name", ""), identifier))
            elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self.epoch = CALENDAR_MAC_1904

        if "xl/_rels/workbook.xml.rels" in self.parts:
            self._parse("xl/_rels/workbook.xml.rels", MAX_PART, relation)
        self._parse("xl/workbook.xml", MAX_PART, workbook)
        self.sheets = [
            (name, targets[key])
            for name, key in found
            if key in targets and "chartsheet" not in targets[key]
        ]
        if not self.sheets:
            raise Unreadable("no_table")

    def _read_styles(self):
        """Which styles of cells show a number as a date."""
        formats, path = dict(BUILTIN_FORMATS), []

        def start(name, attributes):
            name = _local(name)
            if name == "numFmt":
                formats[_integer(attributes.get("numFmtId"))] = attributes.get(
                    "formatCode", ""
                )
            elif name == "xf" and path and path[-1] == "cellXfs":
                code = formats.get(_integer(attributes.get("numFmtId")), "")
                self.date_styles.append(bool(is_date_format(code)))
            path.append(name)

        def end(_name):
            path.pop()

        if "xl/styles.xml" in self.parts:
            self._parse("xl/styles.xml", MAX_PART, start, end)

    def _read_strings(self):
        path, pieces, size = [], [], 0

        def start(name, _attributes):
            path.append(_local(name))

        def text(data):
            nonlocal size
            if path[-1] == "t" and "rPh" not in path:
                size += len(data)
                if size > MAX_STRINGS:
                    raise Unreadable("bomb")
                pieces.append(data)

        def end(_name):
            if path.pop() == "si":
                self.strings.append("".join(pieces))
                pieces.clear()

        if "xl/sharedstrings.xml" in self.parts:
            self._parse("xl/sharedstrings.xml", MAX_STRINGS, start, end, text)


class _Sheet:
    """The rows of one sheet, as the parser meets them."""

    def __init__(self, workbook):
        self.workbook = workbook
        self.done = []
        self.number = 0
        self.cells = []
        self.column = 0
        self.kind = "n"
        self.style = 0
        self.pieces = None
        self.size = 0

    def rows(self, chunks):
        parser = _new_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        for chunk in chunks:
            parser.Parse(chunk)
            yield from self.done
            self.done.clear()
        parser.Parse(b"", True)
        yield from self.done

    def _start(self, name, attributes):
        name = _local(name)
        if name == "c":
            reference = attributes.get("r")
            self.column = _column(reference) if reference else self.column + 1
            if self.column > MAX_COLUMNS:
                # Empty cells far to the right are formatting.
                self.kind = None
                return
            self.kind = attributes.get("t", "n")
            self.style = _integer(attributes.get("s"))
        elif name in ("v", "t") and self.column:
            self.pieces = []
            self.size = 0
        elif name == "row":
            number = _integer(attributes.get("r")) or self.number + 1
            if not self.number < number <= _LAST_ROW:
                raise Unreadable("broken")
            self.number = number
            self.cells = []
            self.column = 0

    def _text(self, data):
        if self.pieces is None:
            return
        if self.kind is None:
            raise Unreadable("too_many_columns", row=self.number, limit=MAX_COLUMNS)
        self.size += len(data)
        if self.size > MAX_CELL:
            raise Unreadable("long_cell", row=self.number, limit=MAX_CELL)
        self.pieces.append(data)

    def _end(self, name):
        name = _local(name)
        if name in ("v", "t") and self.pieces is not None:
            text = "".join(self.pieces)
            self.pieces = None
            if text:
                self._put(text)
        elif name == "row":
            self.done.append((self.number, self.cells))
            self.cells = []
            self.column = 0

    def _put(self, text):
        missing = self.column - len(self.cells)
        if missing > 0:
            self.cells.extend([""] * missing)
        # The pieces of a formatted text follow each other.
        self.cells[self.column - 1] += self._read(text)

    def _read(self, text):
        if self.kind == "s":
            index = _integer(text)
            strings = self.workbook.strings
            return strings[index].strip() if index < len(strings) else ""
        if self.kind == "e":
            return ""
        if self.kind == "b":
            return "1" if text == "1" else "0"
        if self.kind == "n":
            return self._number(text)
        return text if self.kind == "inlineStr" else text.strip()

    def _number(self, text):
        try:
            number = float(text)
        except ValueError:
            return text.strip()
        styles = self.workbook.date_styles
        if self.style < len(styles) and styles[self.style]:
            return _date(number, self.workbook.epoch)
        if number.is_integer() and abs(number) < 10**18:
            # Long numbers may be written as 3.58401234567E11.
            return str(int(number))
        return repr(number) if "e" in text.lower() else _short(number, text.strip())


def _short(number, text):
    """0.1 + 0.2 is stored as 0.30000000000000004; Excel shows 15 digits.

    Of a text, 1.234 would be more than a thousand; this is a number for sure.
    """
    text = format(number, ".15g") if len(text) > 15 else text
    return f"{text}0" if re.fullmatch(r"-?\d+\.\d{3}", text) else text


def _date(number, epoch):
    try:
        found = from_excel(number, epoch)
    except (OverflowError, ValueError):
        return ""
    if isinstance(found, timedelta):
        return str(found)
    if isinstance(found, time):
        return found.isoformat("minutes")
    if isinstance(found, datetime):
        found = (found + timedelta(milliseconds=500)).replace(microsecond=0)
        whole = (found.hour, found.minute, found.second) == (0, 0, 0)
        return found.date().isoformat() if whole else found.isoformat(" ")
    return str(found or "")


def _column(reference):
    match = _CELL.fullmatch(reference)
    if not match:
        raise Unreadable("broken")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column


def _integer(text):
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0


def _local(name):
    return name.rpartition(":")[2]


def _new_parser():
    """A parser that refuses declared entities, and so everything built on them."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_details):
        raise Unreadable("entities")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser
