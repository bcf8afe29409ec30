from odoo import api, models


class CrmOrdersStageLoad(models.TransientModel):
    """In the ready-made way of preorders, deposits and goods move the orders on."""

    _inherit = "crm_orders.stage.load"

    @api.model
    def _get_sets(self):
        sets = super()._get_sets()
        # Of their own: other ways wait for goods without a deposit.
        own = {"waiting": "in_line", "ready_pickup": "set_aside"}
        sets["preorder"] = [own.get(key, key) for key in sets["preorder"]]
        return sets

    @api.model
    def _get_stages(self):
        stages = super()._get_stages()
        own = {
            "in_line": {
                **stages["waiting"],
                "name": self.env._("In line for the goods"),
                "public_name": self.env._("Deposit received, waiting for the goods"),
                "enter_on": "deposit",
                # They come when they come out.
                "sla_number": 0,
                "rotting_threshold_days": 0,
            },
            "set_aside": {
                **stages["ready_pickup"],
                "name": self.env._("Set aside for the customer"),
                "public_name": self.env._("Ready for pick-up"),
                "enter_on": "goods_ready",
            },
        }
        result = {}
        for key, vals in stages.items():
            result[key] = vals
            if key == "waiting":
                result["in_line"] = own["in_line"]
            elif key == "ready_pickup":
                result["set_aside"] = own["set_aside"]
        return result
