from odoo import api, models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    """What goes out by a messenger reaches the customer, also without an address."""

    _inherit = "crm.lead"

    def _crm_orders_reaches(self, message):
        return super()._crm_orders_reaches(message) or bool(
            self.crm_orders_conversation_id
            and self._crm_orders_is_for_customer(message)
        )

    def _crm_orders_is_for_customer(self, message):
        # Who chose the mail does not want the customer to get the same twice.
        return not self.env.context.get(
            "crm_orders_by_mail"
        ) and super()._crm_orders_is_for_customer(message)

    def _crm_orders_reply_by_mail(self, **vals):
        lead = self.with_context(crm_orders_by_mail=True)
        return super(CrmLead, lead)._crm_orders_reply_by_mail(**vals)

    @api.depends("crm_orders_conversation_ids.last_in_date")
    def _compute_crm_orders_can_reply(self):
        result = super()._compute_crm_orders_can_reply()
        for lead in self:
            if lead._crm_orders_get_open_conversation():
                lead.crm_orders_can_reply = True
        return result

    def _crm_orders_get_open_conversation(self):
        """The conversation in which the customer can be answered now, if any."""
        self.ensure_one()
        # Everybody who may write on the lead may answer its customer.
        conversation = self.sudo().crm_orders_conversation_id
        return conversation.filtered(lambda one: not one.is_closed)

    def _crm_orders_reply_by_messenger(self, **vals):
        """Answer where the customer wrote."""
        self.ensure_one()
        if not self._crm_orders_get_open_conversation():
            raise UserError(self.env._("It is too late to answer there."))
        return self.message_post(
            message_type="comment", subtype_xmlid="mail.mt_comment", **vals
        )
