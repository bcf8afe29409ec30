from odoo import api, fields, models


class CrmOrdersReply(models.TransientModel):
    """Who wrote in a messenger is answered there, unless the mail is chosen."""

    _inherit = "crm_orders.reply"

    has_choice = fields.Boolean(compute="_compute_has_choice")
    by_mail = fields.Boolean(
        "Send as e-mail instead",
        help="The customer has an e-mail address, too. Your answer goes there and not to "
        "the messenger.",
    )

    @api.depends("lead_id")
    def _compute_has_choice(self):
        for reply in self:
            lead = reply.lead_id
            reply.has_choice = bool(
                lead._crm_orders_get_open_conversation()
                and lead._crm_orders_get_mail_address()
            )

    @api.depends("by_mail")
    def _compute_way(self):
        return super()._compute_way()

    def _get_way(self):
        conversation = self._get_conversation()
        if not conversation:
            return super()._get_way()
        return self.env._(
            "Goes out by %(channel)s to %(person)s",
            channel=conversation.source_id.name,
            person=conversation.person or conversation.thread,
        )

    def _get_conversation(self):
        """Where the answer goes; empty when it is a mail."""
        self.ensure_one()
        conversation = self.lead_id._crm_orders_get_open_conversation()
        return conversation.browse() if self.by_mail else conversation

    def _send(self):
        if not self._get_conversation():
            return super()._send()
        return self.lead_id._crm_orders_reply_by_messenger(
            **self._prepare_message_vals()
        )
