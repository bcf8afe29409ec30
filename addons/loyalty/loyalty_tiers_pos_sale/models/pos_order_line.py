from odoo import models


class PosOrderLine(models.Model):
    """What was ordered before counts as the sales order, not again as the receipt."""

    _inherit = "pos.order.line"

    def _filter_loyalty_lines(self):
        lines = super()._filter_loyalty_lines()
        return lines.filtered(lambda line: not line._is_counted_by_sale_order())

    def _is_counted_by_sale_order(self):
        """Whether the sales order stands for the line.

        Returned goods lower the purchases at the till, because the order stays
        confirmed. Down payments are part of the order in either direction.
        """
        self.ensure_one()
        if refunded := self.refunded_orderline_id:
            return bool(refunded.sale_order_origin_id) and self._is_down_payment()
        return bool(self.sale_order_origin_id)

    def _is_down_payment(self):
        self.ensure_one()
        return self.product_id == self.order_id.config_id.down_payment_product_id
