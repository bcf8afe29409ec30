import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

# What the kept card takes from the other one if it has none itself.
CARD_FIELDS = ("phone", "email", "website", "lang", "function", "user_id", "ref")
ADDRESS_FIELDS = ("street", "street2", "zip", "city", "state_id", "country_id")
PREFERENCE_FIELDS = (
    "crm_orders_preferred_channel",
    "crm_orders_preferred_from",
    "crm_orders_preferred_to",
)


class CrmOrdersMerge(models.Model):
    """Two cards of one customer made one, with a journal by which it can be undone.

    The other card is archived, not deleted. Everything that pointed at it points at the
    kept one, row by row written down; what cannot, as the kept one has the same already,
    stays where it is.
    """

    _name = "crm_orders.merge"
    _description = "Merged Customers"
    _order = "id desc"

    kept_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    merged_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The card that was archived.",
    )
    state = fields.Selection(
        [("done", "Merged"), ("undone", "Undone")],
        required=True,
        readonly=True,
        default="done",
    )
    moved_count = fields.Integer(
        "Moved",
        readonly=True,
        help="Documents, messages and other things that went to the kept card.",
    )
    undone_by = fields.Many2one("res.users", readonly=True, ondelete="set null")
    undone_on = fields.Datetime(readonly=True)
    # Rows of any table by their ids: nobody may write it, and reading it helps nobody.
    journal = fields.Json(readonly=True, groups=fields.NO_ACCESS)

    @api.depends("kept_id.display_name", "merged_id.display_name")
    def _compute_display_name(self):
        for merge in self:
            merge.display_name = self.env._(
                "%(merged)s into %(kept)s",
                merged=merge.merged_id.display_name or "",
                kept=merge.kept_id.display_name or "",
            )

    def action_undo(self):
        """Make two cards of one again: what came with the other one goes back to it."""
        for merge in self:
            merge._check_undo()
            merge._undo()
        return True

    # --- merging ---

    @api.model
    def _sort_to_keep(self, partners):
        """Whom to keep rather: who can log in, who has orders, who is there longer."""
        orders = dict(
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("partner_id", "in", partners.ids)], ["partner_id"], ["__count"]
            )
        )
        users = partners.sudo().with_context(active_test=False)
        return partners.sorted(
            lambda one: (
                not users.browse(one.id).user_ids,
                one.sudo() not in orders,
                one.id,
            )
        )

    @api.model
    def _merge(self, kept, merged):
        """Make one card of two; whoever is logged in must be allowed to.

        :return: the journal's record
        """
        self._check_merge(kept, merged)
        self.env.flush_all()
        kept, merged = kept.sudo(), merged.sudo()
        # Whoever is writing a document for one of the two just now comes first.
        (kept | merged).lock_for_update()
        cards = self.env["crm_orders.identity"]._detach_cards(merged)
        self.env.flush_all()
        entity = merged.commercial_partner_id
        moved = []
        for table, column, key, condition in self._get_references():
            is_entity = (table, column) in self._get_entity_columns(table)
            target = kept.commercial_partner_id if is_entity else kept
            rows = self._select(table, column, key, condition, merged.id)
            done = self._move(table, column, key, condition, rows, merged.id, target.id)
            if done:
                moved.append([table, column, key, merged.id, target.id, done])
        self.env.invalidate_all()
        self._recompute_family(kept | merged | entity)
        filled = self._fill_card(kept, merged)
        journal = {
            "moved": moved,
            "filled": filled,
            "cards": cards.ids,
            "active": merged.active,
        }
        merged.write({"active": False, "crm_orders_merged_into_id": kept.id})
        merge = self.sudo().create(
            {
                "kept_id": kept.id,
                "merged_id": merged.id,
                "moved_count": sum(len(row[-1]) for row in moved),
                "journal": journal,
            }
        )
        kept._message_log(
            body=self.env._("%s was merged into this card.", merged.display_name)
        )
        merged._message_log(
            body=self.env._("This card was merged into %s.", kept.display_name)
        )
        merge._after_merge(kept, merged)
        return merge.with_env(self.env)

    def _after_merge(self, kept, merged):
        """For modules that compute something of a customer's rows."""

    def _after_undo(self, kept, merged):
        """For modules that compute something of a customer's rows."""

    @api.model
    def _check_merge(self, kept, merged):
        """Refuse what could not be, or is not to be, one card."""
        self._check_manager()
        partners = kept | merged
        if len(kept) != 1 or len(merged) != 1 or kept == merged:
            raise UserError(self.env._("Choose two customers."))
        partners.check_access("write")
        kept, merged = kept.sudo(), merged.sudo()
        names = {"kept": kept.display_name, "merged": merged.display_name}
        if not kept.active or (kept | merged).crm_orders_merged_into_id:
            raise UserError(
                self.env._(
                    "%(kept)s or %(merged)s is archived or was merged before.", **names
                )
            )
        if merged.with_context(active_test=False).user_ids:
            raise UserError(
                self.env._("%(merged)s can log in. Keep this card instead.", **names)
            )
        if (
            self.env["res.company"]
            .sudo()
            .search_count([("partner_id", "=", merged.id)])
        ):
            raise UserError(
                self.env._("%(merged)s is a company of yours. Keep this card.", **names)
            )
        if kept.company_id and kept.company_id != merged.company_id:
            raise UserError(
                self.env._(
                    "Other companies use %(merged)s as well, but they cannot see"
                    " %(kept)s. Keep the card that all can see.",
                    **names,
                )
            )
        if kept in self._get_parents(merged) or merged in self._get_parents(kept):
            raise UserError(
                self.env._(
                    "%(kept)s and %(merged)s are a company and its contact. Move the"
                    " contact out of the company first.",
                    **names,
                )
            )
        entity = merged.commercial_partner_id
        if entity not in (merged, kept.commercial_partner_id):
            raise UserError(
                self.env._(
                    "%(merged)s is a contact of %(company)s, and %(kept)s is not. Keep"
                    " the contact, or move it out of the company first.",
                    company=entity.display_name,
                    **names,
                )
            )

    @api.model
    def _check_manager(self):
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(
                self.env._("Only a manager of Orders may merge customers.")
            )

    @api.model
    def _get_parents(self, partner):
        parents = partner.browse()
        while partner.parent_id and partner.parent_id not in parents:
            partner = partner.parent_id
            parents |= partner
        return parents

    # --- rows that point at a customer ---

    @api.model
    def _get_references(self):
        """(table, column, key, condition) of everything that points at a customer.

        Foreign keys, and the pairs of a model's name and an id that Odoo uses for
        messages, files, activities and followers. A file that is a field's value, such as
        the picture, belongs to the card itself.
        """
        untouched = self._get_untouched_columns()
        references = [
            (table, column, key, SQL())
            for table, column, key in self.env.execute_query(SQL(FOREIGN_KEYS))
            if key and (table, column) not in untouched
        ]
        for model in self.env.registry.values():
            if model._abstract or model._transient or not model._auto:
                continue
            for name, field in model._fields.items():
                if field.type != "many2one_reference" or not field.store:
                    continue
                model_field = model._fields.get(field.model_field)
                if not model_field or not model_field.store:
                    continue
                if (model._table, name) in untouched:
                    continue
                condition = SQL(
                    "AND %s = 'res.partner'", SQL.identifier(field.model_field)
                )
                if model._name == "ir.attachment":
                    condition = SQL("%s AND res_field IS NULL", condition)
                references.append((model._table, name, "id", condition))
        return references

    @api.model
    def _get_untouched_columns(self):
        """Columns that keep what they have.

        The company of a contact is worked out anew. The names of data files stay those
        of the records they were made for. Questions and journals tell what was.
        """
        return {
            ("res_partner", "commercial_partner_id"),
            ("ir_model_data", "res_id"),
            ("crm_orders_merge", "kept_id"),
            ("crm_orders_merge", "merged_id"),
            ("crm_orders_duplicate", "partner_id"),
            ("crm_orders_duplicate", "chosen_id"),
            ("crm_orders_duplicate", "kept_id"),
            ("crm_orders_duplicate_candidate_rel", "partner_id"),
        }

    @api.model
    def _get_entity_columns(self, table):
        """Columns in which Odoo writes the company of a contact, not the contact."""
        return {(table, "commercial_partner_id"), ("account_move_line", "partner_id")}

    @api.model
    def _select(self, table, column, key, condition, value):
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM %s WHERE %s = %s %s",
                SQL.identifier(key),
                SQL.identifier(table),
                SQL.identifier(column),
                value,
                condition,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _move(self, table, column, key, condition, rows, old, new):
        """Point rows at another customer; return those that could be.

        A row that the other one has already breaks a rule of the database, whichever it
        is. Halving finds the few of them among many.
        """
        if not rows:
            return []
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE %s = ANY(%s) AND %s = %s %s",
                        SQL.identifier(table),
                        SQL.identifier(column),
                        new,
                        SQL.identifier(key),
                        rows,
                        SQL.identifier(column),
                        old,
                        condition,
                    )
                )
            return rows
        except psycopg2.IntegrityError:
            if len(rows) == 1:
                return []
        half = len(rows) // 2
        return [
            *self._move(table, column, key, condition, rows[:half], old, new),
            *self._move(table, column, key, condition, rows[half:], old, new),
        ]

    @api.model
    def _recompute_family(self, partners):
        """Tell contacts that were moved in SQL whose contacts they are now."""
        family = partners.with_context(active_test=False).search(
            [("id", "child_of", partners.ids)]
        )
        for name in (
            "commercial_partner_id",
            "commercial_company_name",
            "complete_name",
        ):
            self.env.add_to_compute(family._fields[name], family)
        self.env.flush_all()

    @api.model
    def _fill_card(self, kept, merged):
        """Fill what is empty on the kept card; return what was."""
        names = [name for name in CARD_FIELDS if not kept[name]]
        if not any(kept[name] for name in ADDRESS_FIELDS if name != "country_id"):
            names += [
                name
                for name in ADDRESS_FIELDS
                if name != "country_id"
                or not kept.country_id
                or merged.country_id == kept.country_id
            ]
        if not any(kept[name] for name in PREFERENCE_FIELDS):
            names += PREFERENCE_FIELDS
        vals = {name: merged[name] for name in names if merged[name]}
        vals = merged._convert_to_write(vals)
        before = kept._convert_to_write({name: kept[name] for name in vals})
        kept.write(vals)
        return {name: [before[name], vals[name]] for name in vals}

    # --- undoing ---

    def _check_undo(self):
        self.ensure_one()
        self._check_manager()
        self.check_access("read")
        if self.state != "done":
            raise UserError(self.env._("This was undone already."))
        if not self.kept_id or not self.merged_id:
            raise UserError(
                self.env._("One of the two cards was deleted; nothing can be undone.")
            )
        (self.kept_id | self.merged_id).check_access("write")
        if later := self.kept_id.sudo().crm_orders_merged_into_id:
            raise UserError(
                self.env._(
                    "%(kept)s was merged into %(other)s later. Undo that first.",
                    kept=self.kept_id.display_name,
                    other=later.display_name,
                )
            )

    def _undo(self):
        self.env.flush_all()
        kept, merged = self.kept_id.sudo(), self.merged_id.sudo()
        self.sudo().lock_for_update()
        (kept | merged).lock_for_update()
        journal = self.sudo().journal
        known = {row[:3]: row[3] for row in self._get_references()}
        for table, column, key, old, new, rows in reversed(journal["moved"]):
            # Modules come and go, and their tables with them.
            if (table, column, key) in known:
                condition = known[table, column, key]
                self._move(table, column, key, condition, rows, new, old)
        self.env.invalidate_all()
        merged.write({"active": journal["active"], "crm_orders_merged_into_id": False})
        self._recompute_family(kept | merged)
        kept.write(
            {
                name: before
                for name, (before, after) in journal["filled"].items()
                if kept._convert_to_write({name: kept[name]})[name] == after
            }
        )
        identities = self.env["crm_orders.identity"]
        identities._attach_cards(merged, journal["cards"])
        identities._sync_cards(kept | merged)
        kept._message_log(
            body=self.env._("%s is a card of its own again.", merged.display_name)
        )
        merged._message_log(
            body=self.env._("This card is no longer a part of %s.", kept.display_name)
        )
        self.sudo().write(
            {
                "state": "undone",
                "undone_by": self.env.uid,
                "undone_on": fields.Datetime.now(),
            }
        )
        self._forget_question()
        self._after_undo(kept, merged)

    def _forget_question(self):
        """Whoever undoes a merge has said that these are different persons."""
        questions = self.env["crm_orders.duplicate"].sudo()
        questions.search([("merge_id", "in", self.ids)]).write({"state": "different"})

    def _get_done_action(self):
        """Show the kept card."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.kept_id.id,
            "views": [(False, "form")],
        }


# Of a table without ids, such as those of many2many fields, the other column is the key.
FOREIGN_KEYS = """
    SELECT source.relname, source_column.attname,
           COALESCE(
               (
                   SELECT attname
                     FROM pg_attribute
                    WHERE attrelid = source.oid AND attname = 'id' AND NOT attisdropped
               ),
               (
                   SELECT min(attname)
                     FROM pg_attribute
                    WHERE attrelid = source.oid
                      AND attnum > 0
                      AND NOT attisdropped
                      AND attnum != source_column.attnum
                   HAVING count(*) = 1
               )
           )
      FROM pg_constraint reference
      JOIN pg_class source ON source.oid = reference.conrelid
      JOIN pg_attribute source_column
        ON source_column.attrelid = source.oid
       AND source_column.attnum = reference.conkey[1]
     WHERE reference.contype = 'f'
       AND reference.confrelid = 'res_partner'::regclass
       AND array_length(reference.conkey, 1) = 1
       AND source.relnamespace = current_schema::regnamespace
     ORDER BY source.relname, source_column.attname
"""
