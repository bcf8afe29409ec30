from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

from odoo.addons.crm_orders_inbound.models.crm_orders_lead_maker import Inquiry

QUIET_MINUTES = 2
MAX_DAYS = 7
MAX_SUBJECT = 80


class DiscussChannel(models.Model):
    """Chats that nobody answered are noted, once each, to become leads."""

    _inherit = "discuss.channel"

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        minutes = self.env["im_livechat.channel"]._get_crm_orders_minutes()
        if minutes and self.channel_type == "livechat":
            # The visitor may not see any of this.
            chat = self.sudo()
            if chat._crm_orders_is_waiting():
                chat._crm_orders_look_later(
                    minutes.get(chat.livechat_channel_id.id), message
                )
        return result

    def _close_livechat_session(self, **kwargs):
        result = super()._close_livechat_session(**kwargs)
        minutes = self.env["im_livechat.channel"]._get_crm_orders_minutes()
        if self.sudo().livechat_channel_id.id in minutes:
            self._crm_orders_look_at(fields.Datetime.now())
        return result

    def _crm_orders_is_waiting(self):
        """Whether a visitor may be waiting for a person.

        One who talks to a chatbot waits once they asked for somebody; until then they
        are served. Where a bot noted how to reach them, it is looked at as well.
        """
        self.ensure_one()
        return not self.has_crm_lead and (
            self.livechat_failure in ("no_answer", "no_agent")
            or not self.livechat_agent_partner_ids
        )

    def _crm_orders_look_later(self, minutes, message):
        """Wake the job at the time when this chat will be found unanswered."""
        if not minutes or message not in self._crm_orders_get_messages():
            return
        self._crm_orders_look_at(
            fields.Datetime.add(message.date, minutes=min(minutes, QUIET_MINUTES))
        )
        if minutes > QUIET_MINUTES:
            self._crm_orders_look_at(fields.Datetime.add(message.date, minutes=minutes))

    @api.model
    def _crm_orders_look_at(self, moment):
        cron = self.env.ref(
            "crm_orders_livechat.ir_cron_find_unanswered", raise_if_not_found=False
        )
        if cron:
            # A moment later, as the time of a message has fractions.
            cron.sudo()._trigger(fields.Datetime.add(moment, seconds=1))

    @api.model
    def _cron_crm_orders_find_unanswered(self):
        """Note the chats that nobody answered in time.

        Noting one twice is harmless, as its number is the id of the request.
        """
        events = self.env["crm_orders.event"]
        sources = self.env["crm_orders.source"].search([("kind", "=", "livechat")])
        by_channel = {source.livechat_channel_id: source for source in sources}
        for channel, source in by_channel.items():
            if not (channel.crm_orders_unanswered_minutes and channel.crm_orders_since):
                continue
            for chat in self._crm_orders_get_candidates(channel, source):
                if chat._crm_orders_is_unanswered():
                    events._note_own(source, f"chat:{chat.id}", {"chat": chat.id})

    @api.model
    def _crm_orders_get_candidates(self, channel, source):
        """Chats of this channel that may be unanswered and are not noted yet."""
        chats = self.search(self._get_crm_orders_waiting_domain(channel), order="id")
        noted = set(
            self.env["crm_orders.event"]
            .search(
                [
                    ("source_id", "=", source.id),
                    ("external_id", "in", [f"chat:{chat.id}" for chat in chats]),
                ]
            )
            .mapped("external_id")
        )
        return chats.filtered(lambda chat: f"chat:{chat.id}" not in noted)

    @api.model
    def _get_crm_orders_waiting_domain(self, channel):
        since = max(
            channel.crm_orders_since,
            fields.Datetime.subtract(fields.Datetime.now(), days=MAX_DAYS),
        )
        waiting = Domain("livechat_failure", "in", ("no_answer", "no_agent"))
        return (
            Domain("channel_type", "=", "livechat")
            & Domain("livechat_channel_id", "=", channel.id)
            & Domain("create_date", ">=", since)
            & Domain("has_crm_lead", "=", False)
            & (waiting | Domain("livechat_agent_partner_ids", "=", False))
        )

    def _crm_orders_get_messages(self):
        """What the visitor wrote, from first to last."""
        self.ensure_one()
        visitors = self.livechat_customer_history_ids
        return self.message_ids.filtered(
            lambda message: (
                message.message_type == "comment"
                and (
                    message.author_guest_id in visitors.guest_id
                    if message.author_guest_id
                    else message.author_id in visitors.partner_id
                )
            )
        ).sorted("id")

    def _crm_orders_is_unanswered(self):
        """Whether the visitor wrote, and nobody did in time."""
        self.ensure_one()
        messages = self._crm_orders_get_messages()
        if not messages or not self._crm_orders_is_waiting():
            return False
        if self.livechat_failure not in ("no_answer", "no_agent") and not any(
            self._crm_orders_get_contact()
        ):
            return False
        if self.livechat_end_dt:
            return True
        channel = self.livechat_channel_id
        now = fields.Datetime.now()
        minutes = channel.crm_orders_unanswered_minutes
        if messages[0].date <= fields.Datetime.subtract(now, minutes=minutes):
            # A visitor who is still talking to a bot is let finish.
            if self.livechat_failure == "no_answer":
                return True
        elif channel._crm_orders_is_open(messages[0].date) and (
            self.livechat_failure == "no_answer"
        ):
            return False
        return messages[-1].date <= fields.Datetime.subtract(now, minutes=QUIET_MINUTES)

    def _crm_orders_get_contact(self):
        """`(email, phone)` of the visitor, as far as the chat tells."""
        self.ensure_one()
        source = self.livechat_channel_id.crm_orders_source_id
        return self.env["crm_orders.event"]._get_chat_contact(
            source.company_id or self.env.company,
            self._crm_orders_get_customer(),
            [
                html2plaintext(message.body, include_references=False)
                for message in self._crm_orders_get_messages()
            ],
        )

    def _crm_orders_get_customer(self):
        """The visitor, when they were logged in."""
        partners = self.livechat_customer_partner_ids
        return partners.filtered(lambda partner: not partner.is_public)[:1]

    def _crm_orders_get_inquiry(self):
        """What the visitor wants, as the maker of leads takes it."""
        self.ensure_one()
        email, phone = self._crm_orders_get_contact()
        customer = self._crm_orders_get_customer()
        first = html2plaintext(
            self._crm_orders_get_messages()[:1].body or "", include_references=False
        )
        content = {
            "chat": self._get_channel_history(),
            "subject": self._crm_orders_get_subject(first),
            "name": customer.name,
            "email": email,
            "phone": phone,
            "lang": self.livechat_lang_id.code,
            "country": self.country_id.code,
        }
        return Inquiry({name: value for name, value in content.items() if value})

    @api.model
    def _crm_orders_get_subject(self, text):
        line = " ".join(text.split())
        if len(line) <= MAX_SUBJECT:
            return line
        return line[:MAX_SUBJECT].rpartition(" ")[0] + "\N{HORIZONTAL ELLIPSIS}"
