"""Tables as people keep them: rows of texts out of a file of unknown make.

Files come from strangers, so everything about them is limited, and what is in them is
text: formulas are not worked out, macros are not run, nothing outside is looked up.
"""

MAX_BYTES = 50 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 10_000
# All texts together; far more than 200 000 rows of a notebook.
MAX_TEXT = 300 * 10**6
# Programs like to format a million empty rows; nobody leaves so many between two.
MAX_EMPTY = 10_000


class Unreadable(Exception):
    """A file that cannot be read, with a code of the reason and what it is about."""

    def __init__(self, code, **details):
        super().__init__(code)
        self.code = code
        self.details = details


def read(data, sheet=None):
    """Return `(names of sheets, iterator of (number, texts))` of a file.

    :param data: the bytes of the file
    :param sheet: the name of the sheet to read, otherwise the first one
    :raise Unreadable: also while the rows are read
    """
    from . import spreadsheet, text_table

    if not data:
        raise Unreadable("empty")
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", limit=MAX_BYTES // 2**20)
    if data.startswith(b"PK"):
        names, rows = spreadsheet.read(data, sheet)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old_excel")
    elif data.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"Rar!")):
        raise Unreadable("no_table")
    else:
        names, rows = [], text_table.read(data)
    return names, _within_limits(rows)


def _within_limits(rows):
    total = count = last = 0
    for number, cells in rows:
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            if number - last > MAX_EMPTY:
                return
            continue
        if number - last > MAX_EMPTY:
            raise Unreadable("gap", row=number)
        last = number
        if len(cells) > MAX_COLUMNS:
            raise Unreadable("too_many_columns", row=number, limit=MAX_COLUMNS)
        count += 1
        if count > MAX_ROWS + 1:
            raise Unreadable("too_many_rows", limit=MAX_ROWS)
        for cell in cells:
            if len(cell) > MAX_CELL:
                raise Unreadable("long_cell", row=number, limit=MAX_CELL)
            total += len(cell)
        if total > MAX_TEXT:
            raise Unreadable("too_much_text")
        yield number, cells
