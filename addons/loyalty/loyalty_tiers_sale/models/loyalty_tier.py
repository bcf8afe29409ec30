from odoo import api, models


class LoyaltyTier(models.Model):
    """A discount that sellers cannot see on the line would be a riddle to them."""

    _inherit = "loyalty.tier"

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers._show_line_discounts()
        return tiers

    def write(self, vals):
        result = super().write(vals)
        if "discount" in vals:
            self._show_line_discounts()
        return result

    def _show_line_discounts(self):
        """Turn on the discounts of sales order lines, as the settings of Sales do."""
        if any(tier.discount for tier in self):
            # sudo: managers of loyalty do not administer groups
            users = self.env.ref("base.group_user").sudo()
            users._apply_group(self.env.ref("sale.group_discount_per_so_line"))
