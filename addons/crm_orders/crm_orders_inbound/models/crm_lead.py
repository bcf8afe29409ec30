from odoo import fields, models


class CrmLead(models.Model):
    """Leads know the requests that they were made from."""

    _inherit = "crm.lead"

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

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # Nobody may write on requests by hand; they follow their lead all the same.
        opportunities.sudo().crm_orders_event_ids.lead_id = self
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

    def _crm_orders_add_request(self, body, partner, name):
        """Add to the lead what the customer sent later; whoever follows it is told."""
        self.ensure_one()
        return self.with_context(crm_orders_incoming=True).message_post(
            body=body or "",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=partner.id or False,
            email_from=name or self.env._("Customer"),
        )

    def _get_partner_email_update(self, force_void=True):
        if self.env.context.get("crm_orders_keep_customer"):
            return False
        return super()._get_partner_email_update(force_void=force_void)

    def _get_partner_phone_update(self, force_void=True):
        if self.env.context.get("crm_orders_keep_customer"):
            return False
        return super()._get_partner_phone_update(force_void=force_void)
