from odoo import fields, models

from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP


class SaleOrder(models.Model):
    """Documents are made of orders, by people and by stages."""

    _inherit = "sale.order"

    crm_orders_document_ids = fields.One2many(
        "crm_orders.document", "order_id", "Documents", groups=STAGE_GROUP
    )
    crm_orders_document_count = fields.Integer(
        "Number of Documents",
        compute="_compute_crm_orders_document_count",
        groups=STAGE_GROUP,
    )

    def _compute_crm_orders_document_count(self):
        groups = self.env["crm_orders.document"]._read_group(
            [("order_id", "in", self.ids)], ["order_id"], ["__count"]
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.crm_orders_document_count = counts.get(order.id, 0)

    def _crm_orders_enter(self, stage, before, now, move, kept=()):
        result = super()._crm_orders_enter(stage, before, now, move, kept=kept)
        if stage and stage._get_document_templates():
            # Whoever moves an order, perhaps the customer, needs no right on documents.
            self.env["crm_orders.document"].sudo()._make_for_stage(
                self.sudo(), stage.sudo()
            )
        return result

    def action_crm_orders_make_document(self):
        """Make a document of this order."""
        self.ensure_one()
        return self.env["crm_orders.document"]._get_make_action(
            {"default_order_id": self.id}
        )

    def action_crm_orders_view_documents(self):
        """Open the documents of this order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_documents.crm_orders_document_action"
        )
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}
