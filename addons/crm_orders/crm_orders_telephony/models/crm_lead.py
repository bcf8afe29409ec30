from odoo import fields, models


class CrmLead(models.Model):
    """Leads know their calls."""

    _inherit = "crm.lead"

    crm_orders_call_ids = fields.One2many(
        "crm_orders.call", "lead_id", "Calls", groups="crm_orders_base.group_user"
    )
    crm_orders_call_count = fields.Integer(
        "Number of Calls",
        compute="_compute_crm_orders_call_count",
        groups="crm_orders_base.group_user",
    )

    def _compute_crm_orders_call_count(self):
        counts = dict(
            self.env["crm_orders.call"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.crm_orders_call_count = counts.get(lead._origin, 0)

    def action_crm_orders_view_calls(self):
        """Open the calls of this lead."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_telephony.crm_orders_call_action"
        )
        return {**action, "domain": [("lead_id", "=", self.id)], "context": {}}

    def write(self, vals):
        responsible = {}
        if vals.get("user_id"):
            responsible = {lead.id: lead.user_id for lead in self}
        result = super().write(vals)
        if responsible:
            self.sudo()._crm_orders_hand_over_callbacks(responsible)
        if vals.get("partner_id"):
            self.sudo()._crm_orders_share_customer()
        return result

    def _crm_orders_hand_over_callbacks(self, responsible):
        """Who gets a lead gets its calls to return, unless somebody else has taken them.

        :param responsible: who had the leads before, by id
        """
        callbacks = self.env["crm_orders.callback"].search(
            [("lead_id", "in", self.ids), ("state", "=", "open")]
        )
        for callback in callbacks:
            lead = callback.lead_id
            if callback.user_id in (self.env["res.users"], responsible[lead.id]):
                callback.user_id = lead.user_id

    def _crm_orders_share_customer(self):
        """Calls and tasks that nobody was known for are this customer's."""
        calls = self.crm_orders_call_ids.filtered(lambda call: not call.partner_id)
        calls.partner_id = self[:1].partner_id
        calls.callback_id.filtered(lambda one: not one.partner_id).partner_id = self[
            :1
        ].partner_id

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # Calls are nobody's to write on, and they follow their lead all the same.
        opportunities.sudo().crm_orders_call_ids.lead_id = self
        self.env["crm_orders.callback"].sudo().search(
            [("lead_id", "in", opportunities.ids)]
        ).lead_id = self
        return result
