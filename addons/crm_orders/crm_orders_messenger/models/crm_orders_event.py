from datetime import UTC, datetime

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, plaintext2html

from odoo.addons.crm_orders_inbound.models.crm_orders_lead_maker import Inquiry
from odoo.addons.crm_orders_inbound.tools import channel
from odoo.addons.crm_orders_inbound.tools.lead_payload import clean

MAX_TEXT = 20000
MAX_NAME = 120
PATIENCE = 3


class CrmOrdersEvent(models.Model):
    """Messages and new contacts become leads, or go to the open lead of who wrote."""

    _inherit = "crm_orders.event"

    message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What was added to the lead.",
    )

    @api.model
    def _get_handlers(self):
        return {
            channel.Contact: "_handle_contacts",
            channel.Message: "_handle_messages",
            **super()._get_handlers(),
            channel.Status: "_handle_statuses",
        }

    @api.model
    def _handle_messages(self, source, meanings):
        """Add messages to leads, in the order they were written."""
        events = sorted(
            meanings, key=lambda event: (meanings[event].occurred or 0, event.id)
        )
        leads = self._get_leads_by_thread(source, meanings.values())
        inquiries = [
            self._prepare_inquiry(meanings[event], meanings[event].text, leads)
            for event in events
        ]
        taken = self.env["crm_orders.lead.maker"]._take_in(source, inquiries)
        conversations = self._keep_conversations(source, events, meanings, taken)
        for event, one, inquiry in zip(events, taken, inquiries, strict=True):
            meaning = meanings[event]
            conversation = conversations[meaning.thread]
            self._add_handles(one, inquiry)
            message = event._post(one, meaning, conversation)
            event._queue_attachments(source, message, meaning)
            event._finish("done", lead_id=one.lead.id, message_id=message.id)
            date = event._get_date(meaning)
            conversation._note_last(inquiry.content.get("message"), date)
            if not conversation.last_in_date or conversation.last_in_date < date:
                conversation.last_in_date = date

    @api.model
    def _handle_contacts(self, source, meanings):
        """Who subscribes, joins or follows is a lead, without having said a word."""
        events = list(meanings)
        leads = self._get_leads_by_thread(source, meanings.values())
        maker = self.env["crm_orders.lead.maker"]
        inquiries = []
        for event in events:
            text = self._get_contact_text(meanings[event])
            inquiry = self._prepare_inquiry(meanings[event], text, leads)
            # These are our words, not theirs, so they are no title.
            name = inquiry.content.get("name", "")
            inquiry.content["subject"] = maker._get_lead_name(source, name)
            inquiries.append(inquiry)
        taken = self.env["crm_orders.lead.maker"]._take_in(source, inquiries)
        conversations = self._keep_conversations(source, events, meanings, taken)
        for event, one in zip(events, taken, strict=True):
            conversation = conversations[meanings[event].thread]
            text = self._get_contact_text(meanings[event])
            conversation._note_last(text, event._get_date(meanings[event]))
            if one.joined:
                one.lead.message_post(
                    body=self._get_contact_text(meanings[event]),
                    subtype_xmlid="mail.mt_note",
                )
            event._finish("done", lead_id=one.lead.id)

    @api.model
    def _handle_statuses(self, source, meanings):
        """Providers tell what became of our messages, sometimes before we have noted
        that they were sent.
        """
        for event, status in meanings.items():
            outgoing = self._find_outgoing(source, status)
            if outgoing:
                outgoing._apply_status(status)
                event._finish(
                    "done",
                    lead_id=outgoing[0].lead_id.id,
                    message_id=outgoing[0].message_id.id,
                )
            elif status.external_ids:
                event._postpone(
                    self.env._("It is about a message that was not sent from here."),
                    else_ignore=True,
                )
            else:
                event._finish(
                    "ignored",
                    reason=self.env._(
                        "It is about no message that was sent from here."
                    ),
                )

    @api.model
    def _hurry_statuses(self, source):
        """Meet postponed requests of a source now instead of after their pause.

        Called in a transaction of its own, after it was committed that a message was
        sent: whoever looked for that message too early is waited for here.
        """
        query = SQL(
            """
            UPDATE crm_orders_event
               SET next_attempt = %(now)s
             WHERE source_id = %(source)s
               AND state = 'new'
               AND attempts = 1
               AND next_attempt > %(now)s
            RETURNING id
            """,
            now=fields.Datetime.now(),
            source=source.id,
        )
        for _attempt in range(PATIENCE):
            try:
                if self.env.execute_query(query):
                    self._wake_up()
                return
            except psycopg2.extensions.TransactionRollbackError:
                # The event has just been worked on, which a new look will show.
                self.env.cr.rollback()

    @api.model
    def _find_outgoing(self, source, status):
        outgoing = self.env["crm_orders.outgoing"]
        if status.external_ids:
            return outgoing.search(
                [
                    ("source_id", "=", source.id),
                    ("external_id", "in", status.external_ids[:1000]),
                ]
            )
        if not status.until:
            return outgoing
        return outgoing.search(
            [
                ("source_id", "=", source.id),
                ("conversation_id.thread", "=", status.thread),
                ("state", "in", ("sent", "delivered")),
                ("state_date", "<=", _to_datetime(status.until)),
            ],
            limit=1000,
        )

    @api.model
    def _get_leads_by_thread(self, source, meanings):
        """`{thread: lead}` of conversations that are known already."""
        conversations = self.env["crm_orders.conversation"].search(
            [
                ("source_id", "=", source.id),
                ("thread", "in", [meaning.thread for meaning in meanings]),
            ]
        )
        return {one.thread: one.lead_id for one in conversations}

    @api.model
    def _prepare_inquiry(self, meaning, text, leads):
        """What a message asks for; its `extra` tells for instance which advert led here."""
        person = meaning.person
        content = {
            "name": clean(person.name or person.username, MAX_NAME),
            "message": clean(text, MAX_TEXT, lines=True),
            "lang": clean(person.lang, 12),
        }
        handles = []
        for handle in person.handles:
            if handle.kind in ("phone", "email"):
                content.setdefault(handle.kind, clean(handle.value, 254))
            else:
                handles.append(handle)
        return Inquiry(
            {name: value for name, value in content.items() if value},
            [(clean(name, 100), clean(value, 1000)) for name, value in meaning.extra],
            handles=handles,
            joins=True,
            thread=meaning.thread,
            lead=leads.get(meaning.thread),
        )

    @api.model
    def _add_handles(self, taken, inquiry):
        """Keep the number that somebody without a card has shared later on."""
        lead = taken.lead
        if not taken.joined or taken.partner or lead.partner_id:
            return
        names = {"phone": "phone", "email": "email_from"}
        vals = {
            name: inquiry.content[kind]
            for kind, name in names.items()
            if inquiry.content.get(kind) and not lead[name]
        }
        if vals:
            lead.write(vals)

    @api.model
    def _keep_conversations(self, source, events, meanings, taken):
        """Find or make the conversations, and let them go on on these leads."""
        found, leads = {}, {}
        for event, one in zip(events, taken, strict=True):
            meaning = meanings[event]
            person = clean(meaning.person.name or meaning.person.username, MAX_NAME)
            found[meaning.thread] = (person, one.identity)
            leads[meaning.thread] = one.lead
        conversations = self.env["crm_orders.conversation"]._find_or_make(source, found)
        for thread, lead in leads.items():
            if conversations[thread].lead_id != lead:
                conversations[thread].lead_id = lead
        return conversations

    def _post(self, taken, meaning, conversation):
        """Show the message on its lead, as written by the customer."""
        self.ensure_one()
        body = plaintext2html(clean(meaning.text, MAX_TEXT, lines=True))
        if meaning.edited:
            body = Markup("<p><i>%s</i></p>%s") % (
                self.env._("The customer has changed this message:"),
                body,
            )
        parent = self.browse()
        if meaning.reply_to:
            parent = self.env["crm_orders.outgoing"].search(
                [
                    ("source_id", "=", self.source_id.id),
                    ("external_id", "=", meaning.reply_to),
                ],
                limit=1,
            )
        return taken.lead._crm_orders_post_from_customer(
            body,
            taken.partner,
            conversation.person,
            conversation._get_guest(),
            parent_id=parent.message_id.id if parent else False,
        )

    def _queue_attachments(self, source, message, meaning):
        if not meaning.attachments:
            return
        files = self.env["crm_orders.attachment"]
        files.create(
            [
                {
                    "source_id": source.id,
                    "message_id": message.id,
                    "ref": attachment.ref,
                    "name": clean(attachment.name, 200),
                    "mimetype": clean(attachment.mimetype, 100),
                }
                for attachment in meaning.attachments
            ]
        )
        files._wake_up()

    def _get_date(self, meaning):
        """When it was written; providers' clocks are believed about the past only."""
        self.ensure_one()
        if not meaning.occurred:
            return self.create_date
        return min(_to_datetime(meaning.occurred), fields.Datetime.now())

    @api.model
    def _get_contact_text(self, meaning):
        texts = {
            "subscribed": self.env._("Has subscribed."),
            "joined": self.env._("Has joined the group."),
            "asked": self.env._("Has asked to join the group."),
            "followed": self.env._("Has followed the page."),
            "opened": self.env._("Has opened the conversation."),
            "allowed": self.env._("Has allowed messages."),
            "called": self.env._("Has called in the messenger."),
            "advert": self.env._("Has come from an advert."),
            "link": self.env._("Has come by a link."),
        }
        return texts.get(meaning.how) or self.env._("Has made contact.")


def _to_datetime(seconds):
    """A date that can be stored, of a number that anybody may have made up."""
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError, OSError):
        return fields.Datetime.now()
