from odoo import api, models
from odoo.fields import Domain


class LoyaltyMembership(models.Model):
    """Tills know the tiers of the customers they have loaded, and of no others."""

    _name = "loyalty.membership"
    _inherit = ["loyalty.membership", "pos.load.mixin"]

    @api.model
    def _load_pos_data_fields(self, config):
        return ["partner_id", "tier_id", "write_date"]

    @api.model
    def _load_pos_data_search_read(self, data, config):
        """Members among the customers of this load, and changes of tier since the last.

        A till that was loaded before gets only customers who changed, but keeps those
        it had: their tiers may be new although they are not part of this load.
        """
        if not self.env["loyalty.tier"]._get_engine_tiers(config.company_id.id):
            return []
        ids = [partner["id"] for partner in data.get("res.partner", ())]
        partners = self.env["res.partner"].browse(ids)
        domain = self._get_pos_domain(partners, config)
        last = self.env.context.get("pos_last_server_date")
        if last and self.env.context.get("pos_limited_loading", True):
            company = Domain("company_id", "=", config.company_id.id)
            domain |= company & Domain("write_date", ">", last)
        fields = self._load_pos_data_fields(config)
        return self._load_pos_data_read(self.search_fetch(domain, fields), config)

    def _unrelevant_records(self, config):
        """Members without a tier are of no use to a till that has kept them."""
        return self.filtered(lambda member: not member.tier_id).ids

    @api.model
    def _get_pos_domain(self, partners, config):
        return (
            Domain("company_id", "=", config.company_id.id)
            & Domain("partner_id", "in", partners.commercial_partner_id.ids)
            & Domain("tier_id", "!=", False)
        )

    @api.model
    def _load_pos_data_of(self, partners, config):
        """Members among customers whom a till asks for; nothing when not set up."""
        if not (
            partners
            and config
            and self.env["loyalty.tier"]._get_engine_tiers(config.company_id.id)
        ):
            return []
        members = self.search_fetch(
            self._get_pos_domain(partners, config), self._load_pos_data_fields(config)
        )
        return self._load_pos_data_read(members, config)
