"""Exports in which nothing that somebody wrote is a formula.

Customers write their own names, on forms, in messengers and in mails. One who is called
`=HYPERLINK(...)` must be a text in the file of whoever exports leads, too. Odoo writes
such texts into Excel files as formulas, and into CSV files with two gaps; see OWASP, "CSV
Injection".
"""

import json
import re

from werkzeug.datastructures import FileStorage

from odoo.http import route

from odoo.addons.web.controllers.export import (
    CSVExport,
    ExcelExport,
    ExportXlsxWriter,
    GroupExportXlsxWriter,
)
from odoo.addons.web.controllers.pivot import TableExporter

# What the writer of Excel files makes a formula of, or a link to files.
LIVE_IN_EXCEL = re.compile(r"\{?=|(?:in|ex)ternal:")
# What spreadsheet programs take for the beginning of a formula, and Odoo leaves.
LIVE_IN_CSV = ("@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class TextWriter:
    """Writes texts as texts; addresses of websites stay links."""

    def write(self, row, column, cell_value, style=None):
        if isinstance(cell_value, str) and LIVE_IN_EXCEL.match(cell_value):
            return self.worksheet.write_string(row, column, cell_value, style)
        return super().write(row, column, cell_value, style)


class ListWriter(TextWriter, ExportXlsxWriter):
    """The rows of a list."""


class GroupWriter(TextWriter, GroupExportXlsxWriter):
    """The groups of a list, with their rows."""


class ListAsExcel(ExcelExport):
    def from_data(self, fields, columns_headers, rows):
        with ListWriter(fields, columns_headers, len(rows)) as writer:
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    writer.write_cell(number, column, value)
        return writer.value

    def from_group_data(self, fields, columns_headers, groups):
        with GroupWriter(fields, columns_headers, groups.count) as writer:
            row, column = 1, 0
            for name, group in groups.children.items():
                row, column = writer.write_group(row, column, name, group)
        return writer.value


class ListAsCsv(CSVExport):
    def from_data(self, fields, columns_headers, rows):
        return super().from_data(
            fields, columns_headers, [[_quote(value) for value in row] for row in rows]
        )


class PivotAsExcel(TableExporter):
    @route()
    def export_xlsx(self, data, **kw):
        table = json.load(data) if isinstance(data, FileStorage) else json.loads(data)
        for part in ("col_group_headers", "measure_headers", "rows"):
            if table and part in table:
                table[part] = _quote_all(table[part])
        return super().export_xlsx(json.dumps(table), **kw)


def _quote(value):
    if isinstance(value, str) and value.startswith(LIVE_IN_CSV):
        return f"'{value}"
    return value


def _quote_all(value):
    """Quote what would be a formula in any depth of a table."""
    if isinstance(value, list):
        return [_quote_all(one) for one in value]
    if isinstance(value, dict):
        return {name: _quote_all(one) for name, one in value.items()}
    if isinstance(value, str) and LIVE_IN_EXCEL.match(value):
        return f"'{value}"
    return value
