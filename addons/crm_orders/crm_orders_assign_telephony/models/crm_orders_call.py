from odoo import models

from odoo.addons.crm_orders_telephony.models.crm_orders_callback import SPOKEN


class CrmOrdersCall(models.Model):
    """A conversation on the telephone is an answer to the customer's lead."""

    _inherit = "crm_orders.call"

    def _tell_leads(self):
        result = super()._tell_leads()
        for call in self.filtered("lead_id").sorted("started"):
            lead = call.lead_id
            if call.direction == "in":
                lead._crm_orders_note_waiting_since(call.started)
                lead._crm_orders_note_customer_message(call.started)
            if call.state in SPOKEN:
                lead._crm_orders_note_first_response(
                    call.answered or call.started, call.user_id
                )
        return result
