from odoo import models

CAUSES = {"goods_ready", "goods_delivered"}
# These still wait for stock; "waiting" moves wait for other moves.
LACKING = ("draft", "confirmed", "partially_available")


class SaleOrder(models.Model):
    """Orders move on when their goods are there, and when they are handed out."""

    _inherit = "sale.order"

    def _action_confirm(self):
        result = super()._action_confirm()
        # What lies on the shelf is reserved before the order enters its first stage.
        self._crm_orders_look_at_goods()
        return result

    def _crm_orders_look_at_goods(self):
        """Let orders move on whose goods have come, or gone."""
        orders = self.sudo().filtered(
            lambda order: order.state == "sale" and order.crm_orders_stage_id
        )
        wanted = self.browse().sudo()
        for way, group in orders._group_by_crm_orders_way():
            if CAUSES & set(way.mapped("enter_on")):
                # Who has ordered no goods waits for none.
                wanted |= group.filtered(lambda order: order._has_crm_orders_goods())
        if wanted:
            wanted._filter_crm_orders_goods_ready()._crm_orders_happened("goods_ready")
            wanted._filter_crm_orders_goods_delivered()._crm_orders_happened(
                "goods_delivered"
            )

    def _has_crm_orders_goods(self):
        self.ensure_one()
        return any(move.state != "cancel" for move in self.order_line.move_ids)

    def _filter_crm_orders_goods_ready(self):
        """Those of these orders that lack none of their goods."""
        return self.filtered(lambda order: not order._lacks_crm_orders_goods())

    def _lacks_crm_orders_goods(self):
        self.ensure_one()
        moves = self.order_line.move_ids
        for move in moves:
            if move.state in LACKING:
                return True
            # Of several steps the first one says whether the goods are there.
            before = move.move_orig_ids - moves
            if move.state == "waiting" and any(
                one.state not in ("done", "cancel") for one in before
            ):
                return True
        return False

    def _filter_crm_orders_goods_delivered(self):
        """Those of these orders of which nothing is left to hand out.

        An order without goods, or only with services, has nothing to wait for.
        """
        return self.filtered(
            lambda order: (
                order.delivery_status == "full" or not order._has_crm_orders_goods()
            )
        )
