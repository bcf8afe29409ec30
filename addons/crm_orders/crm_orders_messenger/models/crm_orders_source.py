from odoo import api, fields, models


class CrmOrdersSource(models.Model):
    _inherit = "crm_orders.source"

    is_messenger = fields.Boolean(compute="_compute_is_messenger")

    @api.depends("kind")
    def _compute_is_messenger(self):
        for source in self:
            source.is_messenger = source._is_messenger()

    def _is_messenger(self):
        """Whether people write here and can be answered; modules of providers say so."""
        self.ensure_one()
        return self.kind in self._get_messenger_kinds()

    def _get_messenger_kinds(self):
        """Kinds of sources that are messengers."""
        return set()
