from odoo import models


class CrmLead(models.Model):
    """What goes out by a messenger reaches the customer, also without an address."""

    _inherit = "crm.lead"

    def _crm_orders_reaches(self, message):
        return super()._crm_orders_reaches(message) or bool(
            self.crm_orders_conversation_id
            and self._crm_orders_is_for_customer(message)
        )
