from odoo import api, models

from .crm_orders_document_template import SEQUENCE_CODE

# What numbers of documents begin with, by kind.
PREFIXES = {
    "quotation": "Q",
    "confirmation": "OC",
    "contract": "C",
    "work_order": "WO",
    "acceptance": "A",
    "receipt": "R",
    "letter": "L",
}


class ResCompany(models.Model):
    """Every company numbers its documents by itself."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._crm_orders_create_document_sequences()
        return companies

    def _crm_orders_create_document_sequences(self):
        """Give companies that have none the numbers of each kind of document."""
        # Whoever makes a company may know nothing of sequences.
        sequences = self.env["ir.sequence"].sudo()
        codes = {kind: SEQUENCE_CODE % kind for kind in PREFIXES}
        known = {
            (sequence.company_id, sequence.code)
            for sequence in sequences.search(
                [
                    ("company_id", "in", self.ids),
                    ("code", "in", list(codes.values())),
                ]
            )
        }
        sequences.create(
            [
                {
                    "name": f"{company.name}: {codes[kind]}",
                    "code": codes[kind],
                    "prefix": f"{prefix}-%(year)s-",
                    "padding": 4,
                    "company_id": company.id,
                }
                for company in self
                for kind, prefix in PREFIXES.items()
                if (company, codes[kind]) not in known
            ]
        )
