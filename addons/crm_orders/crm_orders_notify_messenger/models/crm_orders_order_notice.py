from odoo import api, fields, models
from odoo.tools import plaintext2html

from odoo.addons.crm_orders_notify.models.crm_orders_order_notice import Undelivered

SENT = {"sent", "delivered", "read"}


class CrmOrdersOrderNotice(models.Model):
    """What goes by a messenger is sent, and its fate seen, as every answer there is."""

    _inherit = "crm_orders.order.notice"

    channel = fields.Selection(
        selection_add=[("messenger", "Messenger")], ondelete={"messenger": "cascade"}
    )
    outgoing_ids = fields.One2many(
        "crm_orders.outgoing", "notice_id", "Parts in the Messenger", readonly=True
    )

    @api.model
    def _get_stale(self):
        # The queue of the messenger knows by itself what was left behind.
        return super()._get_stale().filtered(lambda one: one.channel != "messenger")

    def _send_messenger(self, _subject, text):
        """Hand a text to the queue of the messenger; the customer's name there."""
        conversation = self.order_id._get_crm_orders_conversation()
        if not conversation:
            raise Undelivered(
                self.env._("The customer cannot be written to in a messenger now."),
                final=True,
            )
        lead = conversation.lead_id.with_context(mail_post_autofollow=False)
        # It is no answer of a person: nobody is relieved of answering by it.
        message = lead.message_post(
            body=plaintext2html(text),
            message_type="auto_comment",
            subtype_xmlid="mail.mt_note",
        )
        outgoing = self.env["crm_orders.outgoing"]._queue(conversation, message)
        outgoing.notice_id = self
        return conversation.display_name

    def _note_sent(self):
        if self.channel == "messenger" and not self._is_sent_in_messenger():
            return
        super()._note_sent()

    def _is_sent_in_messenger(self):
        # Sent again by hand, the parts of before no longer count.
        message = self.outgoing_ids.message_id.sorted("id")[-1:]
        parts = self.outgoing_ids.filtered(lambda one: one.message_id == message)
        return {one.state for one in parts} <= SENT

    def _follow_outgoing(self, outgoing):
        """Take over what became of a part of this message."""
        self.ensure_one()
        if self.state not in ("sending", "unknown", "failed"):
            return
        if outgoing.state in SENT and self._is_sent_in_messenger():
            self._note_sent()
        elif outgoing.state == "failed" and self.state == "sending":
            self._note_failure(Undelivered(outgoing.error, final=True))
        elif outgoing.state in ("unknown", "cancelled") and self.state == "sending":
            self._set_state(outgoing.state, outgoing.error)
