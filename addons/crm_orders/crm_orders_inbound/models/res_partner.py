from odoo import models
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    """What a customer has sent can be erased when the customer asks for it."""

    _inherit = "res.partner"

    def action_crm_orders_erase(self):
        """Ask before what these customers have sent is erased."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase What Was Sent"),
            "res_model": "crm_orders.erase",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }

    def _crm_orders_erase(self):
        """Erase what these customers have sent; the leads themselves stay.

        Modules that keep more extend this. Nothing that the law wants kept, such as
        orders and invoices, is touched.
        """
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(self.env._("Only a manager of Orders may erase."))
        self.check_access("write")
        # What other companies were sent by the same customer is theirs to erase.
        leads = self.env["crm.lead"].with_context(active_test=False)
        leads = leads.search([("partner_id", "child_of", self.ids)])
        # Requests are nobody's to write on, not even the managers' who erase them.
        leads = leads.sudo()
        events = leads.crm_orders_event_ids
        (events | events.origin_id)._erase_texts()
        leads.description = False
        for partner in self:
            partner.message_post(
                body=self.env._(
                    "%s erased what this customer had sent.", self.env.user.name
                )
            )
        return leads
