from odoo import Command, api, fields, models
from odoo.tools import SQL

UNDO_BATCH = 200
# What goes away together with what was made.
UNTOUCHED = {
    ("res.partner", "commercial_partner_id"),
    ("res.partner.category", "partner_ids"),
    ("crm_orders.identity", "partner_id"),
    ("crm_orders.identity", "lead_id"),
    ("crm_orders.import.row", "partner_id"),
    ("crm_orders.import.row", "lead_id"),
    ("crm_orders.duplicate", "candidate_ids"),
    ("crm_orders.duplicate", "kept_id"),
    ("crm_orders.duplicate", "chosen_id"),
}


class CrmOrdersImportUndo(models.AbstractModel):
    """Undoing: what nobody has used goes away, what somebody has used stays."""

    _name = "crm_orders.import.undo"
    _description = "Undoing of Imports"

    def _run_undoing(self):
        rows = self.env["crm_orders.import.row"].sudo()
        domain = [("import_id", "=", self.id), ("state", "=", "done")]
        # Backwards, as rows may have completed what earlier ones made.
        while batch := rows.search(domain, limit=UNDO_BATCH, order="number desc"):
            batch = batch.try_lock_for_update()
            if not batch:
                return
            self._undo_rows(batch)
            self.env.flush_all()
            count = len(batch)
            self.env.invalidate_all(flush=False)
            yield count
        self.sudo().write({"state": "undone", "ended_on": fields.Datetime.now()})

    def _undo_rows(self, rows):
        # The rights of sellers do not reach to deleting customers; what is deleted here
        # was made by this import, and nobody has touched it.
        rows = rows.with_env(self.env(su=True))
        self._undo_filled(rows)
        kept = {}
        # Leads first: they point at the customers.
        for model in ("crm.lead", "res.partner"):
            owners = {
                journal["made"][model][0]: row
                for row in rows
                if model in (journal := row.journal or {}).get("made", ())
            }
            records = self.env[model].sudo().browse(owners).exists()
            used = self._get_used(
                records, {one: row.journal["at"] for one, row in owners.items()}
            )
            prints = self.env["crm_orders.import.maker"]._get_fingerprints(records)
            for record in records:
                row = owners[record.id]
                if record.id in used:
                    kept[row] = self.env._("It is used meanwhile: %s", used[record.id])
                elif prints[record.id] != row.journal["made"][model][1]:
                    kept[row] = self.env._("Somebody has changed it meanwhile.")
            gone = [record.id for record in records if owners[record.id] not in kept]
            records.browse(gone).unlink()
        gone = rows.filtered(lambda row: row not in kept)
        added = [
            one for row in gone for one in (row.journal or {}).get("identities", ())
        ]
        identities = self.env["crm_orders.identity"].sudo().browse(added).exists()
        identities.filtered(lambda one: one.origin == "manual").unlink()
        gone.write({"state": "undone", "journal": False})
        for row, reason in kept.items():
            row.write({"state": "kept", "reason": reason})

    def _undo_filled(self, rows):
        """Empty again what was filled on cards, unless it was changed since."""
        maker = self.env["crm_orders.import.maker"]
        for row in rows.sorted("number", reverse=True):
            filled = (row.journal or {}).get("filled")
            partners = self.env["res.partner"].sudo()
            partner = partners.browse(filled["id"] if filled else ()).exists()
            if not partner:
                continue
            vals = {
                name: before
                for name, before in filled["before"].items()
                if maker._plain(partner, name) == filled["after"][name]
            }
            if filled["tags"]:
                vals["category_id"] = [Command.unlink(tag) for tag in filled["tags"]]
            if vals:
                partner.write(vals)

    @api.model
    def _get_used(self, records, made_at):
        """`{id: what points at it}`, of what came after the records were made.

        :param made_at: `{id: moment}`; what came at that very moment was made with it
        """
        if not records:
            return {}
        self.env.flush_all()
        used = {}
        for words, table, column, condition in self._get_references(records._name):
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT made.id
                      FROM unnest(%(ids)s::integer[], %(moments)s::timestamp[])
                           AS made (id, moment)
                      JOIN %(table)s ON %(column)s = made.id
                     WHERE %(condition)s
                    """,
                    ids=records.ids,
                    moments=[made_at[one] for one in records.ids],
                    table=SQL.identifier(table),
                    column=SQL.identifier(table, column),
                    condition=condition,
                )
            )
            for (record_id,) in rows:
                used.setdefault(record_id, words)
        return used

    @api.model
    def _get_references(self, target):
        """(words, table, column, condition) of all that may point at a record."""
        for model in self.env.registry.values():
            if model._abstract or model._transient or not model._auto:
                continue
            records = self.env[model._name]
            table, words = records._table, records._description
            later = SQL("TRUE")
            if records._log_access:
                later = SQL("%s > made.moment", SQL.identifier(table, "create_date"))
            for name, field in records._fields.items():
                if not field.store or (model._name, name) in UNTOUCHED:
                    continue
                if field.type == "many2one" and field.comodel_name == target:
                    if not field.company_dependent:
                        yield words, table, name, later
                elif field.type == "many2many" and field.comodel_name == target:
                    yield words, field.relation, field.column2, SQL("TRUE")
                elif field.type == "many2one_reference":
                    kind = records._fields.get(field.model_field)
                    if kind and kind.store and kind.column_type:
                        yield (
                            words,
                            table,
                            name,
                            SQL(
                                "%s AND %s = %s",
                                later,
                                SQL.identifier(table, kind.name),
                                target,
                            ),
                        )
