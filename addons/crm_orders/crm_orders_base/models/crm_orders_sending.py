from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

# Nothing takes this long to send; whoever began it is no more.
STALE_MINUTES = 10
STATES = [
    ("waiting", "Waiting"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("failed", "Not sent"),
    ("unknown", "Perhaps sent"),
    ("cancelled", "Cancelled"),
]


class CrmOrdersSending(models.AbstractModel):
    """Messages that go out of a queue, none of them twice.

    Each is marked as being sent, for good, before anybody outside hears of it. If the
    process dies in between, nobody knows whether it went out, so it is not sent again by
    itself: people are asked.
    """

    _name = "crm_orders.sending"
    _inherit = "crm_orders.queue"
    _description = "Messages That Go Out"

    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="waiting",
        help="Perhaps sent: the connection broke while the message was under way. It is "
        "not sent again by itself, so that the customer does not get it twice.",
    )
    state_date = fields.Datetime("Since", readonly=True, default=fields.Datetime.now)

    # --- by people ---

    def action_send_again(self):
        """Send messages that failed, or perhaps did not arrive, once more."""
        found = self._get_writable(("failed", "unknown"))
        found.write({"attempts": 0, "next_attempt": fields.Datetime.now()})
        found._set_state("waiting")
        self._wake_up()
        return True

    def action_cancel(self):
        """Leave messages unsent that have not gone out."""
        self._get_writable(("waiting", "failed", "unknown"))._set_state("cancelled")
        return True

    def _get_writable(self, states):
        """These messages, for people who may work on what they are about."""
        if not self.env.user.has_group("crm_orders_base.group_user"):
            raise AccessError(self.env._("Only sellers may decide on messages."))
        self.check_access("read")
        self._get_subjects().check_access("write")
        found = self.filtered(lambda one: one.state in states)
        if not found:
            raise UserError(self.env._("There is nothing to decide on this message."))
        # People decide in these two ways and no other, so they have no right to write.
        return found.sudo()

    def _get_subjects(self):
        """What the messages are about: leads, orders."""
        raise NotImplementedError

    # --- by the job ---

    @api.model
    def _claim(self, limit=1):
        claimed = super()._claim(limit)
        claimed.write({"state": "sending", "state_date": fields.Datetime.now()})
        return claimed

    @api.model
    def _give_up_stale(self):
        for lang, messages in self._get_stale().grouped(self._get_own_lang).items():
            here = messages.with_context(lang=lang)
            here._set_state("unknown", here._get_unknown_text())

    @api.model
    def _get_stale(self):
        """Messages that whoever began to send them has left behind."""
        long_ago = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=STALE_MINUTES
        )
        return self.search(
            Domain("state", "=", "sending") & Domain("state_date", "<", long_ago)
        )

    @api.model
    def _get_own_lang(self, message):
        """The language of the people who read what became of a message."""
        return message.env.lang

    @api.model
    def _get_unknown_text(self):
        return self.env._(
            "The connection broke while the message was under way. Ask the customer, or"
            " send it again."
        )

    def _set_state(self, state, error=False):
        self.write(
            {"state": state, "error": error, "state_date": fields.Datetime.now()}
        )
