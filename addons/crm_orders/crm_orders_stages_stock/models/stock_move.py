from odoo import models


class StockMove(models.Model):
    """Whoever reserves or moves goods need not think of the stages of orders."""

    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        result = super()._action_assign(force_qty=force_qty)
        # Who moves goods, say a cashier, need not have any right on orders.
        self.sudo().sale_line_id.order_id._crm_orders_look_at_goods()
        return result

    def _action_done(self, cancel_backorder=False):
        # Moves that are merged or cancelled meanwhile belong to an order as well.
        orders = self.sudo().sale_line_id.order_id
        result = super()._action_done(cancel_backorder=cancel_backorder)
        orders._crm_orders_look_at_goods()
        return result
