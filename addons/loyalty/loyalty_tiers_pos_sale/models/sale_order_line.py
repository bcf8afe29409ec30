from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _load_pos_data_fields(self, config):
        """The receipt says what the tier gave on the order."""
        return [*super()._load_pos_data_fields(config), "loyalty_discount"]
