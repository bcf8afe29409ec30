from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmLead(models.Model):
    """What is written to the customer of a lead goes out where the customer wrote."""

    _inherit = "crm.lead"

    crm_orders_conversation_ids = fields.One2many(
        "crm_orders.conversation",
        "lead_id",
        "Conversations",
        groups="crm_orders_base.group_user",
    )
    crm_orders_conversation_id = fields.Many2one(
        "crm_orders.conversation",
        "Messages Go To",
        compute="_compute_crm_orders_conversation_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        domain="[('lead_id', '=', id)]",
        groups="crm_orders_base.group_user",
        help="What you write with “Send message” goes to the customer on this channel. "
        "Empty it to write to your colleagues only, or by e-mail.",
    )
    crm_orders_reply_until = fields.Datetime(
        related="crm_orders_conversation_id.reply_until",
        groups="crm_orders_base.group_user",
    )
    crm_orders_reply_closed = fields.Boolean(
        related="crm_orders_conversation_id.is_closed",
        groups="crm_orders_base.group_user",
    )

    @api.depends("crm_orders_conversation_ids.last_in_date")
    def _compute_crm_orders_conversation_id(self):
        for lead in self:
            latest = lead.crm_orders_conversation_ids.sorted(
                lambda one: (one.last_in_date or one.create_date, one.id)
            )[-1:]
            lead.crm_orders_conversation_id = latest

    @api.constrains("crm_orders_conversation_id")
    def _check_crm_orders_conversation_id(self):
        for lead in self:
            conversation = lead.crm_orders_conversation_id
            if conversation and conversation.lead_id != lead:
                raise ValidationError(
                    self.env._("Choose a conversation with the customer of this lead.")
                )

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        # Everybody who may write on the lead may answer its customer.
        conversation = self.sudo().crm_orders_conversation_id
        if conversation and self._crm_orders_is_for_customer(message):
            self.env["crm_orders.outgoing"]._queue(conversation, message.sudo())
        return result

    def _crm_orders_is_for_customer(self, message):
        """Whether an employee wrote this for the customer: no note, no automatic mail."""
        return (
            message.message_type == "comment"
            and message.subtype_id == self.env.ref("mail.mt_comment")
            and not self.env.context.get("crm_orders_incoming")
            and self.env.user._is_internal()
            and message.author_id == self.env.user.partner_id
        )

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # Conversations are nobody's to write on, and they go on on the lead that stays.
        opportunities.sudo().crm_orders_conversation_ids.lead_id = self
        opportunities.env["crm_orders.outgoing"].sudo().search(
            [("lead_id", "in", opportunities.ids)]
        ).lead_id = self
        return result
