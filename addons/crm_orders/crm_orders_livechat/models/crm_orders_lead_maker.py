from odoo import api, models


class CrmOrdersLeadMaker(models.AbstractModel):
    """The conversation of a chat is the text of its lead."""

    _inherit = "crm_orders.lead.maker"

    @api.model
    def _is_contact_unread(self, inquiry):
        # Whoever chats need not say who they are.
        return not inquiry.content.get("chat") and super()._is_contact_unread(inquiry)

    @api.model
    def _get_description(self, inquiry, extra):
        chat = inquiry.content.get("chat")
        return chat or super()._get_description(inquiry, extra)
