from odoo import api, fields, models
from odoo.tools import SQL

STEPS = [
    ("0", "Lead"),
    ("1", "Contacted"),
    ("2", "Qualified"),
    ("3", "Quotation"),
]


class CrmStage(models.Model):
    """Stages have names of their own in each shop; the funnel has the same steps."""

    _inherit = "crm.stage"

    crm_orders_step = fields.Selection(
        STEPS,
        "Step of the Funnel",
        required=True,
        default="1",
        help="How far a lead in this stage has got. In the report Funnel by Source it"
        " counts as having taken the steps before as well. Leads in a stage for won ones"
        " count as won.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("crm_orders_step"):
            # Those that are in the stage have got that far.
            self.env["crm.lead"]._crm_orders_reach_by_stage(self)
        return result

    @api.model
    def _crm_orders_guess_steps(self):
        """Steps of the stages that are there: Odoo's own, and the first of all."""
        stages = self.sudo().search([("id", "!=", 0)])
        known = {
            "crm.stage_lead1": "0",
            "crm.stage_lead2": "2",
            "crm.stage_lead3": "3",
        }
        guessed = {stages[:1]: "0"}
        for name, step in known.items():
            if stage := self.env.ref(name, raise_if_not_found=False):
                guessed[stage.sudo()] = step
        self.flush_model()
        for stage, step in guessed.items():
            if stage:
                self.env.cr.execute(
                    SQL(
                        "UPDATE crm_stage SET crm_orders_step = %s WHERE id = %s",
                        step,
                        stage.id,
                    )
                )
        self.invalidate_model(["crm_orders_step"])
