import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, html2plaintext

from odoo.addons.crm_orders_inbound.tools import channel

_logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 6
# Minutes until the next attempt are 3 to the power of the attempts made before.
BACK_OFF_BASE = 3
# Nothing takes this long to send; whoever began it is no more.
STALE_MINUTES = 10
STATES = [
    ("waiting", "Waiting"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("read", "Read"),
    ("failed", "Not sent"),
    ("unknown", "Perhaps sent"),
    ("cancelled", "Cancelled"),
]
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
    """A text or a file on its way to a customer.

    It is marked as being sent, for good, before the provider hears of it. If the
    process dies in between, nobody knows whether the customer got it, so it is not sent
    again by itself: people are asked.
    """

    _name = "crm_orders.outgoing"
    _description = "Message to a Customer"
    _order = "id desc"
    _rec_name = "text"

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
        STATES,
        required=True,
        readonly=True,
        default="waiting",
        help="Perhaps sent: the connection broke while the message was under way. It is "
        "not sent again by itself, so that the customer does not get it twice.",
    )
    external_id = fields.Char("Provider's Id", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True, default=fields.Datetime.now)
    error = fields.Text("What Went Wrong", readonly=True)
    state_date = fields.Datetime("Since", readonly=True, default=fields.Datetime.now)

    _external_id_idx = models.Index(
        "(source_id, external_id) WHERE external_id IS NOT NULL"
    )
    _due_idx = models.Index("(next_attempt, id) WHERE state IN ('waiting', 'sending')")

    # --- by people ---

    def action_resend(self):
        """Send messages that failed, or perhaps did not arrive, once more."""
        self._get_writable(("failed", "unknown")).write(
            {
                "state": "waiting",
                "attempts": 0,
                "error": False,
                "next_attempt": fields.Datetime.now(),
            }
        )
        self._show_states()
        self._wake_up()
        return True

    def action_cancel(self):
        """Leave messages unsent that have not gone out."""
        self._get_writable(("waiting", "failed", "unknown"))._set_state("cancelled")
        return True

    def _get_writable(self, states):
        """These messages, for people who may work on their leads; others hear why not."""
        if not self.env.user.has_group("crm_orders_base.group_user"):
            raise AccessError(self.env._("Only sellers may decide on messages."))
        self.check_access("read")
        self.lead_id.check_access("write")
        found = self.filtered(lambda one: one.state in states)
        if not found:
            raise UserError(self.env._("There is nothing to decide on this message."))
        # People decide in these two ways and no other, so they have no right to write.
        return found.sudo()

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

    @api.model
    def _wake_up(self, at=None):
        cron = self.env.ref(
            "crm_orders_messenger.ir_cron_send", raise_if_not_found=False
        )
        if cron:
            cron.sudo()._trigger(at)

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
                break
        else:
            cron._commit_progress(remaining=0)

    @api.model
    def _give_up_stale(self):
        stale = self.search(
            [
                ("state", "=", "sending"),
                (
                    "state_date",
                    "<",
                    fields.Datetime.subtract(
                        fields.Datetime.now(), minutes=STALE_MINUTES
                    ),
                ),
            ]
        )
        for source, messages in stale.grouped("source_id").items():
            here = messages.with_context(lang=source._get_lang())
            here._set_state("unknown", here._get_unknown_text())

    @api.model
    def _get_unknown_text(self):
        return self.env._(
            "The connection broke while the message was under way. Ask the customer, or "
            "send it again."
        )

    @api.model
    def _claim(self):
        """Mark the next message that is due as being sent, and return it.

        Messages of one conversation keep their order, so one that waits for its next
        attempt holds up those behind it, and nothing else.
        """
        self.flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_outgoing
                   SET state = 'sending', state_date = %(now)s,
                       attempts = COALESCE(attempts, 0) + 1
                 WHERE id IN (
                     SELECT id FROM crm_orders_outgoing queued
                      WHERE state = 'waiting' AND next_attempt <= %(now)s
                        AND NOT EXISTS (
                            SELECT FROM crm_orders_outgoing earlier
                             WHERE earlier.conversation_id = queued.conversation_id
                               AND earlier.state IN ('waiting', 'sending')
                               AND earlier.id < queued.id
                        )
                      ORDER BY next_attempt, id
                      LIMIT 1
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                now=now,
            )
        )
        claimed = self.browse(row[0] for row in rows)
        claimed.invalidate_recordset()
        return claimed

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
            wait = error.retry_after or 60 * BACK_OFF_BASE ** (self.attempts - 1)
            self.next_attempt = fields.Datetime.add(
                fields.Datetime.now(), seconds=min(int(wait) + 1, 24 * 3600)
            )
            self._set_state("waiting", str(error))
            self._wake_up(self.next_attempt)

    def _set_state(self, state, error=False):
        self.write(
            {"state": state, "error": error, "state_date": fields.Datetime.now()}
        )
        self._show_states()

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
