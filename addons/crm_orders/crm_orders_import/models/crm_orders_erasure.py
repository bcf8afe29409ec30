import json

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

FINISHED = ("done", "undone")


class CrmOrdersErasure(models.AbstractModel):
    """Finds rows of old notebooks, and the files that they were in."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "import_rows": self.env._("Rows of imported notebooks"),
            "imports": self.env._("Files of imported notebooks, with all their rows"),
        }

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        rows = self._find_rows(scope)
        found["import_rows"] = rows
        found["imports"] = rows.import_id
        return found

    @api.model
    def _find_rows(self, scope):
        """Rows that were made these people of, or that nobody else can be."""
        rows = self.env["crm_orders.import.row"].sudo()
        rows.flush_model()
        theirs = SQL("row.partner_id = ANY(%s)", scope.partners.ids)
        theirs = SQL("%s OR row.lead_id = ANY(%s)", theirs, scope.leads.ids)
        for kind, within, value in sorted(scope.handles):
            theirs = SQL(
                "%s OR row.partner_id IS NULL AND row.lead_id IS NULL"
                " AND row.handles @> %s::jsonb",
                theirs,
                json.dumps([[kind, within, value]]),
            )
        found = self.env.execute_query(
            SQL(
                """
                SELECT row.id
                  FROM crm_orders_import_row row
                  JOIN crm_orders_import import ON import.id = row.import_id
                 WHERE import.company_id = ANY(%s)
                   AND NOT COALESCE(row.is_erased, FALSE)
                   AND (%s)
                """,
                scope.companies.ids,
                theirs,
            )
        )
        return rows.browse(row[0] for row in found)

    @api.model
    def _erase_found(self, scope, found):
        rows, imports = found["import_rows"], found["imports"]
        busy = imports.filtered(lambda one: one.state not in FINISHED)
        if busy:
            raise UserError(
                self.env._(
                    "Rows of this customer are in imports that are not finished: %s."
                    " Finish these imports or delete them first.",
                    ", ".join(busy.mapped("name")),
                )
            )
        rows._erase_cells()
        imports._erase_file()
        return super()._erase_found(scope, found)
