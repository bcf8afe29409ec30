import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# no shop sells for that much; a till or a client that is out of order does
LARGEST_AMOUNT = 1e12


class LoyaltySource(models.AbstractModel):
    """Document that counts as a purchase, e.g. a receipt or a sales order.

    A model inherits this, says what each document is worth in
    ``_get_loyalty_targets`` and which documents count in ``_get_loyalty_domain``, and
    calls ``_sync_loyalty`` whenever that may have changed.
    """

    _name = "loyalty.source"
    _description = "Document That Counts for Loyalty Tiers"

    @api.model
    def _get_loyalty_source_models(self):
        """Names of the models that count; each of them adds its own."""
        return []

    @api.model
    def _get_loyalty_domain(self, company, since):
        """Documents of a company from a day on that should be in the ledger."""
        return Domain("company_id", "=", company.id)

    def _get_loyalty_targets(self):
        """What the documents are worth now; those that do not count are left out.

        :rtype: dict[record, dict]
        :return: per document ``partner_id`` (commercial entity), ``date``, ``amount``
            (company currency, net) and ``reference``
        """
        return {}

    def _sync_loyalty(self, fresh=False):
        """Bring the ledger in line with the documents. Never raises, never waits.

        The ledger gets the difference between what it holds and what the documents
        are worth. Calling it again enters nothing.

        :param bool fresh: the documents are entered for the first time, so that there
            is nothing to compare with
        """
        try:
            # sudo: the ledger is written by documents, not by their users
            entries = self.sudo()._prepare_loyalty_entries(fresh)
        except Exception:
            if len(self) > 1:
                # one bad document does not hold up the others
                for document in self:
                    document._sync_loyalty(fresh)
                return
            _logger.exception("Loyalty: %s cannot be counted", self)
            return
        self.env["loyalty.activity"].sudo()._accrue_safely(entries)

    def _schedule_loyalty_sync(self):
        """Sync once before the transaction ends, however often documents change."""
        Tier = self.env["loyalty.tier"]
        documents = self.filtered(lambda doc: Tier._get_engine_tiers(doc.company_id.id))
        if not documents:
            return
        precommit = self.env.cr.precommit
        key = f"loyalty.source.{self._name}"
        if key not in precommit.data:
            precommit.add(self.browse()._run_loyalty_sync)
        precommit.data.setdefault(key, set()).update(documents.ids)

    @api.model
    def _run_loyalty_sync(self):
        ids = self.env.cr.precommit.data.pop(f"loyalty.source.{self._name}", ())
        self.browse(ids).exists()._sync_loyalty()

    def _prepare_loyalty_entries(self, fresh=False):
        """Entries that are missing for the documents to be counted right."""
        Tier = self.env["loyalty.tier"]
        documents = self.filtered(lambda doc: Tier._get_engine_tiers(doc.company_id.id))
        if not documents:
            return []
        booked = (
            {}
            if fresh
            else self.env["loyalty.activity"]._get_booked(self._name, documents.ids)
        )
        targets = documents._get_loyalty_targets()
        entries = []
        for document in documents:
            entries += document._prepare_loyalty_document_entries(
                targets.get(document), booked.get(document.id)
            )
        return entries

    def _prepare_loyalty_document_entries(self, target, booked):
        """Difference between the worth of one document and what is booked."""
        self.ensure_one()
        currency = self.company_id.currency_id
        amounts = {
            partner_id: -amount
            for partner_id, amount in (booked["amounts"] if booked else {}).items()
        }
        if target:
            partner_id, amount = target["partner_id"], target["amount"]
            # written so that a NaN does not count either
            if not abs(amount) < LARGEST_AMOUNT:
                _logger.warning("Loyalty: %s is worth %s: not counted", self, amount)
                amount = 0.0
            amounts[partner_id] = amounts.get(partner_id, 0.0) + amount
        entries = []
        for partner_id, amount in amounts.items():
            amount = currency.round(amount)
            # a first entry is made even for nothing: it says that it was looked at
            if booked and currency.is_zero(amount):
                continue
            entries.append(
                {
                    "partner_id": partner_id,
                    "company_id": self.company_id.id,
                    "kind": "refund" if amount < 0 else "sale",
                    "source_model": self._name,
                    "source_id": self.id,
                    "source_seq": (booked["seq"] if booked else 0) + len(entries),
                    "reference": target["reference"] if target else self.display_name,
                    "date": booked["date"] if booked else target["date"],
                    "amount": amount,
                }
            )
        return entries

    @api.model
    def _get_loyalty_missing(self, company, since, limit, after_id=0):
        """Documents that should be in the ledger and are not, in the order of ids."""
        domain = self._get_loyalty_domain(company, since) & Domain("id", ">", after_id)
        query = self._search(domain, order="id", limit=limit)
        query.add_where(
            SQL(
                "NOT EXISTS (SELECT FROM loyalty_activity booked "
                "WHERE booked.source_model = %s AND booked.source_id = %s)",
                self._name,
                SQL.identifier(self._table, "id"),
            )
        )
        return self.browse(query)

    @api.model
    def _cron_catch_up(self, batch_size=500, days=7):
        """Enter documents that are missing, in batches that are committed.

        Finds what was bought before the first tier was made, and what could not be
        entered with the document itself.
        """
        for company in self.env["loyalty.tier"]._get_companies():
            since = company.loyalty_backfill_from or fields.Date.subtract(
                company._get_loyalty_today(), days=days
            )
            for name in self._get_loyalty_source_models():
                source, last_id = self.env[name].with_company(company), 0
                while missing := source._get_loyalty_missing(
                    company, since, batch_size, last_id
                ):
                    last_id = missing.ids[-1]
                    missing._sync_loyalty(fresh=True)
                    if not self.env["ir.cron"]._commit_progress(len(missing)):
                        # out of time: what is left is still missing the next time
                        self.env.ref("loyalty_tiers.ir_cron_catch_up")._trigger()
                        return
            if company.loyalty_backfill_from:
                company.loyalty_backfill_from = False
