from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging customers keeps every purchase and the best of their tiers."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Fold memberships before core deletes those that would be doubled."""
        owner = dst_partner.commercial_partner_id - src_partners or dst_partner
        partners = src_partners | dst_partner
        # sudo: who may merge contacts need not have to do with loyalty
        Membership = self.env["loyalty.membership"].sudo()
        members = Membership.search([("partner_id", "in", (partners | owner).ids)])
        best = members._get_best_tiers()
        members.filtered(lambda member: member.partner_id != owner).unlink()
        self.env.execute_query(
            SQL(
                "UPDATE loyalty_activity SET partner_id = %s WHERE partner_id IN %s "
                "RETURNING id",
                owner.id,
                tuple(partners.ids),
            )
        )
        result = super()._update_foreign_keys(src_partners, dst_partner)
        Membership._adopt(owner, best)
        return result
