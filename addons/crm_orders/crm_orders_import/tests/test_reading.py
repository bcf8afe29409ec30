import io
import json
import random
import zipfile
from pathlib import Path
from unittest.mock import patch

import xlsxwriter

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_identity.tools import handle

from ..tools import columns, records, spreadsheet, table, text_table, values
from .common import csv_file, xlsx_file

VECTORS = json.loads((Path(__file__).parent / "vectors/values.json").read_text("utf-8"))
CONTENT_TYPES = "<Types/>"
RELATIONS = (
    '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
    "</Relationships>"
)
WORKBOOK = (
    '<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
    "</workbook>"
)


def is_phone(text):
    return handle.normalise("phone", text, "FI") is not None


def workbook(sheet, **parts):
    """A workbook by hand, as no spreadsheet program would write it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in parts.items():
            archive.writestr(f"xl/{name}", content)
    return stream.getvalue()


def _repeat(tag, start="", size=40 * 2**20):
    """A part of a workbook that is hardly anything but one tag."""
    return f"<x>{start}{tag * (size // len(tag))}</x>"


def _counted(met):
    """`_local` that remembers how often it was called."""
    local = spreadsheet._local

    def counted(name):
        met.append(None)
        return local(name)

    return counted


@tagged("post_install", "-at_install")
class TestReading(BaseCase):
    """Files and cells of every make, honest and hostile ones."""

    def _read(self, data):
        return list(table.read(data)[1])

    def _assert_unreadable(self, code, data):
        with self.assertRaises(table.Unreadable) as caught:
            self._read(data)
        self.assertEqual(caught.exception.code, code)

    def test_vectors(self):
        for text, numbers, others in VECTORS["phones"]:
            with self.subTest(text):
                self.assertEqual(values.split_phones(text, is_phone), (numbers, others))
        for text, addresses, rest in VECTORS["emails"]:
            with self.subTest(text):
                self.assertEqual(values.split_emails(text), (addresses, rest))
        for text, expected in VECTORS["amounts"]:
            with self.subTest(text):
                self.assertEqual(values.parse_amount(text), expected)
        for text, order, expected in VECTORS["dates"]:
            with self.subTest(text):
                found = values.parse_date(text, order)
                self.assertEqual(str(found) if found else None, expected)
        for heading, expected in VECTORS["headings"]:
            with self.subTest(heading):
                [found] = columns.guess([heading], [["abc"], ["def"]])
                self.assertEqual(found, expected or "extra")

    def test_encodings(self):
        finnish = ["Äijälä Åke Määttä", "0401234567"]
        russian = ["Иван Иванов", "+7 912 345 67 89"]
        for row, encodings in (
            (finnish, ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")),
            (russian, ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")),
            (finnish, ("cp1252",)),
            (russian, ("cp1251",)),
        ):
            for encoding in encodings:
                for separator in ";,\t|":
                    with self.subTest(encoding=encoding, separator=separator):
                        data = csv_file(
                            ["Name", "Tel"], row, encoding=encoding, separator=separator
                        )
                        self.assertEqual(self._read(data)[1], (2, row))

    def test_quoted_cells_with_line_breaks_stay_one(self):
        data = b'Name;Note\n"Aino; L";"one\ntwo"\n'
        self.assertEqual(self._read(data)[1], (2, ["Aino; L", "one\ntwo"]))

    def test_separator_told_in_the_first_line(self):
        self.assertEqual(self._read(b"sep=,\na,b\n")[0][1], ["a", "b"])

    def test_workbook_keeps_numbers_and_dates(self):
        rows = self._read(
            xlsx_file(["Puh", "Summa"], [358401234567, 1.234], ["0", 0.1])
        )
        self.assertEqual(rows[1], (2, ["358401234567", "1.2340"]))
        self.assertEqual(rows[2], (3, ["0", "0.1"]))

    def test_workbook_of_other_programs(self):
        sheet = (
            '<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is>'
            "<t>Aino</t></is></c></row><row r='7'><c r='B7'><v>4.5E1</v></c>"
            "<c r='C7' s='1'><v>45413</v></c></row></sheetData></worksheet>"
        )
        data = workbook(
            sheet,
            **{
                "SharedStrings.xml": "<sst><si><r><t>Na</t></r><r><t>me</t></r></si></sst>",
                "styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/>'
                '<xf numFmtId="14"/></cellXfs></styleSheet>',
            },
        )
        self.assertEqual(
            self._read(data), [(1, ["Name", "Aino"]), (7, ["", "45", "2024-05-01"])]
        )

    def test_formula_is_what_it_showed(self):
        sheet = (
            '<worksheet><sheetData><row r="1"><c r="A1"><f>HYPERLINK("x")</f>'
            "<v>12</v></c></row></sheetData></worksheet>"
        )
        self.assertEqual(self._read(workbook(sheet)), [(1, ["12"])])

    def test_hostile_workbooks(self):
        cell = '<c r="{}1"><v>1</v></c>'
        start, end = (
            '<worksheet><sheetData><row r="1">',
            "</row></sheetData></worksheet>",
        )
        plain = f"{start}{cell.format('A')}{end}"
        for code, data in (
            ("entities", workbook(f'<!DOCTYPE x [<!ENTITY a "b">]>{plain}')),
            (
                "entities",
                workbook(f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{plain}'),
            ),
            ("macros", workbook(plain, **{"vbaProject.bin": "x"})),
            ("too_many_columns", workbook(start + cell.format("XFD") + end)),
            ("too_many_columns", workbook(start + "<c><v>1</v></c>" * 10**6 + end)),
            ("broken", workbook(start + cell.format("ZZZZZZZZZ") + end)),
            ("broken", workbook('<worksheet><row r="99999999999"/></worksheet>')),
            ("broken", workbook(plain[:40])),
            ("broken", b"PK\x03\x04 and nothing"),
            ("bomb", workbook(plain, **{"styles.xml": " " * (30 * 2**20)})),
            ("bomb", workbook(plain, **{f"{n}.xml": "" for n in range(5001)})),
            ("old_excel", b"\xd0\xcf\x11\xe0" + bytes(100)),
            ("no_table", b"%PDF-1.4"),
            ("no_table", bytes(range(256)) * 40 + bytes(10000)),
            ("empty", b""),
            ("too_many_columns", b";".join([b"x"] * 1000)),
            ("long_cell", b"a;" + b"x" * 20_000),
            ("long_cell", b'a;"' + b"x" * 200_000),
        ):
            with self.subTest(code=code, start=data[:40]):
                self._assert_unreadable(code, data)

    def test_sheets_that_unpack_to_too_much(self):
        sheet = f"<worksheet>{' ' * 10**6}</worksheet>"
        with patch.object(spreadsheet, "MAX_SHEET", 10**6):
            self._assert_unreadable("bomb", workbook(sheet))
        strings = f"<sst><si><t>{'x' * 10**6}</t></si></sst>"
        with patch.object(spreadsheet, "MAX_STRINGS", 10**6):
            self._assert_unreadable(
                "bomb", workbook("<worksheet/>", **{"sharedStrings.xml": strings})
            )

    def test_empty_tags_without_end_are_not_read(self):
        plain = "<worksheet><sheetData/></worksheet>"
        # Some ten kilobytes each, which would keep the server busy for many seconds.
        for name, data in (
            ("strings", workbook(plain, **{"sharedStrings.xml": _repeat("<si/>")})),
            ("cells", workbook(_repeat("<c/>", '<sheetData><row r="1">'))),
            ("rows", workbook(_repeat("<row/>", "<sheetData>"))),
        ):
            with self.subTest(name):
                self.assertLess(len(data), 10**6)
                met = []
                with patch.object(spreadsheet, "_local", _counted(met)):
                    self._assert_unreadable("bomb", data)
                self.assertLess(len(met), 10**6, "it stops long before the end")

    def test_large_workbooks_are_read(self):
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            for row in range(20_000):
                sheet.write_string(row, 0, "x")
                sheet.write_string(row, 1, f"text {row}")
                for column in range(2, 12):
                    sheet.write_blank(row, column, None, bold)
        self.assertEqual(len(self._read(stream.getvalue())), 20_000)

    def test_what_is_no_text_is_no_table(self):
        noise = random.Random(7).randbytes(50_000)
        for start in (b"", b"a;b\r\n", b"\xff\xfe", b"\xef\xbb\xbf"):
            with self.subTest(start):
                self._assert_unreadable("no_table", start + noise)
        self._assert_unreadable("no_table", bytes(range(1, 9)) * 50)
        # A damaged letter here and there is no reason to refuse a list of customers.
        rows = "Nimi;Määrä\r\nAino\x0b;1\xa0200 €\r\n".encode() * 50
        self.assertEqual(len(self._read(rows)), 100)

    def test_limits_of_rows(self):
        self._assert_unreadable("too_many_rows", b"a;b\n" * (table.MAX_ROWS + 2))
        self._assert_unreadable("too_large", bytes(table.MAX_BYTES + 1))
        # Formatted empty rows are no rows.
        sheet = (
            '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="900000"/></sheetData></worksheet>'
        )
        self.assertEqual(len(self._read(workbook(sheet))), 1)

    def test_heading_row_is_found_below_a_title(self):
        rows = [(1, ["Customers 2024"]), (3, ["Nimi", "Puhelin"]), (4, ["A", "040"])]
        self.assertEqual(columns.find_heading_row(rows), 3)
        rows = [(1, ["Aino", "040 1234567"]), (2, ["Eino", "050 1234567"])]
        self.assertEqual(columns.find_heading_row(rows), 0)

    def test_columns_without_headings_are_guessed_by_values(self):
        rows = [
            ["Aino Lähde", "040 1234567", "a@x.fi", "1.5.2024", "www.a.fi", "vip"],
            ["Eino Korpi", "+358501234567", "e@x.fi", "12.6.2024", "", "uusi"],
        ]
        self.assertEqual(
            columns.guess([], rows),
            ["name", "phone", "email", "date", "website", "extra"],
        )

    def test_one_name_in_a_cell_stays_one(self):
        layout = [("name", "Nimi"), ("phone", "Puh"), ("extra", "Koko"), ("tags", "")]
        record = records.read(
            ["Matti ja Maija / Korpi", "040 1234567 / 050 1234567", "42", "vip, uusi"],
            layout,
            is_phone,
        )
        self.assertEqual(record.fields["name"], "Matti ja Maija / Korpi")
        self.assertEqual(len(record.phones), 2)
        self.assertEqual(record.notes, [("Koko", "42")])
        self.assertEqual(record.tags, ["vip", "uusi"])

    def test_what_cannot_be_read_is_kept_in_the_notes(self):
        layout = [("name", "N"), ("phone", "Puh"), ("date", "Pvm"), ("amount", "€")]
        record = records.read(
            ["A", "aino@x.fi kysy", "joskus", "paljon"], layout, is_phone
        )
        self.assertEqual(record.emails, ["aino@x.fi"])
        self.assertEqual(
            [code for code, _text in record.problems], ["phone", "date", "amount"]
        )
        self.assertEqual(len(record.notes), 3)

    def test_separator_of_one_column(self):
        self.assertEqual(text_table.find_separator("a\nb\n")[1], ",")
