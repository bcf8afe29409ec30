from odoo import api, models
from odoo.tools import email_normalize

from ..tools import chat, chat_channel


class CrmOrdersEvent(models.Model):
    """Chats that nobody answered become leads."""

    _inherit = "crm_orders.event"

    @api.model
    def _get_handlers(self):
        return {**super()._get_handlers(), chat_channel.Chat: "_handle_chats"}

    @api.model
    def _handle_chats(self, source, meanings):
        chats = self.env["discuss.channel"].browse(
            [meaning.chat_id for meaning in meanings.values()]
        )
        existing = chats.exists()
        waiting = []
        for event, found in zip(meanings, chats, strict=True):
            if found not in existing:
                reason = self.env._("The chat has been deleted.")
            elif found.has_crm_lead:
                reason = self.env._("A lead was made of this chat already.")
            elif not found._crm_orders_is_waiting():
                reason = self.env._("The chat was answered in the meantime.")
            else:
                waiting.append((event, found))
                continue
            event._finish("ignored", reason=reason)
        inquiries = [found._crm_orders_get_inquiry() for _event, found in waiting]
        all_taken = self.env["crm_orders.lead.maker"]._take_in(source, inquiries)
        for (event, found), taken in zip(waiting, all_taken, strict=True):
            if taken.joined:
                guest = found.livechat_customer_guest_ids[:1]
                taken.lead._crm_orders_post_from_customer(
                    found._get_channel_history(),
                    taken.partner,
                    guest.name,
                    guest=guest,
                )
            elif found._crm_orders_get_customer() and not taken.lead.partner_id:
                taken.lead.with_context(
                    crm_orders_keep_customer=True
                ).partner_id = found._crm_orders_get_customer()
            if not taken.lead.origin_channel_id:
                taken.lead.origin_channel_id = found
            event._finish("done", lead_id=taken.lead.id)

    @api.model
    def _get_chat_contact(self, company, customer, texts):
        """`(email, phone)` of a visitor, from the chat and else from their card."""
        email = email_normalize(chat.find_email(texts)) or customer.email_normalized
        identities = self.env["crm_orders.identity"]
        phones = (
            number
            for number in chat.find_phones(texts)
            if identities._normalise_handles(
                [
                    {
                        "kind": "phone",
                        "scope": "",
                        "value": number,
                        "country": company.country_id.code,
                    }
                ],
                company,
            )
        )
        return email or "", next(phones, "") or customer.phone or ""
