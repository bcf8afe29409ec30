from odoo import api, models
from odoo.tools import SQL


class StockMove(models.Model):
    """Goods that come go to the preorders that are first in line."""

    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        if force_qty or not self:
            # Somebody says by hand what goes where.
            return super()._action_assign(force_qty=force_qty)
        in_line, kept_back = self._get_crm_orders_line(self.product_id)
        if not in_line and not kept_back:
            return super()._action_assign(force_qty=force_qty)
        served = in_line._crm_orders_serve()
        result = super(StockMove, served)._action_assign()
        super(StockMove, self - in_line - kept_back)._action_assign()
        orders = (served | self).sudo().sale_line_id.order_id
        orders._crm_orders_look_at_allocation()
        return result

    def _do_unreserve(self):
        result = super()._do_unreserve()
        self.sudo().sale_line_id.order_id._crm_orders_look_at_allocation()
        return result

    def _action_done(self, cancel_backorder=False):
        # Moves that are merged or cancelled meanwhile belong to an order as well.
        orders = self.sudo().sale_line_id.order_id
        result = super()._action_done(cancel_backorder=cancel_backorder)
        orders._crm_orders_look_at_allocation()
        return result

    @api.model
    def _crm_orders_allocate(self, products):
        """Give what is free of these products to those who are first in line."""
        in_line, _kept_back = self._get_crm_orders_line(products)
        in_line._crm_orders_serve()._action_assign()

    @api.model
    def _get_crm_orders_line(self, products):
        """Moves of preorders that lack some of these products.

        :return: those who stand in line, the first one first, and those who get nothing:
            their deposit is not paid, or they did not collect the goods in time
        """
        empty = self.browse()
        products = products.filtered(lambda product: product.type == "consu")
        if not products:
            return empty, empty
        self.env["sale.order"].flush_model(
            ["state", "crm_orders_preorder_state", "crm_orders_queue_date"]
        )
        self.env["sale.order.line"].flush_model(
            ["crm_orders_is_preorder", "crm_orders_queue_date", "order_id"]
        )
        self.flush_model(["product_id", "sale_line_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.id,
                       sale_order.crm_orders_queue_date IS NOT NULL
                       AND COALESCE(sale_order.crm_orders_preorder_state, '') != 'lapsed'
                  FROM stock_move move
                  JOIN sale_order_line line ON line.id = move.sale_line_id
                  JOIN sale_order ON sale_order.id = line.order_id
                  JOIN stock_location source ON source.id = move.location_id
                       AND source.usage = 'internal'
                 WHERE move.product_id IN %s
                   AND move.state IN ('confirmed', 'waiting', 'partially_available')
                   AND line.crm_orders_is_preorder
                   AND sale_order.state = 'sale'
                   AND NOT EXISTS (
                       SELECT FROM stock_move_move_rel rel WHERE rel.move_dest_id = move.id
                   )
                 ORDER BY sale_order.crm_orders_queue_date, sale_order.id, line.id, move.id
                """,
                tuple(products.ids),
            )
        )
        return (
            self.browse([row[0] for row in rows if row[1]]),
            self.browse([row[0] for row in rows if not row[1]]),
        )

    def _crm_orders_serve(self):
        """Those of these moves, first come first, for which there are goods.

        The first one takes all that there is, even if it is less than it needs; nobody
        who came later gets something as long as it waits. Core would try each of
        thousands of moves against an empty shelf.
        """
        served, left = [], {}
        for move in self.sudo():
            if move.picked:
                continue
            if move._should_bypass_reservation():
                served.append(move.id)
                continue
            key = (move.product_id, move.location_id)
            if key not in left:
                quants = self.env["stock.quant"].sudo()
                left[key] = quants._get_available_quantity(*key)
            if move.product_id.uom_id.compare(left[key], 0) <= 0:
                continue
            served.append(move.id)
            left[key] -= move.product_qty - move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id
            )
        return self.browse(served)
