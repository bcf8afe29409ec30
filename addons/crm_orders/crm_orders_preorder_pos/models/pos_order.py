from odoo import models


class PosOrder(models.Model):
    """Goods that a preorder has waited for go to its customer."""

    _inherit = "pos.order"

    def _create_order_picking(self):
        """Nobody in line gets the goods that are just being handed over.

        Odoo frees what is kept for the order, and then takes it off the shelf for the
        receipt; in between it would go to whoever is first in line.
        """
        preorders = self.sudo().lines.sale_order_origin_id.filtered(
            "crm_orders_is_preorder"
        )
        if preorders:
            self = self.with_context(crm_orders_till_hand_over=True)
        return super()._create_order_picking()
