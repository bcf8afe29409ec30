from odoo import api, models


class ResPartner(models.Model):
    """The card of a customer shows all that happened."""

    _inherit = "res.partner"

    @api.readonly
    def crm_orders_get_timeline(self, kinds=None, before=None, limit=30):
        """A page of the timeline; see `crm_orders.timeline._get_page`."""
        self.ensure_one()
        self.check_access("read")
        return self._crm_orders_get_timeline(kinds, before, limit)

    def _crm_orders_get_timeline(self, kinds=None, before=None, limit=30):
        timeline = self.env["crm_orders.timeline"]
        return timeline._get_page(timeline._get_scope(self), kinds, before, limit)
