from odoo import fields, models

from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP


class ResPartner(models.Model):
    """Documents of a customer are found on the card."""

    _inherit = "res.partner"

    crm_orders_document_count = fields.Integer(
        "Number of Documents",
        compute="_compute_crm_orders_document_count",
        groups=STAGE_GROUP,
    )

    def _compute_crm_orders_document_count(self):
        documents = self.env["crm_orders.document"]
        groups = documents._read_group(
            [("partner_id", "in", self._get_crm_orders_family().ids)],
            ["partner_id"],
            ["__count"],
        )
        self.crm_orders_document_count = 0
        for partner, count in groups:
            for one in (partner, *partner.parent_id):
                if one in self:
                    one.crm_orders_document_count += count

    def action_crm_orders_view_documents(self):
        """Open the documents of this customer and of its contacts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_documents.crm_orders_document_action"
        )
        return {
            **action,
            "domain": [("partner_id", "in", self._get_crm_orders_family().ids)],
            "context": {},
        }

    def action_crm_orders_make_document(self):
        """Write a letter to this customer."""
        self.ensure_one()
        return self.env["crm_orders.document"]._get_make_action(
            {"default_partner_id": self.id}
        )

    def _get_crm_orders_family(self):
        # As far as it is shown: contacts of contacts are no customers.
        return self | self.with_context(active_test=False).search(
            [("parent_id", "in", self.ids)]
        )
