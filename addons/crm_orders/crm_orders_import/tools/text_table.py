"""Tables in plain text: what encoding, what separator, what rows."""

import csv
import io
import itertools

from .table import MAX_COLUMNS, Unreadable

SEPARATORS = ";,\t|"
SAMPLE_ROWS = 60
SAMPLE_SIZE = 100_000
# Of a text, hardly a letter in a hundred cannot be printed, even of a damaged one.
MAX_UNPRINTABLE = 0.02
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def read(data):
    """Iterate over (number, texts) of the rows."""
    encoding = find_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
    # What no text has: this is a program or a picture.
    if text.count("\x00") > len(text) // 100 + 1:
        raise Unreadable("no_table")
    text = text.replace("\x00", "")
    if not is_text(text[:SAMPLE_SIZE]):
        raise Unreadable("no_table")
    text, separator = find_separator(text)
    return _rows(text, separator)


def is_text(text):
    """Whether people could read this, rather than a program."""
    strange = sum(
        letter == "\N{REPLACEMENT CHARACTER}"
        or not (letter.isprintable() or letter.isspace())
        for letter in text
    )
    return strange <= len(text) * MAX_UNPRINTABLE + 1


def find_encoding(data):
    """The encoding that a text is written in, told by its bytes."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    start = data[:20_000]
    # Half of the bytes of a Latin text in UTF-16 are zero; those of which half?
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = start[offset::2]
        other = start[1 - offset :: 2]
        if half.count(0) > len(half) * 0.3 and other.count(0) < len(other) * 0.05:
            return encoding
    # Cyrillic in UTF-16 has hardly a zero, but every other byte is 4.
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = start[offset::2]
        if half.count(0) + half.count(4) > len(half) * 0.9 and half.count(4):
            return encoding
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        return "cp1251" if _looks_cyrillic(data[:200_000]) else "cp1252"


def _looks_cyrillic(data):
    """Whether letters beyond ASCII come in whole words, as Russian ones do.

    In Finnish and its neighbours they stand between letters of ASCII.
    """
    high = paired = 0
    for before, byte in itertools.pairwise(b" " + data):
        if byte >= 0xC0 or byte in (0xA8, 0xB8):
            high += 1
            paired += before >= 0xC0 or before in (0xA8, 0xB8)
    return high > 0 and paired > high / 2


def find_separator(text):
    """(text, separator); a first line such as "sep=;" tells it, as in Excel."""
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return rest, first.strip()[4]
    best, best_score = ",", 0
    for separator in SEPARATORS:
        try:
            widths = [
                len(row)
                for row in itertools.islice(_reader(text, separator), SAMPLE_ROWS)
                if row
            ]
        except csv.Error:
            continue
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda width: (wide.count(width), width))
        # Rows alike tell more than many columns do.
        score = wide.count(usual) / len(widths) + min(usual, 20) / 100
        if score > best_score:
            best, best_score = separator, score
    return text, best


def _reader(text, separator):
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _rows(text, separator):
    reader = _reader(text, separator)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable("bad_row", row=number) from None
        if len(cells) > MAX_COLUMNS:
            raise Unreadable("too_many_columns", row=number, limit=MAX_COLUMNS)
        yield number, [cell.strip() for cell in cells]
