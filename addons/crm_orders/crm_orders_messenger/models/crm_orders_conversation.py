from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_orders_inbound.tools import channel
from odoo.addons.crm_orders_inbound.tools.lead_payload import clean

MAX_NAME = 120
PREVIEW_LENGTH = 120
# Minutes until a name is asked for again are 5 to the power of the attempts made.
NAME_ATTEMPTS = 4
NAME_BACK_OFF = 5


class CrmOrdersConversation(models.Model):
    """What one person and the shop write to each other on one channel."""

    _name = "crm_orders.conversation"
    _description = "Conversation"
    _order = "last_date desc nulls last, id desc"
    _rec_name = "person"

    source_id = fields.Many2one(
        "crm_orders.source",
        "Channel",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="source_id.company_id")
    thread = fields.Char(
        "Provider's Id",
        required=True,
        readonly=True,
        help="What the provider calls this conversation; answers are sent there.",
    )
    person = fields.Char(
        readonly=True, help="How the person is called on this channel."
    )
    guest_id = fields.Many2one(
        "mail.guest",
        "Shown As",
        readonly=True,
        ondelete="set null",
        help="Who is shown as the author of messages while the person is no customer.",
    )
    identity_id = fields.Many2one(
        "crm_orders.identity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    partner_id = fields.Many2one(related="identity_id.partner_id", string="Customer")
    lead_id = fields.Many2one(
        "crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The lead that new messages are added to while it is open.",
    )
    last_in_date = fields.Datetime("Last Message From the Customer", readonly=True)
    last_date = fields.Datetime("Last Message On", readonly=True, index=True)
    last_text = fields.Char("Last Words", readonly=True)
    last_is_ours = fields.Boolean("Written by Us", readonly=True)
    preview = fields.Char(
        "Last Message",
        compute="_compute_preview",
        search="_search_preview",
        help="How the last message of the two begins.",
    )
    name_due = fields.Datetime(
        "Ask for the Name On",
        readonly=True,
        help="Some providers tell who wrote only when they are asked.",
    )
    name_attempts = fields.Integer("Asked for the Name", readonly=True)
    outgoing_ids = fields.One2many(
        "crm_orders.outgoing", "conversation_id", "Sent Messages"
    )
    reply_until = fields.Datetime(
        "Can Be Answered Until",
        compute="_compute_reply_until",
        help="Some providers let a shop write only for some time after the customer "
        "has. Empty means without an end.",
    )
    is_closed = fields.Boolean(
        "Too Late to Answer",
        compute="_compute_reply_until",
    )

    _thread_uniq = models.UniqueIndex("(source_id, thread)")
    _name_due_idx = models.Index("(name_due) WHERE name_due IS NOT NULL")

    @api.depends("last_in_date", "source_id.kind")
    def _compute_reply_until(self):
        now = fields.Datetime.now()
        for conversation in self:
            hours = conversation.source_id._get_channel().reply_hours
            until = False
            if hours and conversation.last_in_date:
                until = fields.Datetime.add(conversation.last_in_date, hours=hours)
            conversation.reply_until = until
            conversation.is_closed = bool(until and until < now)

    @api.depends("last_text", "last_is_ours", "last_date")
    def _compute_preview(self):
        for conversation in self:
            text = conversation.last_text
            if conversation.last_date and not text:
                text = self.env._("A file")
            if text and conversation.last_is_ours:
                text = self.env._("Us: %s", text)
            conversation.preview = text

    def _search_preview(self, operator, value):
        return [("last_text", operator, value)]

    @api.depends("person", "source_id.kind", "source_id.name")
    def _compute_display_name(self):
        for conversation in self:
            conversation.display_name = self.env._(
                "%(person)s (%(channel)s)",
                person=conversation.person or conversation.thread,
                channel=conversation.source_id.name,
            )

    def _note_last(self, text, date, is_ours=False):
        """Keep how the newest message begins; older ones that come late change nothing."""
        self.ensure_one()
        if self.last_date and date < self.last_date:
            return
        text = " ".join((text or "").split())
        if len(text) > PREVIEW_LENGTH:
            text = text[:PREVIEW_LENGTH].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
        self.write({"last_text": text, "last_date": date, "last_is_ours": is_ours})

    def action_open_lead(self):
        """Open the lead that this conversation is about, where it can be answered."""
        self.ensure_one()
        return self.lead_id._get_records_action()

    def _get_guest(self):
        """Who the messages of this person are shown as written by, without a card."""
        self.ensure_one()
        if not self.guest_id and not self.partner_id:
            name = self.person or self.source_id.name
            self.guest_id = self.env["mail.guest"].create({"name": name})
        return self.guest_id

    @api.model
    def _find_or_make(self, source, found):
        """Conversations of what came in, by thread.

        Only the job for requests makes them, and it has locked the persons, so nobody
        makes the same ones at the same time.

        :param found: `{thread: (person's name, identity)}`
        """
        known = {
            conversation.thread: conversation
            for conversation in self.search(
                [("source_id", "=", source.id), ("thread", "in", list(found))]
            )
        }
        missing = [thread for thread in found if thread not in known]
        asks = type(source._get_channel()).profile is not channel.Channel.profile
        made = self.create(
            [
                {
                    "source_id": source.id,
                    "thread": thread,
                    "person": found[thread][0],
                    "name_due": asks and not found[thread][0] and fields.Datetime.now(),
                }
                for thread in missing
            ]
        )
        if made.filtered("name_due"):
            self._wake_up()
        known.update(zip(missing, made, strict=True))
        for thread, (person, identity) in found.items():
            conversation = known[thread]
            if person and conversation.person != person:
                conversation.person = person
            if identity and conversation.identity_id != identity:
                conversation.identity_id = identity
        return known

    @api.model
    def _wake_up(self, at=None):
        cron = self.env.ref(
            "crm_orders_messenger.ir_cron_ask_names", raise_if_not_found=False
        )
        if cron:
            cron._trigger(at)

    @api.model
    def _cron_ask_names(self):
        """Ask providers for the names of those whom they only gave a number."""
        cron = self.env["ir.cron"]
        while nameless := self._claim_nameless():
            cron._commit_progress(remaining=1)
            nameless._ask_name()
            if not cron._commit_progress(1, remaining=1):
                self._wake_up()
                break

    @api.model
    def _claim_nameless(self):
        """One conversation that is due; the attempt counts, whatever happens to it."""
        self.flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_conversation
                   SET name_attempts = COALESCE(name_attempts, 0) + 1,
                       name_due = CASE
                           WHEN COALESCE(name_attempts, 0) + 1 < %(most)s
                           THEN %(now)s + interval '1 minute'
                                * power(%(base)s, COALESCE(name_attempts, 0) + 1)
                       END
                 WHERE id IN (
                     SELECT id FROM crm_orders_conversation
                      WHERE name_due <= %(now)s
                      ORDER BY name_due, id
                      LIMIT 1
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                now=now,
                most=NAME_ATTEMPTS,
                base=NAME_BACK_OFF,
            )
        )
        claimed = self.browse(row[0] for row in rows)
        claimed.invalidate_recordset()
        return claimed

    def _ask_name(self):
        """Ask who this is, and call the lead by the name where it has none."""
        self.ensure_one()
        identity = self.identity_id
        if self.person or not identity:
            self.name_due = False
            return
        handle = channel.Handle(identity.kind, identity.value, identity.scope or "")
        try:
            found = self.source_id._drive("profile", channel.Person([handle]))
        except channel.SendError as error:
            if error.final:
                self.name_due = False
            elif self.name_due:
                self._wake_up(self.name_due)
            return
        self.name_due = False
        name = clean(found.name or found.username, MAX_NAME)
        if name:
            self.person = name
            self.guest_id.name = name
            self._name_lead(name)

    def _name_lead(self, name):
        """Put the name on the lead, unless people or the customer have done so."""
        lead = self.lead_id
        if not lead or lead.contact_name or lead.partner_id:
            return
        source = self.source_id
        maker = self.env["crm_orders.lead.maker"].with_context(
            lang=source.company_id.partner_id.lang or self.env.lang
        )
        vals = {"contact_name": name}
        if lead.name == maker._get_lead_name(source, ""):
            vals["name"] = maker._get_lead_name(source, name)
        lead.write(vals)
