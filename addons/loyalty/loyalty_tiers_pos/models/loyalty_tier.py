from odoo import api, models


class LoyaltyTier(models.Model):
    """Tills know the tiers of their company."""

    _name = "loyalty.tier"
    _inherit = ["loyalty.tier", "pos.load.mixin"]

    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("company_id", "=", config.company_id.id)]

    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "threshold", "discount", "color", "write_date"]

    def _unrelevant_records(self, config):
        """A till keeps the tiers that exist: they cannot be archived."""
        return []
