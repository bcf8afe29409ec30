import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class LoyaltyActivity(models.Model):
    """Append-only ledger of what counts for the tiers.

    Entries are made by documents (see ``loyalty.source``) and by the adjustment
    wizard, never changed and never deleted. Corrections are further entries. There is
    no chatter and no tracking: a row is one purchase, and there may be millions.
    """

    _name = "loyalty.activity"
    _description = "Loyalty Ledger Entry"
    _order = "date DESC, id DESC"
    _rec_name = "reference"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="Purchases of the contacts of a company belong to the company.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("sale", "Purchase"), ("refund", "Return"), ("adjust", "Adjustment")],
        required=True,
        readonly=True,
    )
    source_model = fields.Char(required=True, readonly=True)
    source_id = fields.Many2oneReference(
        model_field="source_model", required=True, readonly=True
    )
    source_seq = fields.Integer(
        readonly=True,
        help="Counts the entries of the same document: the first, its cancellation "
        "and so on. No document can be entered twice with the same number.",
    )
    reference = fields.Char(readonly=True, help="Number of the document.")
    date = fields.Date(
        required=True,
        readonly=True,
        help="Business day in the time zone of the company. A return has the day of "
        "the purchase that it returns, so that both leave the 12 months together.",
    )
    amount = fields.Monetary(
        string="Net Amount",
        required=True,
        readonly=True,
        help="Without taxes and after discounts, in the currency of the company. "
        "Returns are negative.",
    )
    reason = fields.Char(readonly=True)
    pending = fields.Boolean(
        readonly=True,
        help="The customer was busy at another till when this was entered. The tier "
        "is looked at again within minutes.",
    )

    _source_uniq = models.Constraint(
        "UNIQUE (source_model, source_id, source_seq)",
        "This document is in the ledger already.",
    )
    _window_idx = models.Index("(partner_id, company_id, date) INCLUDE (amount)")
    _pending_idx = models.Index("(company_id, partner_id) WHERE pending")

    def write(self, vals):  # pylint: disable=method-required-super
        """Refused for everybody, superuser included: the ledger is append-only."""
        raise UserError(
            self.env._(
                "Entries of the loyalty ledger cannot be changed. Enter an adjustment "
                "instead."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ledger(self):
        raise UserError(
            self.env._(
                "Entries of the loyalty ledger cannot be deleted. Enter an adjustment "
                "instead."
            )
        )

    def action_open_source(self):
        """Open the document behind an entry, with the rights of the user."""
        self.ensure_one()
        if self.source_model not in self.env or self.kind == "adjust":
            raise UserError(self.env._("There is no document behind this entry."))
        document = self.env[self.source_model].browse(self.source_id).exists()
        if not document:
            raise UserError(self.env._("The document of this entry was deleted."))
        return document.get_formview_action()

    @api.model
    def _accrue_safely(self, entries):
        """Enter what documents say, without ever failing or blocking the document.

        The caller's transaction holds a receipt or an order that must be stored
        whatever happens here. What cannot be entered is found by the catch-up job.
        """
        if not entries:
            return
        try:
            # nothing of the ORM is flushed inside, so that a rollback loses nothing
            with self.env.cr.savepoint(flush=False):
                self._accrue(entries)
        except OperationalError as error:
            _logger.info("Loyalty: busy, the tier is evaluated later: %s", error)
            self._record_safely(entries)
        except Exception:
            if len(entries) > 1:
                for entry in entries:
                    self._accrue_safely([entry])
            else:
                _logger.exception("Loyalty: %s was not entered", entries)

    @api.model
    def _record_safely(self, entries):
        """Enter without evaluating the customers, who are changed by somebody else."""
        try:
            with self.env.cr.savepoint(flush=False):
                self._set_pending(self._record(entries))
        except OperationalError as error:
            # somebody else is entering the very same documents
            _logger.info("Loyalty: left to the catch-up job: %s", error)

    @api.model
    def _accrue(self, entries):
        """Enter and re-evaluate the customers; returns the customers concerned."""
        pairs = self._record(entries)
        busy = self.env["loyalty.membership"]._evaluate(pairs)
        self._set_pending(busy)
        return pairs

    @api.model
    def _record(self, entries):
        """Append entries; one that exists already is left as it is.

        :param list[dict] entries: partner_id, company_id, kind, source_model,
            source_id, source_seq, reference, date, amount, reason
        :return: the (partner id, company id) of what is new
        :rtype: set[tuple[int, int]]
        """
        if not entries:
            return set()
        rows = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, FALSE, %s, %s, "
                "now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')",
                entry["partner_id"],
                entry["company_id"],
                entry["kind"],
                entry["source_model"],
                entry["source_id"],
                entry.get("source_seq", 0),
                entry.get("reference") or None,
                entry["date"],
                entry["amount"],
                entry.get("reason") or None,
                self.env.uid,
                self.env.uid,
            )
            for entry in entries
        )
        return set(
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO loyalty_activity (
                        partner_id, company_id, kind, source_model, source_id,
                        source_seq, reference, date, amount, reason, pending,
                        create_uid, write_uid, create_date, write_date
                    ) VALUES %s
                    ON CONFLICT (source_model, source_id, source_seq) DO NOTHING
                    RETURNING partner_id, company_id
                    """,
                    rows,
                )
            )
        )

    @api.model
    def _set_pending(self, pairs):
        """Leave customers who are being served elsewhere to the job."""
        if not pairs:
            return
        self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_activity SET pending = TRUE
                 WHERE id IN (
                    SELECT max(id) FROM loyalty_activity
                     WHERE (partner_id, company_id) IN %s
                     GROUP BY partner_id, company_id
                 )
             RETURNING id
                """,
                tuple(pairs),
            )
        )
        self.env["loyalty.tier"]._trigger_review()

    @api.model
    def _get_booked(self, source_model, source_ids):
        """What the ledger holds for documents.

        :return: per document the amounts by customer, the next free number and the
            day of the first entry
        """
        booked = {}
        for source_id, partner_id, amount, last, day in self.env.execute_query(
            SQL(
                """
                SELECT source_id, partner_id, sum(amount), max(source_seq), min(date)
                  FROM loyalty_activity
                 WHERE source_model = %s AND source_id IN %s
                 GROUP BY source_id, partner_id
                """,
                source_model,
                tuple(source_ids),
            )
        ):
            document = booked.setdefault(
                source_id, {"amounts": {}, "seq": 0, "date": day}
            )
            document["amounts"][partner_id] = amount
            document["seq"] = max(document["seq"], last + 1)
            document["date"] = min(document["date"], day)
        return booked
