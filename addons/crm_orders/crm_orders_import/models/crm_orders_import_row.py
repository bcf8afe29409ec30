from odoo import fields, models

VERDICTS = [
    ("new", "New"),
    ("known", "Known"),
    ("same", "Same Person"),
    ("doubtful", "Doubtful"),
    ("unreachable", "No Contact"),
    ("error", "Error"),
]


class CrmOrdersImportRow(models.Model):
    """One row of an imported file: who it is, and what was made of it.

    A row and what is made of it are committed together, so that whatever stops the
    server, nothing is left out and nothing is made twice.
    """

    _name = "crm_orders.import.row"
    _description = "Imported Row"
    _order = "import_id desc, number"
    _rec_name = "number"

    import_id = fields.Many2one(
        "crm_orders.import", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id")
    number = fields.Integer(
        "Row", readonly=True, aggregator=None, help="Where the row is in the file."
    )
    cells = fields.Json(readonly=True)
    is_erased = fields.Boolean(
        "Erased",
        readonly=True,
        help="What was in the row has been erased at the customer's request.",
    )
    name = fields.Char(readonly=True)
    contact = fields.Char(
        "Phones and Addresses", readonly=True, help="What the person is known by."
    )
    handles = fields.Json(readonly=True)
    verdict = fields.Selection(
        VERDICTS,
        "Who It Is",
        readonly=True,
        help="New: nobody is known by these numbers and addresses. Doubtful: it may be "
        "one of several customers. Same person: as in an earlier row. No contact: there "
        "is no phone number and no e-mail address.",
    )
    reason = fields.Char(
        "In Words", readonly=True, help="Why, and what could not be read."
    )
    state = fields.Selection(
        [
            ("checked", "Not Imported Yet"),
            ("done", "Imported"),
            ("left", "Left Out"),
            ("failed", "Rejected"),
            ("undone", "Undone"),
            ("kept", "Could Not Be Undone"),
        ],
        required=True,
        readonly=True,
        default="checked",
    )
    same_number = fields.Integer(
        "Same as Row",
        readonly=True,
        aggregator=None,
        help="An earlier row of the file.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    lead_id = fields.Many2one(
        "crm.lead", readonly=True, index="btree_not_null", ondelete="set null"
    )
    # Ids and fingerprints of what was made, for undoing; it helps nobody to read it.
    journal = fields.Json(readonly=True, groups=fields.NO_ACCESS)

    _number_uniq = models.UniqueIndex("(import_id, number)")
    _state_idx = models.Index("(import_id, state, number)")

    def action_open(self):
        """Open what was made of the row, or the customer it is."""
        self.ensure_one()
        record = self.lead_id or self.partner_id
        if not record:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _erase_cells(self):
        """Forget what was in the rows, and what was on cards before they were filled.

        What was made is still known by its number, so that the rest can be undone.
        """
        for row in self:
            journal = dict(row.journal or {})
            journal.pop("filled", None)
            row.journal = journal
        self.write(
            {
                "is_erased": True,
                "cells": [],
                "handles": [],
                "name": False,
                "contact": False,
                "reason": self.env._("Erased at the customer's request."),
            }
        )
