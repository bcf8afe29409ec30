from odoo import api, fields, models


class CrmOrdersConversation(models.Model):
    """What one person and the shop write to each other on one channel."""

    _name = "crm_orders.conversation"
    _description = "Conversation"
    _order = "last_in_date desc, id desc"
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

    @api.depends("person", "source_id.kind", "source_id.name")
    def _compute_display_name(self):
        for conversation in self:
            conversation.display_name = self.env._(
                "%(person)s (%(channel)s)",
                person=conversation.person or conversation.thread,
                channel=conversation.source_id.name,
            )

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
        made = self.create(
            [
                {"source_id": source.id, "thread": thread, "person": found[thread][0]}
                for thread in missing
            ]
        )
        known.update(zip(missing, made, strict=True))
        for thread, (person, identity) in found.items():
            conversation = known[thread]
            if person and conversation.person != person:
                conversation.person = person
            if identity and conversation.identity_id != identity:
                conversation.identity_id = identity
        return known
