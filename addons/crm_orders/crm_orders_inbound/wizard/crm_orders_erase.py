from odoo import api, fields, models


class CrmOrdersErase(models.TransientModel):
    """Asks before what customers have sent is erased."""

    _name = "crm_orders.erase"
    _description = "Erase What Customers Have Sent"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    lead_count = fields.Integer("Leads", compute="_compute_counts")
    event_count = fields.Integer("Requests", compute="_compute_counts")

    @api.depends("partner_ids")
    def _compute_counts(self):
        for wizard in self:
            domain = [("partner_id", "child_of", wizard.partner_ids.ids)]
            leads = self.env["crm.lead"].with_context(active_test=False)
            wizard.lead_count = leads.search_count(domain)
            wizard.event_count = self.env["crm_orders.event"].search_count(
                [("lead_id.partner_id", "child_of", wizard.partner_ids.ids)]
            )

    def action_erase(self):
        """Erase, as far as the user may."""
        self.partner_ids._crm_orders_erase()
        return {"type": "ir.actions.act_window_close"}
