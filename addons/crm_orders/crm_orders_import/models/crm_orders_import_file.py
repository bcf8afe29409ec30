import base64
import hashlib
import io
import itertools

import xlsxwriter
from markupsafe import Markup

from odoo import Command, api, models
from odoo.exceptions import UserError

from ..tools import columns as column_tool
from ..tools import table, values

PREVIEW_ROWS = 50
SHOWN_ROWS = 10
SHOWN_COLUMNS = 12
SAMPLE_LENGTH = 80
LAST_ROW = 1_048_576
REJECTED = ("failed", "left")


class CrmOrdersImportFile(models.AbstractModel):
    """The file of an import: reading it, showing it, and giving back what was bad."""

    _name = "crm_orders.import.file"
    _description = "File of an Import"

    @api.depends("preview", "heading_row")
    def _compute_preview_html(self):
        for record in self:
            rows = record.preview or []
            shown = [row for row in rows if row[0] != record.heading_row][:SHOWN_ROWS]
            headings = next((c for n, c in rows if n == record.heading_row), [])
            width = max(
                (len(cells) for _n, cells in [*shown, (0, headings)]), default=0
            )
            width = min(width, SHOWN_COLUMNS)

            def cells(tag, texts, width=width):
                texts = [*texts[:width], *[""] * (width - len(texts))]
                return Markup().join(tag % one[:SAMPLE_LENGTH] for one in texts)

            body = Markup().join(
                Markup("<tr><td class='text-muted'>%s</td>%s</tr>")
                % (number, cells(Markup("<td>%s</td>"), row))
                for number, row in shown
            )
            head = Markup("<tr><th>#</th>%s</tr>") % cells(
                Markup("<th>%s</th>"), headings
            )
            record.preview_html = rows and Markup(
                "<div class='table-responsive'><table class='table table-sm"
                " table-striped o_crm_orders_import_preview'><thead>%s</thead>"
                "<tbody>%s</tbody></table></div>"
            ) % (head if headings else "", body)

    def _get_table(self):
        """(names of sheets, rows) of the file; raises errors in words."""
        self.ensure_one()
        data = base64.b64decode(self.with_context(bin_size=False).file or b"")
        try:
            return table.read(data, self.sheet)
        except table.Unreadable as error:
            raise UserError(self._explain(error)) from None

    def _read_file(self):
        """Look at the first rows and guess what the columns hold."""
        self.ensure_one()
        names, rows = self._get_table()
        try:
            first = list(itertools.islice(rows, PREVIEW_ROWS))
            # To the end, so that whoever uploads a file hears what is wrong with it.
            more = sum(1 for _row in rows)
        except table.Unreadable as error:
            raise UserError(self._explain(error)) from None
        if not first:
            raise UserError(self.env._("The file has no rows."))
        data = base64.b64decode(self.with_context(bin_size=False).file)
        self.sudo().write(
            {
                "preview": first,
                "checksum": hashlib.sha256(data).hexdigest(),
                "sheet_names": ", ".join(names) if len(names) > 1 else False,
                "total": len(first) + more,
                "heading_row": column_tool.find_heading_row(first),
            }
        )

    def _match_columns(self):
        """Fill the list of columns: by the remembered ones, otherwise guessed."""
        self.ensure_one()
        rows = self.preview or []
        headings = next((c for n, c in rows if n == self.heading_row), [])
        below = [cells for number, cells in rows if number > self.heading_row]
        guessed = column_tool.guess(headings, below)
        headings = [*headings, *[""] * (len(guessed) - len(headings))]
        mapping = self.env["crm_orders.import.mapping"]._find(headings, self.company_id)
        fields_found = mapping._apply(headings, guessed)
        lines = []
        for index, (heading, field) in enumerate(
            zip(headings, fields_found, strict=True)
        ):
            samples = [row[index] for row in below if index < len(row) and row[index]]
            lines.append(
                Command.create(
                    {
                        "position": index + 1,
                        "heading": values.clean(heading)[:SAMPLE_LENGTH],
                        "samples": " · ".join(
                            values.clean(one)[:SAMPLE_LENGTH] for one in samples[:3]
                        ),
                        "field": field or False,
                    }
                )
            )
        dates = [
            row[index]
            for index, field in enumerate(fields_found)
            if field == "date"
            for row in below
            if index < len(row)
        ]
        self.sudo().write(
            {
                "column_ids": [Command.clear(), *lines],
                "mapping_id": mapping.id,
                "date_order": values.date_order(dates),
            }
        )

    def _check_heading_row(self, number):
        """Headings are in a row that is there, or in none."""
        for record in self:
            if number and number not in [row[0] for row in record.preview or []]:
                raise UserError(self._get_no_heading_text(number))

    @api.model
    def _get_no_heading_text(self, number):
        return self.env._(
            "Row %s is not among the first rows of the file that hold anything, so the"
            " headings cannot be there.",
            number,
        )

    @api.model
    def _check_values(self, vals):
        """Refuse, in words, what no form sends but a program might."""
        number = vals.get("heading_row")
        if number and (not isinstance(number, int) or abs(number) > LAST_ROW):
            raise UserError(self._get_no_heading_text(number))
        content = vals.get("file")
        if not content:
            return
        try:
            if isinstance(content, str):
                content = content.encode("ascii")
            base64.b64decode(b"".join(content.split()), validate=True)
        except (ValueError, AttributeError, TypeError):
            raise UserError(
                self.env._(
                    "The file did not arrive as it was sent, as it is not written in"
                    " Base64. Upload it once more."
                )
            ) from None

    def _explain(self, error):
        """What is wrong with a file, in words."""
        texts = {
            "empty": self.env._("The file is empty."),
            "too_large": self.env._(
                "The file is larger than %(limit)s MB. Split it into several files."
            ),
            "old_excel": self.env._(
                "This is a workbook of an old Excel, or one with a password. Save it as"
                " .xlsx without a password."
            ),
            "no_table": self.env._(
                "This is neither a workbook (.xlsx) nor a text file (.csv)."
            ),
            "broken": self.env._(
                "The workbook is damaged. Open it in your spreadsheet program and save it"
                " as .xlsx again."
            ),
            "bomb": self.env._(
                "The workbook unpacks to more than a table of this size can be. It was"
                " not read."
            ),
            "entities": self.env._(
                "The workbook holds definitions that no spreadsheet program writes. It"
                " was not read."
            ),
            "macros": self.env._(
                "The workbook holds macros. Save it as .xlsx, without macros."
            ),
            "no_sheet": self.env._("There is no such sheet. The file has: %(names)s"),
            "too_many_columns": self.env._(
                "Row %(row)s has more than %(limit)s columns. Delete those that are not"
                " needed."
            ),
            "too_many_rows": self.env._(
                "The file has more than %(limit)s rows. Split it into several files."
            ),
            "too_much_text": self.env._(
                "The file holds too much text. Split it into several files."
            ),
            "long_cell": self.env._(
                "A cell in row %(row)s is longer than %(limit)s letters. Perhaps a"
                " quotation mark is missing above."
            ),
            "bad_row": self.env._(
                "Row %(row)s cannot be read. Perhaps a quotation mark is missing."
            ),
            "gap": self.env._(
                "There are very many empty rows above row %(row)s. Delete them."
            ),
        }
        return texts[error.code] % error.details

    def _get_rejected_file(self):
        """An .xlsx file of the rejected rows; all in it is text, never a formula."""
        self.ensure_one()
        rows = self.env["crm_orders.import.row"].search_fetch(
            [
                ("import_id", "=", self.id),
                ("state", "in", REJECTED),
                ("is_erased", "=", False),
            ],
            ["number", "cells", "reason"],
            order="number",
        )
        headings = [
            column.heading or self.env._("Column %s", column.position)
            for column in self.column_ids
        ]
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 50, 20)
            for column, heading in enumerate(
                [*headings, self.env._("Row"), self.env._("Reason")]
            ):
                sheet.write_string(0, column, heading, bold)
            for line, row in enumerate(rows, 1):
                cells = [*row.cells, *[""] * (len(headings) - len(row.cells))]
                for column, text in enumerate(
                    [*cells[: len(headings)], str(row.number), row.reason or ""]
                ):
                    sheet.write_string(line, column, text)
        return stream.getvalue()

    def _erase_file(self):
        """Forget the files, as one customer's row cannot be taken out of them.

        The rows of the others are stored, so nothing else is lost.
        """
        text = self.env._("This file was erased at the request of a customer.")
        for record in self:
            record.preview = [
                row for row in record.preview or [] if row[0] == record.heading_row
            ]
        self.column_ids.samples = False
        files = self.env["ir.attachment"].sudo()
        # The field itself is not written: that would read the file anew.
        files.search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "file"),
                ("res_id", "in", self.ids),
            ]
        ).write({"raw": text.encode(), "mimetype": "text/plain"})
        self.invalidate_recordset(["file"])
