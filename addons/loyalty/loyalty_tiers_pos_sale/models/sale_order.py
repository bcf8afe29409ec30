from odoo import models


class SaleOrder(models.Model):
    """Goods that were paid at the till stay bought when the order is cancelled."""

    _inherit = "sale.order"

    def _get_loyalty_targets(self):
        """A cancelled order is worth what was settled; returns are receipts."""
        targets = super()._get_loyalty_targets()
        for order in self.filtered(lambda order: order.state == "cancel"):
            if settled := order._get_settled_lines():
                target = order._prepare_loyalty_target()
                targets[order] = {**target, "amount": settled._get_loyalty_amount()}
        return targets

    def _get_settled_lines(self):
        """Goods of the order that were sold at the till."""
        self.ensure_one()
        # sudo: sellers need not have to do with tills
        return self.sudo().pos_order_line_ids.filtered(
            lambda line: (
                line.order_id.state in ("paid", "done")
                and not line.refunded_orderline_id
                and not line._is_down_payment()
            )
        )

    def load_sale_order_from_pos(self, config_id):
        """The customer of the order comes with the membership."""
        result = super().load_sale_order_from_pos(config_id)
        config = self.env["pos.config"].browse(config_id)
        members = self.env["loyalty.membership"]._load_pos_data_of(
            self.partner_id, config
        )
        if members:
            result["loyalty.membership"] = members
        return result
