from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _crm_orders_erase(self):
        """Forget also what was written both ways, and the accounts it was written by."""
        leads = super()._crm_orders_erase()
        conversations = (
            self.env["crm_orders.conversation"]
            .sudo()
            .search(
                [
                    ("source_id.company_id", "in", self.env.companies.ids),
                    "|",
                    ("identity_id.partner_id", "child_of", self.ids),
                    ("lead_id", "in", leads.ids),
                ]
            )
        )
        identities = conversations.identity_id
        messages = (
            conversations.outgoing_ids.message_id
            | leads.crm_orders_event_ids.message_id
        )
        messages.attachment_ids.unlink()
        messages.write({"body": self.env._("Erased at the customer's request.")})
        guests = conversations.guest_id
        conversations.unlink()
        guests.unlink()
        identities.unlink()
        return leads
