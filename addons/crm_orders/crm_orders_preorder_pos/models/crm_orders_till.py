from odoo import api, models


class CrmOrdersTill(models.AbstractModel):
    """The till knows what preorders wait for."""

    _inherit = "crm_orders.till"

    @api.model
    def _prepare_card(self, order, paid, is_ready):
        card = super()._prepare_card(order, paid, is_ready)
        state = order.crm_orders_preorder_state
        if order.crm_orders_is_preorder and order.state == "sale":
            labels = dict(
                order._fields["crm_orders_preorder_state"]._description_selection(
                    self.env
                )
            )
            card["waits"] = labels.get(state, "")
            # Goods of a preorder are those that are kept for it.
            card["is_ready"] = state in ("allocated", "done")
        return card

    @api.model
    def _prepare_offer(self, order):
        offer = super()._prepare_offer(order)
        preordered = order.order_line.filtered("crm_orders_is_preorder")
        offer["preordered"] = preordered.product_id.ids
        if order.crm_orders_is_preorder and order.crm_orders_release_date:
            offer["date"] = order.crm_orders_release_date.isoformat()
        return offer
