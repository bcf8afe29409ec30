from odoo import api, models


class CrmLead(models.Model):
    """A lead shows all that happened with its customer, and before there was one."""

    _inherit = "crm.lead"

    @api.readonly
    def crm_orders_get_timeline(self, kinds=None, before=None, limit=30):
        """A page of the timeline; see `crm_orders.timeline._get_page`."""
        self.ensure_one()
        self.check_access("read")
        return self._crm_orders_get_timeline(kinds, before, limit)

    def _crm_orders_get_timeline(self, kinds=None, before=None, limit=30):
        timeline = self.env["crm_orders.timeline"]
        scope = timeline._get_scope(self.partner_id, self)
        return timeline._get_page(scope, kinds, before, limit)
