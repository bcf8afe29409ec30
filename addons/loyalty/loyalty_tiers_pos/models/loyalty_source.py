from odoo import api, models


class LoyaltySource(models.AbstractModel):
    _inherit = "loyalty.source"

    @api.model
    def _get_loyalty_source_models(self):
        return [*super()._get_loyalty_source_models(), "pos.order"]
