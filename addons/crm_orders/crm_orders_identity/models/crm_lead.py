from odoo import fields, models


class CrmLead(models.Model):
    """The customer of a lead is whoever wrote it from then on."""

    _inherit = "crm.lead"

    crm_orders_identity_ids = fields.One2many(
        "crm_orders.identity",
        "lead_id",
        "Known From",
        groups="crm_orders_base.group_user",
        help="The messenger accounts that this lead came from.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_id"):
            self._crm_orders_adopt_identities()
            self.env["crm_orders.duplicate"]._answer_for_leads(self)
        return result

    def action_crm_orders_erase(self):
        """Ask before what came with these leads is erased."""
        return self.env["crm_orders.erase"]._get_action(lead_ids=self.ids)

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # Sellers see the leads they merge, which is not all that these came from.
        opportunities.sudo().crm_orders_identity_ids.lead_id = self
        self._crm_orders_adopt_identities()
        return result

    def _crm_orders_adopt_identities(self):
        """Identities that came with the leads and have no customer get theirs."""
        # Whoever may name the customer of a lead need not be a seller of ours.
        identities = (
            self.env["crm_orders.identity"]
            .sudo()
            .search([("lead_id", "in", self.ids), ("partner_id", "=", False)])
        )
        for lead, own in identities.grouped("lead_id").items():
            if lead.partner_id:
                own.partner_id = lead.partner_id
