from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's own merge deletes contacts; who they were known as stays known."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env["crm_orders.identity"]._detach_cards(src_partners)
        return super()._update_foreign_keys(src_partners, dst_partner)
