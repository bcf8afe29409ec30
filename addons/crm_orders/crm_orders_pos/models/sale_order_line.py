from odoo import models

# Receipts in these states have been paid.
PAID = ("paid", "done")


class SaleOrderLine(models.Model):
    """Lines of orders are settled at the till."""

    _inherit = "sale.order.line"

    def read_converted(self):
        """Cashiers settle orders of their till without any right on orders."""
        if not self.env.su and not self.has_access("read"):
            orders = self.sudo().exists().order_id.with_env(self.env)
            if orders and orders._crm_orders_as_till().env.su:
                return super(SaleOrderLine, self.sudo()).read_converted()
        return super().read_converted()

    def _get_crm_orders_till_left(self):
        """How many are still to be handed over, or of a service to be paid."""
        self.ensure_one()
        done = self.qty_delivered
        if self.product_id.type == "service":
            done = max(done, self.qty_invoiced)
        return self.product_uom_id.round(self.product_uom_qty - done)

    def _get_crm_orders_till_deduction(self):
        """How much of this down payment the till is still to deduct."""
        self.ensure_one()
        if self.price_unit < 0:
            return 0
        given_back = self.pos_order_line_ids.refund_orderline_ids.filtered(
            lambda line: line.sale_order_line_id != self and line.order_id.state in PAID
        )
        return max(0, self.qty_invoiced + sum(given_back.mapped("qty")))
