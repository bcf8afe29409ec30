from odoo import api, models


class LoyaltyRule(models.Model):
    """Keeps the discount of tiers away from gift cards and eWallet top-ups."""

    _inherit = "loyalty.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._exclude_payment_products()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if "product_ids" in vals or "program_id" in vals:
            self._exclude_payment_products()
        return result

    def _exclude_payment_products(self):
        """Selling a card of 50 for 45 would give money away."""
        payment_rules = self.filtered(
            lambda rule: rule.program_id.program_type in ("gift_card", "ewallet")
        )
        templates = payment_rules.product_ids.product_tmpl_id.filtered(
            lambda template: not template.loyalty_tier_excluded
        )
        if templates:
            # sudo: editing a program does not require editing products
            templates.sudo().loyalty_tier_excluded = True
