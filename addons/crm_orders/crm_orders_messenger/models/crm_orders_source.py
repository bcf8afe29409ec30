from odoo import models


class CrmOrdersSource(models.Model):
    _inherit = "crm_orders.source"

    def _is_messenger(self):
        """Whether people write here and can be answered; modules of providers say so."""
        self.ensure_one()
        return self.kind in self._get_messenger_kinds()

    def _get_messenger_kinds(self):
        """Kinds of sources that are messengers."""
        return set()
