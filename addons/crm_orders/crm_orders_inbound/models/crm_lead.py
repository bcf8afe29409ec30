from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize, formataddr


class CrmLead(models.Model):
    """Leads know the requests that they were made from."""

    _inherit = "crm.lead"

    crm_orders_source_id = fields.Many2one(
        "crm_orders.source",
        "Lead Source",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="crm_orders_base.group_user",
        help="The form, messenger account or telephone line that the lead came by.",
    )
    crm_orders_event_ids = fields.One2many(
        "crm_orders.event",
        "lead_id",
        "Requests",
        groups="crm_orders_base.group_user",
        help="What the sender of this lead posted.",
    )
    crm_orders_event_count = fields.Integer(
        "Number of Requests",
        compute="_compute_crm_orders_event_count",
        groups="crm_orders_base.group_user",
    )

    def _compute_crm_orders_event_count(self):
        counts = dict(
            self.env["crm_orders.event"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.crm_orders_event_count = counts.get(lead._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._crm_orders_check_source(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._crm_orders_check_source(vals)
        return super().write(vals)

    def _crm_orders_check_source(self, vals):
        if "crm_orders_source_id" in vals and not self.env.su:
            raise AccessError(
                self.env._("The channel that a lead came by is not written by hand.")
            )

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # Nobody may write on requests by hand; they follow their lead all the same.
        opportunities.sudo().crm_orders_event_ids.lead_id = self
        kept = self.sudo()
        if not kept.crm_orders_source_id:
            sources = opportunities.sudo().sorted("id").crm_orders_source_id
            kept.crm_orders_source_id = sources[:1]
        return result

    def action_crm_orders_view_events(self):
        """Open the requests of this lead."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_inbound.crm_orders_event_action"
        )
        return {**action, "domain": [("lead_id", "=", self.id)], "context": {}}

    def _crm_orders_schedule_contact_check(self, user):
        """Ask for a look at leads that can be answered only after somebody understood
        what the customer gave; without a responsible, whoever takes them does it.
        """
        if self:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Check the contact details"),
                note=self.env._(
                    "The e-mail address or phone number cannot be read. The notes hold it"
                    " as it was sent."
                ),
                user_id=user.id,
            )

    def _crm_orders_post_from_customer(self, body, partner, name, guest=None, **values):
        """Add to the lead what the customer wrote; whoever follows the lead is told.

        :param partner: the customer, where known
        :param name: what else the customer is called
        :param guest: stands for somebody without a card; made anew when not given
        """
        self.ensure_one()
        thread = self.with_context(
            crm_orders_incoming=True, mail_create_nosubscribe=True
        )
        values.update(author_id=partner.id)
        if not partner:
            name = name or self.env._("Customer")
            guest = guest or self.env["mail.guest"].create({"name": name})
            thread = thread.with_context(crm_orders_guest_id=guest.id)
            # Mails to who follows the lead need an address of ours to come from.
            company = self.company_id or self.env.company
            values["email_from"] = formataddr((name, company.email or "")) or name
            values["author_id"] = False
        return thread.message_post(
            body=body or "",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        # Somebody without a card writes under our own address, see above: an answer to
        # them is no mail to ourselves.
        suggested = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        for lead in self.sudo():
            own = email_normalize((lead.company_id or self.env.company).email)
            others = [
                one
                for one in suggested[lead.id]
                if not own or email_normalize(one["email"]) != own
            ]
            if len(others) < len(suggested[lead.id]) and any(
                lead.message_ids.mapped("author_guest_id")
            ):
                suggested[lead.id] = others
        return suggested

    def _message_create(self, values_list):
        guest_id = self.env.context.get("crm_orders_guest_id")
        # A client could send it as well, and write in the name of a customer.
        if guest_id and self.env.su:
            for values in values_list:
                values["author_guest_id"] = guest_id
        return super()._message_create(values_list)

    def _get_partner_email_update(self, force_void=True):
        if self.env.context.get("crm_orders_keep_customer"):
            return False
        return super()._get_partner_email_update(force_void=force_void)

    def _get_partner_phone_update(self, force_void=True):
        if self.env.context.get("crm_orders_keep_customer"):
            return False
        return super()._get_partner_phone_update(force_void=force_void)
