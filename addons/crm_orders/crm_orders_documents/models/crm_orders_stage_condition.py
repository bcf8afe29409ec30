from odoo import fields, models


class CrmOrdersStageCondition(models.Model):
    """Orders can have to wait for a signature."""

    _inherit = "crm_orders.stage.condition"

    kind = fields.Selection(
        selection_add=[("signed", "A document is signed")],
        ondelete={"signed": "cascade"},
    )
    document_template_id = fields.Many2one(
        "crm_orders.document.template",
        "Document",
        ondelete="restrict",
        help="The document that must be signed. Empty: any one of the order.",
    )

    def _get_text(self):
        if self.kind == "signed":
            template = self.document_template_id
            if template:
                return self.env._("Signed: %s", template.name)
            return self.env._("A document is signed")
        return super()._get_text()

    def _get_failing_signed(self, orders):
        domain = [
            ("order_id", "in", orders.ids),
            ("signed_date", "!=", False),
            ("state", "!=", "cancelled"),
        ]
        if self.document_template_id:
            domain.append(("template_id", "=", self.document_template_id.id))
        groups = (
            self.env["crm_orders.document"].sudo()._read_group(domain, ["order_id"])
        )
        signed = {order.id for (order,) in groups}
        return orders.filtered(lambda order: order.id not in signed)
