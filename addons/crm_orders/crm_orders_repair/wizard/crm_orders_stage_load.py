from odoo import api, models


class CrmOrdersStageLoad(models.TransientModel):
    """In the ready-made way of repairs, the order follows the repair."""

    _inherit = "crm_orders.stage.load"

    @api.model
    def _get_sets(self):
        sets = super()._get_sets()
        sets["service"] = [
            "in_repair" if key == "in_work" else key for key in sets["service"]
        ]
        return sets

    @api.model
    def _get_stages(self):
        stages = super()._get_stages()
        place = 10 * (1 + list(stages).index("in_work"))
        stages["checked"]["enter_on"] = "repairs_done"
        # At the end and with its place told: the others keep theirs.
        stages["in_repair"] = {
            "name": self.env._("Being repaired"),
            "public_name": self.env._("In repair"),
            "kind": "in_work",
            "sequence": place + 5,
            "sla_number": 3,
            "color": 2,
            "user_rule": "taker",
            "enter_on": "repair_started",
            "starts_repairs": True,
        }
        return stages
