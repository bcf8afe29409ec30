from odoo import api, models

# Odoo itself notes lines that are added and quantities that change, and lets nobody
# delete lines of a confirmed order.
TRACED = {
    "discount",
    "name",
    "price_unit",
    "product_id",
    "product_uom_id",
    "qty_delivered",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    """Prices and goods of an order that is through are not changed on the quiet."""

    _name = "sale.order.line"
    _inherit = ["crm_orders.trace", "sale.order.line"]

    @api.model
    def _get_crm_orders_traced_fields(self):
        return TRACED

    def _get_crm_orders_traced_order(self):
        return self.order_id

    def _get_crm_orders_traced_name(self):
        return self.product_id.display_name or self.name
