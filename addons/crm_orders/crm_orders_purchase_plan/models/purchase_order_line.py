from odoo import api, fields, models


class PurchaseOrderLine(models.Model):
    """Lines know the preorders that they are bought for."""

    _inherit = "purchase.order.line"

    crm_orders_week = fields.Date(
        "Needed in Week",
        copy=False,
        readonly=True,
        help="The week of the purchase plan that this line comes from.",
    )
    crm_orders_sale_line_ids = fields.Many2many(
        "sale.order.line",
        "crm_orders_purchase_sale_line_rel",
        "purchase_line_id",
        "sale_line_id",
        "Bought for Preorders",
        copy=False,
        groups="crm_orders_base.group_user",
    )

    @api.model
    def _has_field_access(self, field, operation):
        """The purchase plan links preorders; nobody does by hand."""
        if (
            operation == "write"
            and field.name == "crm_orders_sale_line_ids"
            and not self.env.su
        ):
            return False
        return super()._has_field_access(field, operation)
