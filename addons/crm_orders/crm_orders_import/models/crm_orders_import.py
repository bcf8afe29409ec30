import base64
import hashlib
import io
import itertools

import xlsxwriter
from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import columns as column_tool
from ..tools import table, values

PREVIEW_ROWS = 50
SHOWN_ROWS = 10
SHOWN_COLUMNS = 12
SAMPLE_LENGTH = 80
REJECTED = ("failed", "left")
# Only the buttons and the job change these.
OWN_FIELDS = {
    "state",
    "user_id",
    "checksum",
    "preview",
    "sheet_names",
    "total",
    "error",
    "started_on",
    "ended_on",
    "row_ids",
}


class CrmOrdersImport(models.Model):
    """A file of customers or requests that is taken over, step by step.

    The columns are matched, then a job reads all rows and says of each who it is, then
    it is decided, then the job makes customers and leads, which can be undone.
    """

    _name = "crm_orders.import"
    _inherit = ["crm_orders.import.job", "crm_orders.import.undo"]
    _description = "Import of a Notebook"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What is imported, for example where it was kept before.",
    )
    file = fields.Binary(
        attachment=True,
        required=True,
        copy=False,
        help="An Excel workbook (.xlsx) or a text file (.csv, .txt), at most 50 MB and"
        " 200,000 rows.",
    )
    filename = fields.Char("File Name")
    checksum = fields.Char(readonly=True, index=True)
    repeats_id = fields.Many2one(
        "crm_orders.import", "Imported Before", compute="_compute_repeats_id"
    )
    sheet = fields.Char(
        help="The sheet of the workbook to read. Empty means the first one."
    )
    sheet_names = fields.Char("Sheets in the File", readonly=True)
    heading_row = fields.Integer(
        "Headings in Row",
        default=1,
        help="The row of the file with the headings; customers begin below it. 0 when"
        " there are no headings.",
    )
    make = fields.Selection(
        [
            ("customer", "Customers"),
            ("lead", "Leads"),
            ("both", "Customers and Leads"),
        ],
        required=True,
        default="customer",
        help="Customers: an address book. Leads: requests that somebody still has to"
        " answer. Both: customers, each with the request of the row.",
    )
    column_ids = fields.One2many("crm_orders.import.column", "import_id", "Columns")
    mapping_id = fields.Many2one(
        "crm_orders.import.mapping",
        "Columns as In",
        ondelete="set null",
        help="Remembered columns of an earlier file that were used.",
    )
    date_order = fields.Selection(
        [
            (values.DAY_FIRST, "31.12.2026"),
            (values.MONTH_FIRST, "12/31/2026"),
        ],
        "Dates Look Like",
        required=True,
        default=values.DAY_FIRST,
        help="Whether the day or the month comes first.",
    )
    country_id = fields.Many2one(
        "res.country",
        default=lambda self: self.env.company.country_id,
        help="Where phone numbers without a country belong, and rows without one.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    team_id = fields.Many2one(
        "crm.team", "Sales Team", check_company=True, help="Of new leads."
    )
    responsible_id = fields.Many2one(
        "res.users",
        check_company=True,
        domain=[("share", "=", False)],
        help="Of customers and leads whose row names nobody.",
    )
    utm_source_id = fields.Many2one(
        "utm.source", "Origin", help="Of leads whose row names no origin."
    )
    fill_known = fields.Boolean(
        "Complete Known Customers",
        default=True,
        help="Fill what is empty on the cards of known customers, and add further"
        " numbers, addresses and tags. Nothing that is there is changed.",
    )
    doubtful = fields.Selection(
        [
            ("ask", "Import and ask about them"),
            ("skip", "Leave out"),
        ],
        "Doubtful Rows",
        required=True,
        default="ask",
        help="Asked about under Possible Duplicates, where they are merged with one"
        " click, or left out and among the rejected rows.",
    )
    state = fields.Selection(
        [
            ("draft", "Match Columns"),
            ("checking", "Being Checked"),
            ("checked", "Decide"),
            ("importing", "Being Imported"),
            ("done", "Imported"),
            ("undoing", "Being Undone"),
            ("undone", "Undone"),
        ],
        required=True,
        readonly=True,
        default="draft",
    )
    user_id = fields.Many2one(
        "res.users",
        "Imported By",
        readonly=True,
        default=lambda self: self.env.user,
        help="Customers and leads are made with the rights of this person.",
    )
    preview = fields.Json(readonly=True)
    preview_html = fields.Html(
        "First Rows", compute="_compute_preview_html", sanitize=False
    )
    row_ids = fields.One2many("crm_orders.import.row", "import_id", "Rows")
    total = fields.Integer(
        "Rows in the File", readonly=True, help="Rows below the headings."
    )
    progress = fields.Integer("Progress (%)", compute="_compute_progress")
    error = fields.Text("Stopped", readonly=True)
    started_on = fields.Datetime(readonly=True)
    ended_on = fields.Datetime(readonly=True)
    new_count = fields.Integer("New", compute="_compute_counts")
    known_count = fields.Integer("Known", compute="_compute_counts")
    same_count = fields.Integer("Same Person", compute="_compute_counts")
    doubtful_count = fields.Integer("Doubtful", compute="_compute_counts")
    error_count = fields.Integer("Errors", compute="_compute_counts")
    rejected_count = fields.Integer("Rejected Rows", compute="_compute_counts")
    done_count = fields.Integer("Imported Rows", compute="_compute_counts")
    kept_count = fields.Integer("Could Not Be Undone", compute="_compute_counts")

    _heading_row_positive = models.Constraint(
        "CHECK (heading_row >= 0)", "The number of a row cannot be negative."
    )
    _working_idx = models.Index(
        "(id) WHERE state IN ('checking', 'importing', 'undoing')"
    )

    @api.depends("filename")
    def _compute_name(self):
        for record in self:
            stem = (record.filename or "").rpartition(".")[0]
            record.name = (
                record.name or stem or record.filename or self.env._("New Import")
            )

    @api.depends("checksum")
    def _compute_repeats_id(self):
        found = self.search(
            [("checksum", "in", self.mapped("checksum")), ("state", "=", "done")]
        )
        for record in self:
            record.repeats_id = found.filtered(
                lambda one, record=record: (
                    one.checksum == record.checksum and one.id != record._origin.id
                )
            )[:1]

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

    def _compute_progress(self):
        groups = self.env["crm_orders.import.row"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "state"], ["__count"]
        )
        counts = {(record, state): count for record, state, count in groups}
        for record in self:
            rows = {
                state: counts.get((record._origin, state), 0)
                for state in ("checked", "done", "failed", "left", "undone", "kept")
            }
            handled = sum(rows.values())
            if record.state == "importing":
                handled -= rows["checked"]
            elif record.state == "undoing":
                handled = rows["undone"] + rows["kept"]
            total = (
                handled + rows["done"] if record.state == "undoing" else record.total
            )
            record.progress = 100 * min(handled / total, 1) if total else 0

    def _compute_counts(self):
        rows = self.env["crm_orders.import.row"]
        mine = [("import_id", "in", self.ids)]
        verdicts = {
            (record, verdict): count
            for record, verdict, count in rows._read_group(
                mine, ["import_id", "verdict"], ["__count"]
            )
        }
        states = {
            (record, state): count
            for record, state, count in rows._read_group(
                mine, ["import_id", "state"], ["__count"]
            )
        }
        for record in self:
            key = record._origin
            for verdict in ("new", "known", "same", "doubtful", "error"):
                record[f"{verdict}_count"] = verdicts.get((key, verdict), 0)
            record.rejected_count = sum(states.get((key, one), 0) for one in REJECTED)
            record.done_count = states.get((key, "done"), 0)
            record.kept_count = states.get((key, "kept"), 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own_fields(vals)
        records = super().create(
            [{**vals, "user_id": self.env.uid, "state": "draft"} for vals in vals_list]
        )
        for record in records:
            record._read_file()
        return records

    def write(self, vals):
        self._check_own_fields(vals)
        if not self.env.su and vals.keys() - {"name"}:
            self._check_may_change(vals.keys() <= {"name", "doubtful", "fill_known"})
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")
        if {"file", "sheet"} & vals.keys():
            for record in self:
                record._read_file()
        elif "heading_row" in vals:
            for record in self:
                record._match_columns()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_working(self):
        if any(record.state in ("checking", "importing", "undoing") for record in self):
            raise UserError(self.env._("Wait until the import has stopped."))

    # --- buttons ---

    def action_read_file(self):
        """A new import is stored, and its file read, before its buttons are used."""
        self.check_access("write")
        return True

    def action_remember(self):
        """Remember what the columns hold, for the next file with the same headings."""
        self.ensure_one()
        self.check_access("write")
        found = [
            [one.heading, one.field or ""] for one in self.column_ids if one.heading
        ]
        if not found:
            raise UserError(self.env._("Only columns with headings can be remembered."))
        mapping = self.mapping_id
        if mapping:
            mapping.columns = found
        else:
            mapping = mapping.create({"name": self.name, "columns": found})
            self.sudo().mapping_id = mapping
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Remembered as “%s”.", mapping.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_check(self):
        """Let the job read all rows and say of each who it is; nothing is made yet."""
        self.ensure_one()
        self._check_step("draft")
        found = set(self.column_ids.mapped("field"))
        if not found & {"name", "first_name", "last_name", "company", "phone", "email"}:
            raise UserError(
                self.env._(
                    "Say which column holds names, phone numbers or e-mail addresses."
                )
            )
        self._start("checking")
        return True

    def action_import(self):
        """Let the job make customers and leads."""
        self.ensure_one()
        self._check_step("checked")
        self._start("importing")
        return True

    def action_back(self):
        """Forget what was found out, to match the columns anew."""
        self.ensure_one()
        self._check_step("checked")
        if self._count_rows("done"):
            raise UserError(
                self.env._("A part was imported already. Undo it first, or go on.")
            )
        self.sudo()._forget_rows()
        self.sudo().write({"state": "draft", "error": False})
        return True

    def action_stop(self):
        """Stop the job after the rows that it is working on; it can go on later."""
        self.ensure_one()
        self._check_step("checking", "importing")
        if self.state == "checking":
            self.sudo()._forget_rows()
            self.sudo().state = "draft"
        else:
            self.sudo().state = "checked"
        return True

    def action_undo(self):
        """Let the job remove what the import made, as far as nobody has used it."""
        self.ensure_one()
        # Also of an import that was stopped half-way.
        self._check_step("done", "checked")
        if not self._count_rows("done"):
            raise UserError(self.env._("Nothing was imported."))
        self._start("undoing")
        return True

    def action_view_rows(self):
        """Open the rows; a context may name a filter to begin with."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_import.crm_orders_import_row_action"
        )
        wanted = self.env.context.get("crm_orders_filter")
        context = {f"search_default_{wanted}": 1} if isinstance(wanted, str) else {}
        return {**action, "domain": [("import_id", "=", self.id)], "context": context}

    def action_download_rejected(self):
        """Download what was not taken over, to repair it and upload it again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_orders_import/{self.id}/rejected.xlsx",
            "target": "download",
        }

    # --- helpers ---

    def _check_own_fields(self, vals):
        if not self.env.su and OWN_FIELDS & vals.keys():
            raise AccessError(
                self.env._("How far an import has got is written by its buttons only.")
            )

    def _check_may_change(self, only_how=False):
        """Refuse changes of what rows were read by."""
        states = ("draft", "checked") if only_how else ("draft",)
        if any(record.state not in states for record in self):
            raise UserError(
                self.env._("Go back to matching the columns to change that.")
            )

    def _check_step(self, *states):
        self.check_access("write")
        # Whoever presses a button twice starts the job once.
        self.sudo().lock_for_update(allow_referencing=True)
        self.invalidate_recordset(["state"])
        if self.state not in states:
            raise UserError(
                self.env._("Somebody has gone on with this import meanwhile.")
            )

    def _start(self, state):
        self.sudo().write(
            {
                "state": state,
                "user_id": self.env.uid,
                "error": False,
                "started_on": fields.Datetime.now(),
                "ended_on": False,
            }
        )
        self.env.ref("crm_orders_import.ir_cron_import").sudo()._trigger()

    def _count_rows(self, state):
        return self.env["crm_orders.import.row"].search_count(
            [("import_id", "=", self.id), ("state", "=", state)]
        )

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
        mapping = self.env["crm_orders.import.mapping"]._find(headings)
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
            [("import_id", "=", self.id), ("state", "in", REJECTED)],
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
