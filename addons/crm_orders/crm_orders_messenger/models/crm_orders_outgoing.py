import logging

from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

from odoo.addons.crm_orders_inbound.tools import channel

_logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 6
# What only providers can tell.
TOLD = [("delivered", "Delivered"), ("read", "Read")]
# What Odoo calls these states.
STATUS = {
    "waiting": "ready",
    "sending": "process",
    "sent": "pending",
    "delivered": "sent",
    "read": "sent",
    "failed": "exception",
    "unknown": "exception",
    "cancelled": "canceled",
}
# The one that needs people most stands for all parts of a long message.
URGENCY = (
    "unknown",
    "failed",
    "waiting",
    "sending",
    "sent",
    "delivered",
    "read",
    "cancelled",
)
# Later ones know more; nothing goes back.
ORDER = ("waiting", "sending", "unknown", "failed", "sent", "delivered", "read")


class CrmOrdersOutgoing(models.Model):
    """A text or a file on its way to a customer."""

    _name = "crm_orders.outgoing"
    _inherit = "crm_orders.sending"
    _description = "Message to a Customer"
    _order = "id desc"
    _rec_name = "text"

    _queue_cron = "crm_orders_messenger.ir_cron_send"

    conversation_id = fields.Many2one(
        "crm_orders.conversation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    source_id = fields.Many2one(
        related="conversation_id.source_id", store=True, string="Channel"
    )
    company_id = fields.Many2one(related="source_id.company_id")
    lead_id = fields.Many2one(
        "crm.lead", readonly=True, index="btree_not_null", ondelete="set null"
    )
    message_id = fields.Many2one(
        "mail.message",
        "Written As",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    user_id = fields.Many2one("res.users", "Written By", readonly=True)
    text = fields.Text(readonly=True)
    attachment_id = fields.Many2one("ir.attachment", "File", readonly=True)
    reply_to = fields.Char(readonly=True)
    state = fields.Selection(
        selection_add=[("sent",), *TOLD, ("failed",)],
        ondelete=dict.fromkeys(dict(TOLD), "set default"),
    )
    external_id = fields.Char("Provider's Id", readonly=True)

    _external_id_idx = models.Index(
        "(source_id, external_id) WHERE external_id IS NOT NULL"
    )
    _due_idx = models.Index("(next_attempt, id) WHERE state IN ('waiting', 'sending')")

    def _get_subjects(self):
        return self.lead_id

    # --- into the queue ---

    @api.model
    def _queue(self, conversation, message):
        """Queue what an employee wrote, to be sent when it is committed."""
        adapter = conversation.source_id._get_channel()
        text = html2plaintext(message.body or "").strip()
        pieces = adapter.pieces(text)
        conversation._note_last(text, message.date, is_ours=True)
        vals = {
            "conversation_id": conversation.id,
            "lead_id": conversation.lead_id.id,
            "message_id": message.id,
            "user_id": self.env.uid,
        }
        # A seller may write to customers; the queue itself is nobody's to write on.
        queued = self.sudo().create(
            [
                *({**vals, "text": piece} for piece in pieces),
                *(
                    {**vals, "attachment_id": attachment.id}
                    for attachment in message.attachment_ids
                ),
            ]
        )
        queued._show_states()
        self._wake_up()
        return queued

    # --- out of the queue ---

    @api.model
    def _cron_send(self):
        """Send what is due, one by one, each marked before and after for good."""
        cron = self.env["ir.cron"]
        self._give_up_stale()
        cron._commit_progress(remaining=1)
        while outgoing := self._claim():
            # From here on it is known that this was tried, whatever happens.
            cron._commit_progress(remaining=1)
            outgoing.with_context(lang=outgoing.source_id._get_lang())._send()
            time_left = cron._commit_progress(1, remaining=1)
            if outgoing.state == "sent":
                self.env["crm_orders.event"]._hurry_statuses(outgoing.source_id)
                cron._commit_progress(remaining=1)
            if not time_left:
                self._wake_up()
                return
        cron._commit_progress(remaining=0)
        self._wake_up_for_next()

    @api.model
    def _get_own_lang(self, message):
        return message.source_id._get_lang()

    @api.model
    def _get_queue_condition(self):
        # Messages of one conversation keep their order, so one that waits for its next
        # attempt holds up those behind it, and nothing else.
        return SQL(
            """
            NOT EXISTS (
                SELECT FROM crm_orders_outgoing earlier
                 WHERE earlier.conversation_id = queued.conversation_id
                   AND earlier.state IN ('waiting', 'sending')
                   AND earlier.id < queued.id
            )
            """
        )

    def _send(self):
        """Hand a claimed message to the provider and note what it said."""
        self.ensure_one()
        conversation = self.conversation_id
        try:
            if conversation.is_closed:
                raise channel.SendError(
                    self.env._(
                        "The provider lets a shop write only for %s hours after the "
                        "customer's last message. Call the customer instead.",
                        conversation.source_id._get_channel().reply_hours,
                    ),
                    final=True,
                )
            external_id = self._send_now(conversation)
        except channel.SendError as error:
            self._note_failure(error)
        except Exception as error:
            _logger.exception("Message %s could not be sent", self.id)
            self._set_state("unknown", f"{type(error).__name__}: {error}")
        else:
            self.external_id = external_id
            self._set_state("sent")

    def _send_now(self, conversation):
        source, thread = conversation.source_id, conversation.thread
        if not self.attachment_id:
            return source._drive(
                "send_text", thread, self.text, self.reply_to or "", self._get_key()
            )
        attachment = self.attachment_id
        file = channel.File(attachment.name, attachment.mimetype, attachment.raw or b"")
        return source._drive("send_file", thread, file, "", self._get_key())

    def _get_key(self):
        """The same for every attempt; some providers then deliver it once at most."""
        self.ensure_one()
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{database}-{self.id}"

    def _note_failure(self, error):
        if error.uncertain:
            self._set_state("unknown", self._get_unknown_text())
        elif error.final or self.attempts >= MAX_ATTEMPTS:
            self._set_state("failed", str(error))
        else:
            if error.retry_after:
                self.next_attempt = fields.Datetime.add(
                    fields.Datetime.now(),
                    seconds=min(int(error.retry_after) + 1, 24 * 3600),
                )
            self._set_state("waiting", str(error))

    def _set_state(self, state, error=False):
        result = super()._set_state(state, error)
        self._show_states()
        return result

    def _apply_status(self, status):
        """Take over what the provider says became of messages; never backwards."""
        for outgoing in self:
            if outgoing.state == "cancelled":
                continue
            # A failure counts as long as the customer has not got it all the same.
            if ORDER.index(status.state) > ORDER.index(outgoing.state) or (
                status.state == "failed" and outgoing.state == "sent"
            ):
                outgoing._set_state(status.state, status.error or False)

    def _show_states(self):
        """Keep the marks under the messages in the chatter in step."""
        messages = self.message_id
        if not messages:
            return
        rows = {}
        for outgoing in self.search([("message_id", "in", messages.ids)]):
            rows.setdefault(outgoing.message_id, self.browse())
            rows[outgoing.message_id] |= outgoing
        notifications = (
            self.env["mail.notification"]
            .sudo()
            .search(
                [
                    ("mail_message_id", "in", messages.ids),
                    ("notification_type", "=", "crm_orders"),
                ]
            )
            .grouped("mail_message_id")
        )
        for message, parts in rows.items():
            worst = min(parts, key=lambda one: URGENCY.index(one.state))
            vals = {
                "notification_status": STATUS[worst.state],
                "failure_type": "unknown" if worst.error else False,
                "failure_reason": worst.error,
                "crm_orders_state": worst.state,
                "crm_orders_channel": worst.source_id.name,
            }
            if message in notifications:
                notifications[message].write(vals)
            else:
                self.env["mail.notification"].sudo().create(
                    {
                        **vals,
                        "mail_message_id": message.id,
                        "notification_type": "crm_orders",
                        "author_id": message.author_id.id,
                    }
                )
        messages._notify_message_notification_update()
