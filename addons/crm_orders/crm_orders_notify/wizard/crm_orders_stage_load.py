from odoo import Command, api, models


class CrmOrdersStageLoad(models.TransientModel):
    """Ready-made stages tell customers what such stages usually do."""

    _inherit = "crm_orders.stage.load"

    @api.model
    def _get_stages(self):
        catalog = super()._get_stages()
        stages = self.env["crm_orders.stage"]
        for key, vals in catalog.items():
            # What customers do not see, they are told nothing of.
            if not vals.get("is_public", True):
                continue
            notices = stages._prepare_usual_notice_vals_list(vals["kind"])
            if key == "on_its_way":
                notices.insert(0, self._prepare_on_its_way_vals())
            if notices:
                vals["notice_rule_ids"] = [Command.create(one) for one in notices]
        return catalog

    @api.model
    def _prepare_on_its_way_vals(self):
        return {
            "event": "entered",
            "subject": self.env._("{shop}: order {order} is on its way"),
            "text": self.env._(
                "Hello {customer},\n\nyour order {order} is on its way to you. {link}"
                "\n\n{shop} {phone}"
            ),
        }
