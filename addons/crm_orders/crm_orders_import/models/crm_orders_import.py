from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import values
from .crm_orders_import_file import REJECTED
from .crm_orders_import_row import VERDICTS

# What may still be decided when it is known who the rows are.
HOW = {"name", "doubtful", "fill_known", "keep_unreachable"}
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
    _inherit = [
        "crm_orders.import.file",
        "crm_orders.import.job",
        "crm_orders.import.undo",
    ]
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
        check_company=True,
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
    keep_unreachable = fields.Boolean(
        "Take Rows Without Contact, Too",
        compute="_compute_keep_unreachable",
        store=True,
        readonly=False,
        precompute=True,
        help="Rows with no phone number and no e-mail address, as a total at the end of "
        "a table: nobody can be reached by what becomes of them, and they are not "
        "recognised when they come again. Otherwise they are left out.",
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
    unreachable_count = fields.Integer("No Contact", compute="_compute_counts")
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
        nameless = self.env._("New Import")
        for record in self:
            # A form is nameless until its file is chosen; a name that was typed stays.
            if not record.name or record.name == nameless:
                stem = (record.filename or "").rpartition(".")[0]
                record.name = stem or record.filename or nameless

    @api.depends("make")
    def _compute_keep_unreachable(self):
        for record in self:
            # A name alone is a customer to some shops, and a request of nobody to all.
            record.keep_unreachable = record.make == "customer"

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
            for verdict, _label in VERDICTS:
                record[f"{verdict}_count"] = verdicts.get((key, verdict), 0)
            record.rejected_count = sum(states.get((key, one), 0) for one in REJECTED)
            record.done_count = states.get((key, "done"), 0)
            record.kept_count = states.get((key, "kept"), 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own_fields(vals)
            self._check_values(vals)
        records = super().create(
            [{**vals, "user_id": self.env.uid, "state": "draft"} for vals in vals_list]
        )
        for record in records:
            record._read_file()
        return records

    def write(self, vals):
        self._check_own_fields(vals)
        self._check_values(vals)
        if not self.env.su and vals.keys() - {"name"}:
            self._check_may_change(vals.keys() <= HOW)
        if "company_id" in vals:
            # What one company has remembered is nothing to another.
            vals = {"mapping_id": False, **vals}
        if "heading_row" in vals and not {"file", "sheet", "preview"} & vals.keys():
            self._check_heading_row(vals["heading_row"])
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
            mapping = mapping.create(
                {
                    "name": self.name,
                    "columns": found,
                    "company_id": self.company_id.id,
                }
            )
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
