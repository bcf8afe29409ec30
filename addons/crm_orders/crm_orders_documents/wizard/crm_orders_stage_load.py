from odoo import Command, api, models

# Documents that ready-made stages ask for.
USUAL_DOCUMENTS = {"agreed": "contract", "accepted": "work_order"}


class CrmOrdersStageLoad(models.TransientModel):
    """Ready-made stages ask for the documents that such stages usually need."""

    _inherit = "crm_orders.stage.load"

    @api.model
    def _get_stages(self):
        catalog = super()._get_stages()
        for key, name in USUAL_DOCUMENTS.items():
            template = self.env.ref(
                f"crm_orders_documents.template_{name}", raise_if_not_found=False
            )
            if template and template.active:
                catalog[key]["document_template_ids"] = [Command.link(template.id)]
        return catalog
