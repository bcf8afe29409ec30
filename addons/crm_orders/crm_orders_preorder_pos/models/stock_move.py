from odoo import api, models


class StockMove(models.Model):
    """Goods that are just being handed over at a till are given to nobody else."""

    _inherit = "stock.move"

    @api.model
    def _get_crm_orders_line(self, products):
        if self.env.context.get("crm_orders_till_hand_over"):
            return self.browse(), self.browse()
        return super()._get_crm_orders_line(products)
