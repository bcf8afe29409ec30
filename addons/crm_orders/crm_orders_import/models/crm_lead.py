from odoo import models


class CrmLead(models.Model):
    """What an old notebook says about a request never changes a known customer."""

    _inherit = "crm.lead"

    def _get_partner_email_update(self, force_void=True):
        if self.env.context.get("crm_orders_import"):
            return False
        return super()._get_partner_email_update(force_void=force_void)

    def _get_partner_phone_update(self, force_void=True):
        if self.env.context.get("crm_orders_import"):
            return False
        return super()._get_partner_phone_update(force_void=force_void)
