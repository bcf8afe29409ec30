from odoo import api, models
from odoo.fields import Domain


class CrmOrdersErasure(models.AbstractModel):
    """Finds chats: those that leads were made of, and those that were noted here."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {**super()._get_kinds(), "chats": self.env._("Live chats")}

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        events = found["events"] | found["shared_events"]
        chats = self.env["discuss.channel"].sudo()
        numbers = [
            int(event.external_id.removeprefix("chat:"))
            for event in events
            if event.source_id.kind == "livechat" and event.external_id
        ]
        chats = chats.browse(numbers).exists() | scope.leads.origin_channel_id
        chats |= self._find_noted_chats(scope)
        messages = self._find_messages("discuss.channel", chats)
        found["chats"] = chats.filtered(
            lambda chat: (
                chat.livechat_note or chat in chats.browse(messages.mapped("res_id"))
            )
        )
        found["messages"] |= messages
        return found

    @api.model
    def _find_noted_chats(self, scope):
        """Chats of customers who were logged in that were noted but made no lead."""
        chats = self.env["discuss.channel"].sudo()
        theirs = chats.search(
            [
                ("channel_type", "=", "livechat"),
                ("livechat_customer_partner_ids", "in", scope.partners.ids),
            ]
        )
        noted = (
            self.env["crm_orders.event"]
            .sudo()
            .search(
                Domain("source_id.kind", "=", "livechat")
                & Domain("source_id.company_id", "in", scope.companies.ids)
                & Domain("external_id", "in", [f"chat:{chat.id}" for chat in theirs])
            )
        )
        ids = {event.external_id for event in noted}
        return theirs.filtered(lambda chat: f"chat:{chat.id}" in ids)

    @api.model
    def _erase_found(self, scope, found):
        chats = found["chats"]
        chats.livechat_note = False
        # What bots were answered is kept beside the messages as well.
        self.env["chatbot.message"].sudo().search(
            [("discuss_channel_id", "in", chats.ids)]
        ).user_raw_answer = False
        chats.rating_ids.feedback = False
        return super()._erase_found(scope, found)
