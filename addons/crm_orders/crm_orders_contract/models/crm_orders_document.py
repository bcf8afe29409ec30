from odoo import fields, models

from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP


class CrmOrdersDocument(models.Model):
    """A contract on paper can become a running one."""

    _inherit = "crm_orders.document"

    contract_ids = fields.One2many(
        "contract.contract",
        "crm_orders_document_id",
        "Running Contracts",
        groups=STAGE_GROUP,
    )

    def action_start_contract(self):
        """Ask how long the contract runs and how often it is invoiced."""
        self._check_worker(("made", "sent", "signed", "archived"))
        return self.order_id._get_crm_orders_contract_action(
            {"default_document_id": self.id}
        )
