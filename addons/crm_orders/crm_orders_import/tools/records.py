"""One row of a table as a person: fields, ways to reach them, and what is wrong."""

import re
from collections import namedtuple

from . import values

LENGTH = 250

Record = namedtuple("Record", "fields phones emails tags notes problems error")
Record.__doc__ = """What a row says.

fields: texts by name; `date` is a moment and `amount` a number
phones, emails: as they are written, each one of them
tags: names
notes: list of (heading, text)
problems: list of (code, text) of what could not be read; it is in the notes as well
error: code of why the row is nobody, or None
"""


def read(cells, columns, is_phone, order=values.DAY_FIRST):
    """Read a row.

    :param cells: texts
    :param columns: (field, heading) of each column; no field leaves it out
    :param is_phone: tells whether a text is one phone number
    :param order: of day and month in dates
    """
    row = _Row(is_phone, order)
    for (field, heading), text in zip(columns, cells, strict=False):
        if field and text:
            row.add(field, heading, values.clean(text, lines=True))
    return row.record()


class _Row:
    """What the cells have said so far."""

    def __init__(self, is_phone, order):
        self.is_phone = is_phone
        self.order = order
        self.fields = {}
        self.phones = []
        self.emails = []
        self.tags = []
        self.notes = []
        self.problems = []

    def add(self, field, heading, text):
        reader = getattr(self, f"_add_{field}", None)
        if reader:
            reader(heading, text)
            return
        line = values.clean(text)
        self.fields[field] = line[:LENGTH]
        if len(line) > LENGTH:
            self.notes.append((heading, line))

    def record(self):
        fields = self.fields
        if not fields.get("name"):
            parts = (fields.pop("first_name", ""), fields.pop("last_name", ""))
            fields["name"] = " ".join(part for part in parts if part)
        fields = {name: one for name, one in fields.items() if one not in (None, "")}
        error = None
        if not (
            fields.get("name") or fields.get("company") or self.phones or self.emails
        ):
            error = "nobody" if fields or self.notes or self.tags else "empty"
        return Record(
            fields,
            list(dict.fromkeys(self.phones)),
            list(dict.fromkeys(self.emails)),
            list(dict.fromkeys(self.tags)),
            self.notes,
            self.problems,
            error,
        )

    def _doubt(self, code, heading, text):
        self.problems.append((code, text[:LENGTH]))
        self.notes.append((heading, text))

    def _add_phone(self, heading, text):
        found, others = values.split_phones(text, self.is_phone)
        self.phones += found
        for other in others:
            addresses, rest = values.split_emails(other)
            self.emails += addresses
            if rest:
                self._doubt("phone", heading, other)

    def _add_email(self, heading, text):
        found, rest = values.split_emails(text)
        self.emails += found
        numbers, others = values.split_phones(rest, self.is_phone)
        self.phones += numbers
        if others and not found:
            self._doubt("email", heading, text)

    def _add_tags(self, _heading, text):
        self.tags += values.split_tags(text)

    def _add_note(self, _heading, text):
        self.notes.append(("", text))

    def _add_extra(self, heading, text):
        self.notes.append((heading, text))

    def _add_date(self, heading, text):
        self.fields["date"] = values.parse_date(text, self.order)
        if not self.fields["date"]:
            self._doubt("date", heading, text)

    def _add_amount(self, heading, text):
        self.fields["amount"] = values.parse_amount(text)
        if self.fields["amount"] is None:
            self._doubt("amount", heading, text)

    def _add_website(self, heading, text):
        if re.search(r"\s", text):
            self._doubt("website", heading, text)
        else:
            self.fields["website"] = text[:LENGTH]
