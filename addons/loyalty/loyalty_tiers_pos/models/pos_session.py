from odoo import api, models


class PosSession(models.Model):
    _inherit = "pos.session"

    @api.model
    def _load_pos_data_models(self, config):
        """Members are chosen by the customers, so they are loaded after these."""
        return [
            *super()._load_pos_data_models(config),
            "loyalty.tier",
            "loyalty.membership",
        ]
