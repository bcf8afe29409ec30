from datetime import timedelta
from smtplib import SMTPException

from odoo import api, fields, models
from odoo.tools import SQL, plaintext2html

from ..tools import quiet_hours

# 1, 3, 9 ... minutes apart: a provider may be away for a day and a half.
MAX_ATTEMPTS = 9
REMIND_BATCH = 1000
# Columns of a message that was not needed and now is.
REVIVED = (
    "rule_id",
    "state",
    "state_date",
    "attempts",
    "next_attempt",
    "error",
    "write_uid",
    "write_date",
)


class Undelivered(Exception):
    """A message did not go out, as far as is known.

    :param final: trying again would be in vain
    :param uncertain: it may have gone out all the same
    """

    def __init__(self, text, final=False, uncertain=False):
        super().__init__(text)
        self.final = final
        self.uncertain = uncertain


class CrmOrdersOrderNotice(models.Model):
    """Something that a customer is told about an order, once."""

    _name = "crm_orders.order.notice"
    _inherit = "crm_orders.sending"
    _description = "Message to a Customer About an Order"
    _order = "id desc"
    _rec_name = "order_id"

    _queue_cron = "crm_orders_notify.ir_cron_send"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id", store=True)
    stage_id = fields.Many2one(
        "crm_orders.stage", required=True, readonly=True, index=True, ondelete="cascade"
    )
    rule_id = fields.Many2one(
        "crm_orders.order.notice.rule",
        "By the Rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    event = fields.Selection(
        [
            ("entered", "Stage"),
            ("delayed", "Delay"),
            ("reminder", "Reminder"),
        ],
        "About",
        required=True,
        readonly=True,
    )
    occasion = fields.Integer(
        readonly=True,
        help="Tells apart what may come more than once: the days of a reminder, the day "
        "that an order is put off to.",
    )
    channel = fields.Selection(
        [("mail", "Mail"), ("sms", "SMS")], required=True, readonly=True
    )
    recipient = fields.Char("To", readonly=True)
    text = fields.Text(readonly=True)
    note_id = fields.Many2one(
        "mail.message", "Noted As", readonly=True, ondelete="set null"
    )

    _once_uniq = models.UniqueIndex(
        "(order_id, stage_id, event, occasion, channel)",
        "A customer is told once, by each channel, that an order is in a stage.",
    )
    _due_idx = models.Index("(next_attempt, id) WHERE state IN ('waiting', 'sending')")
    _failed_idx = models.Index("(company_id) WHERE state IN ('failed', 'unknown')")

    def _get_subjects(self):
        return self.order_id

    # --- into the queue ---

    @api.model
    def _queue_for(self, orders, event, rules=None):
        """Queue what customers are to be told; what they have been told is left out.

        What was not needed, as an order had left its stage again in time, is needed now
        that it is back.

        :param orders: orders of any stages
        :param rules: of those stages, if only some are meant
        """
        vals_list = []
        for stage, group in orders.sudo().grouped("crm_orders_stage_id").items():
            wanted = stage.notice_rule_ids if rules is None else rules
            for rule in wanted.filtered(lambda one: one.event == event):
                vals_list += [
                    self._prepare_vals(order, rule, channel)
                    for order in group
                    if (channel := order._get_crm_orders_notice_channel(rule.channel))
                ]
        if vals_list:
            self._queue_rows(vals_list)

    @api.model
    def _queue_rows(self, vals_list):
        names = list(vals_list[0])
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_orders_order_notice (%s) VALUES %s
                ON CONFLICT (order_id, stage_id, event, occasion, channel)
                DO UPDATE SET %s
                        WHERE crm_orders_order_notice.state = 'cancelled'
                          AND crm_orders_order_notice.error IS NOT NULL
                RETURNING id, next_attempt
                """,
                SQL(", ").join(map(SQL.identifier, names)),
                SQL(", ").join(
                    SQL("(%s)", SQL(", ").join(SQL("%s", vals[n]) for n in names))
                    for vals in vals_list
                ),
                SQL(", ").join(
                    SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name))
                    for name in REVIVED
                ),
            )
        )
        self.browse(row[0] for row in rows).invalidate_recordset()
        for moment in {row[1] for row in rows}:
            self.sudo()._wake_up(moment)

    @api.model
    def _prepare_vals(self, order, rule, channel):
        """Column values of a message that waits; other modules extend the dict."""
        now = fields.Datetime.now()
        company = order.company_id
        moment = now
        if rule.event == "entered":
            moment += timedelta(minutes=company.crm_orders_notice_delay)
        return {
            "order_id": order.id,
            "company_id": company.id,
            "partner_id": order.partner_id.id,
            "stage_id": rule.stage_id.id,
            "rule_id": rule.id,
            "event": rule.event,
            "occasion": self._get_occasion(order, rule),
            "channel": channel,
            "state": "waiting",
            "state_date": now,
            "attempts": 0,
            "next_attempt": self._get_allowed(moment, order),
            "error": None,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }

    @api.model
    def _get_occasion(self, order, rule):
        """What tells this apart from what the customer was told before, in this stage."""
        if rule.event == "reminder":
            return rule.days
        if rule.event == "delayed" and order.commitment_date:
            return order.commitment_date.toordinal()
        return 0

    @api.model
    def _get_allowed(self, moment, order):
        """The first moment from this one on at which the customer may be written to."""
        partner, company = order.partner_id, order.company_id
        zone = partner.tz or order._get_crm_orders_tracking_tz()

        def allowed(moment):
            return quiet_hours.next_allowed(
                moment,
                zone,
                company.crm_orders_quiet_from,
                company.crm_orders_quiet_to,
            )

        moment = allowed(moment)
        start, end = partner.crm_orders_preferred_from, partner.crm_orders_preferred_to
        if start == end:
            return moment
        # Outside the time that the customer likes it is quiet, too.
        liked = quiet_hours.next_allowed(moment, zone, end % 24, start)
        # Who likes to be written to at night only is written to when the shop does.
        return liked if allowed(liked) == liked else moment

    # --- out of the queue ---

    @api.model
    def _cron_send(self):
        """Send what is due, one by one, each marked before and after for good."""
        cron = self.env["ir.cron"]
        self._give_up_stale()
        cron._commit_progress(remaining=1)
        while notice := self._claim():
            # From here on it is known that this was tried, whatever happens.
            cron._commit_progress(remaining=1)
            notice._send()
            if not cron._commit_progress(1, remaining=1):
                self._wake_up()
                return
        cron._commit_progress(remaining=0)
        self._wake_up_for_next()

    def _send(self):
        """Send one message, unless it is not needed any more."""
        self.ensure_one()
        order = self.order_id
        lang = order._get_lang()
        if reason := self._get_reason_against():
            self._set_state("cancelled", reason)
            return
        allowed = self._get_allowed(fields.Datetime.now(), order)
        if allowed > fields.Datetime.now():
            # It came into the quiet hours, say because the provider was away.
            self.attempts -= 1
            self.next_attempt = allowed
            self._set_state("waiting")
            return
        subject, self.text = self.rule_id._get_texts(order)
        send = getattr(self.with_context(lang=lang), f"_send_{self.channel}")
        try:
            self.recipient = send(subject, self.text)
        except Undelivered as error:
            self._note_failure(error)
        else:
            self._note_sent()

    def _note_sent(self):
        self.ensure_one()
        self._set_state("sent")
        self.note_id = self.order_id.message_post(
            body=self.env._(
                "Told %(recipient)s: %(text)s",
                recipient=self.recipient,
                text=self.text,
            ),
            subtype_xmlid="mail.mt_note",
        )

    def _note_failure(self, error):
        """Try again later, or another way, or let people know."""
        self.ensure_one()
        if error.uncertain:
            self._set_state("unknown", str(error))
            return
        if not error.final and self.attempts < MAX_ATTEMPTS:
            self._set_state("waiting", str(error))
            return
        self._set_state("failed", str(error))
        if not self._queue_other_way():
            self._tell_of_failure(str(error))

    def _queue_other_way(self):
        """Queue it for the next best channel; whether there is one."""
        self.ensure_one()
        order = self.order_id
        if self.rule_id.channel != "best":
            return False
        tried = order.crm_orders_notice_ids.filtered(
            lambda one: (
                (one.stage_id, one.event, one.occasion)
                == (self.stage_id, self.event, self.occasion)
            )
        ).mapped("channel")
        channels = order._get_crm_orders_notice_channels()
        others = [channel for channel in channels if channel not in tried]
        if not others:
            return False
        vals = self._prepare_vals(order, self.rule_id, others[0])
        self._queue_rows([{**vals, "occasion": self.occasion}])
        return True

    def _get_reason_against(self):
        """Why the customer need not, or must not, be told any more; else nothing."""
        self.ensure_one()
        order = self.order_id
        if not self.rule_id.active:
            return self.env._("The rule is gone.")
        if order._is_crm_orders_quiet():
            return self.env._("The customer wants no messages.")
        if order.crm_orders_stage_id != self.stage_id:
            return self.env._("The order has moved on.")
        if self.event == "delayed" and self.occasion != self._get_occasion(
            order, self.rule_id
        ):
            return self.env._("It was put off to another day again.")
        return False

    def _send_mail(self, subject, text):
        """Send a mail and return its address."""
        order = self.order_id
        address = order.partner_id.email_normalized
        if not address:
            raise Undelivered(
                self.env._("The customer has no mail address."), final=True
            )
        mail = self.env["mail.mail"].create(self._prepare_mail_vals(subject, text))
        try:
            mail.send()
        except (SMTPException, OSError) as error:
            # It broke while the server was being told, however far that was.
            raise Undelivered(str(error), uncertain=True) from None
        if mail.state == "sent":
            return address
        reason = mail.failure_reason or self.env._("The mail was not sent.")
        final = mail.failure_type in ("mail_email_invalid", "mail_email_missing")
        mail.unlink()
        raise Undelivered(reason, final=final)

    def _prepare_mail_vals(self, subject, text):
        order = self.order_id
        sender = order.company_id.email_formatted or order.user_id.email_formatted
        return {
            "subject": subject,
            "body_html": plaintext2html(text),
            "email_to": order.partner_id.email_formatted,
            "email_from": sender or self.env.user.email_formatted,
            "reply_to": order.user_id.email_formatted or sender,
            "model": order._name,
            "res_id": order.id,
            "is_notification": False,
            "message_type": "auto_comment",
            "auto_delete": False,
            "headers": {"Auto-Submitted": "auto-generated"},
        }

    def _send_sms(self, _subject, text):
        """Send a text message and return its number."""
        partner = self.order_id.partner_id
        number = partner._phone_format(fname="phone")
        if not number:
            raise Undelivered(
                self.env._("The customer has no phone number that can be called."),
                final=True,
            )
        sms = self.env["sms.sms"].create(
            {"number": number, "body": text, "partner_id": partner.id}
        )
        sms.send(unlink_sent=False)
        if sms.state in ("process", "pending", "sent"):
            return number
        labels = dict(sms._fields["failure_type"]._description_selection(self.env))
        reason = labels.get(sms.failure_type) or self.env._("The SMS was not sent.")
        final = sms.failure_type not in ("sms_server", "unknown", False)
        sms.unlink()
        raise Undelivered(reason, final=final)

    def _tell_of_failure(self, error):
        """Let whoever looks after the order know that the customer was not told."""
        self.ensure_one()
        order = self.order_id
        user = order.crm_orders_user_id or order.user_id
        order.message_post(
            body=self.env._(
                "The customer could not be told that the order is in %(stage)s: %(error)s",
                stage=self.stage_id.name,
                error=error,
            ),
            subtype_xmlid="mail.mt_note",
            partner_ids=user.partner_id.ids,
        )

    # --- by the clock ---

    @api.model
    def _cron_remind(self):
        """Queue reminders about orders that have been in their stage for long."""
        now = fields.Datetime.now()
        for rule in self.env["crm_orders.order.notice.rule"].search(
            [("event", "=", "reminder")]
        ):
            known = self._search(
                [
                    ("stage_id", "=", rule.stage_id.id),
                    ("event", "=", "reminder"),
                    ("occasion", "=", rule.days),
                ]
            )
            orders = self.env["sale.order"].search(
                [
                    ("crm_orders_stage_id", "=", rule.stage_id.id),
                    ("date_last_stage_update", "<", now - timedelta(days=rule.days)),
                    ("crm_orders_notice_ids", "not in", known),
                ],
                limit=REMIND_BATCH,
            )
            self._queue_for(orders, "reminder", rule)
