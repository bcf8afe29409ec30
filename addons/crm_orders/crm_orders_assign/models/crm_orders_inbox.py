from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.mail import html_to_inner_content

from odoo.addons.crm_orders_base.tools.words import beyond_title

SNIPPET_LENGTH = 140
US, CUSTOMER = "us", "customer"


class CrmOrdersInbox(models.AbstractModel):
    """What a seller sees of a lead in the inbox, and does there."""

    _name = "crm_orders.inbox"
    _description = "Leads in the Seller's Inbox"

    crm_orders_customer = fields.Char(
        "Customer or Sender", compute="_compute_crm_orders_customer"
    )
    crm_orders_snippet = fields.Char(
        "Last Words",
        compute="_compute_crm_orders_snippet",
        help="How the last message to or from the customer begins.",
    )
    crm_orders_channel = fields.Char(
        "Came By",
        compute="_compute_crm_orders_channel",
        help="The channel that the customer has used.",
    )
    crm_orders_channel_icon = fields.Char(compute="_compute_crm_orders_channel")
    crm_orders_can_reply = fields.Boolean(
        "Can Be Written To",
        compute="_compute_crm_orders_can_reply",
        help="Whether an answer can go out from the inbox, by e-mail or a messenger.",
    )

    @api.depends("partner_id", "contact_name", "partner_name", "email_from", "phone")
    def _compute_crm_orders_customer(self):
        for lead in self:
            lead.crm_orders_customer = (
                lead.partner_id.display_name
                or lead.contact_name
                or lead.partner_name
                or lead.email_from
                or lead.phone
            )

    @api.depends("name", "description", "message_ids")
    def _compute_crm_orders_snippet(self):
        last = self._crm_orders_get_last_messages()
        for lead in self:
            message = last.get(lead.id)
            words = _plain(message.body) if message else ""
            if words and lead._crm_orders_is_ours(message):
                author = message.author_id
                name = (
                    self.env._("You")
                    if author == self.env.user.partner_id
                    else author.name
                )
                words = f"{name}: {words}"
            # Most titles are the customer's words, and stand above these.
            words = beyond_title(words or _plain(lead.description), lead.name)
            if len(words) > SNIPPET_LENGTH:
                words = words[:SNIPPET_LENGTH].rsplit(" ", 1)[0] + " …"
            lead.crm_orders_snippet = words

    @api.depends("medium_id", "source_id")
    def _compute_crm_orders_channel(self):
        for lead in self:
            icon, name = lead._get_crm_orders_channel()
            lead.crm_orders_channel_icon = icon
            lead.crm_orders_channel = name

    def _get_crm_orders_channel(self):
        """`(icon, name)` of how the lead came; glue modules know more."""
        self.ensure_one()
        names = (self.medium_id.name, self.source_id.name)
        return "fa-inbox", " · ".join(name for name in names if name)

    @api.depends("email_normalized", "partner_id.email_normalized")
    def _compute_crm_orders_can_reply(self):
        for lead in self:
            lead.crm_orders_can_reply = bool(lead._crm_orders_get_mail_address())

    # What was written both ways

    @api.model
    def _get_crm_orders_talk_domain(self):
        """Messages between the customer and us: no notes and no automatic texts."""
        comment = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        return (
            Domain("model", "=", self._name)
            & Domain("message_type", "in", ("comment", "email"))
            & Domain("is_internal", "=", False)
            & (
                Domain("subtype_id", "=", comment)
                # Core stores the first mail of a lead under another subtype; a
                # colleague's mail is no word to the customer there.
                | Domain("message_type", "=", "email")
                & (
                    Domain("author_id", "=", False)
                    | Domain("author_id.partner_share", "=", True)
                )
            )
        )

    def _crm_orders_get_last_messages(self):
        """`{id: the last message to or from the customer}`"""
        messages = self.env["mail.message"].sudo()
        found = messages._read_group(
            self._get_crm_orders_talk_domain() & Domain("res_id", "in", self.ids),
            ["res_id"],
            ["id:max"],
        )
        last = messages.browse([message_id for _lead, message_id in found])
        return {message.res_id: message for message in last}

    def _crm_orders_get_talk(self, limit):
        """The last messages to and from the customer, in the order they were written."""
        self.ensure_one()
        messages = self.env["mail.message"].search(
            self._get_crm_orders_talk_domain() & Domain("res_id", "=", self.id),
            order="id desc",
            limit=limit,
        )
        return messages.sorted("id")

    @api.model
    def _crm_orders_is_ours(self, message):
        """Whether somebody of the shop wrote it."""
        return bool(message.author_id) and not message.author_id.partner_share

    # Answers

    def _crm_orders_get_mail_address(self):
        """Where a mail to the customer goes: the address that they gave last."""
        self.ensure_one()
        return self.email_normalized or self.partner_id.email_normalized or False

    def _crm_orders_reply_by_mail(self, **vals):
        """Write to the customer of this lead by mail.

        :param vals: body and attachment_ids of the message
        """
        self.ensure_one()
        address = self._crm_orders_get_mail_address()
        if not address:
            raise UserError(self.env._("This customer has no e-mail address."))
        if address == self.partner_id.email_normalized:
            vals["partner_ids"] = self.partner_id.ids
        else:
            vals["outgoing_email_to"] = address
        return self.message_post(
            message_type="comment", subtype_xmlid="mail.mt_comment", **vals
        )

    def action_crm_orders_reply(self):
        """Open a small window to answer in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reply to %s", self.crm_orders_customer or self.name),
            "res_model": "crm_orders.reply",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_lead_id": self.id, "dialog_size": "medium"},
        }

    # Tabs and buttons

    @api.model
    def _get_crm_orders_inbox_domains(self):
        """What is under each tab of the inbox; the filters of its search view are the
        same, and glue modules change both.
        """
        is_open = Domain("won_status", "=", "pending") & Domain("active", "=", True)
        mine = is_open & Domain("user_id", "=", self.env.uid)
        return {
            "new": is_open & Domain("user_id", "=", False),
            "mine": mine & Domain("crm_orders_turn", "=", US),
            "late": is_open
            & Domain("crm_orders_sla_deadline", "<", fields.Datetime.now())
            & Domain("crm_orders_first_response_date", "=", False),
            "waiting": mine & Domain("crm_orders_turn", "=", CUSTOMER),
        }

    @api.model
    @api.readonly
    def crm_orders_get_inbox_counts(self):
        """How many leads are under each tab, of those that the user may see; counting
        stops at 100.
        """
        return {
            tab: self.search_count(domain, limit=100)
            for tab, domain in self._get_crm_orders_inbox_domains().items()
        }

    def action_crm_orders_take(self):
        """Make the user responsible, if nobody else was quicker."""
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("Only salespersons take leads."))
        leads = self.sudo().exists()
        locked = leads.try_lock_for_update(allow_referencing=True)
        if len(locked) < len(self) or (leads.user_id - self.env.user):
            raise UserError(self.env._("Somebody else has taken this lead already."))
        self.write({"user_id": self.env.uid})
        return True

    def action_crm_orders_mark_answered(self):
        """The user has reached the customer by phone or in person."""
        self.check_access("write")
        self._crm_orders_note_first_response()
        body = self.env._("%s has answered the customer.", self.env.user.name)
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))
        return True


def _plain(html):
    # Points of a list are words of their own, too.
    return html_to_inner_content(str(html or "").replace("<li", " <li"))
