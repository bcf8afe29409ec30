from odoo import api, fields, models
from odoo.tools import ormcache


class CrmOrdersStage(models.Model):
    """A stage can ask for documents, which are made when an order comes there."""

    _inherit = "crm_orders.stage"

    document_template_ids = fields.Many2many(
        "crm_orders.document.template",
        "crm_orders_stage_document_template_rel",
        "stage_id",
        "template_id",
        "Documents to Produce",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        check_company=True,
        help="Made by themselves when an order comes here, once for each order.",
    )

    @api.model
    def _get_cached_fields(self):
        return super()._get_cached_fields() | {"document_template_ids"}

    def _get_document_templates(self):
        """What documents this stage asks for; nothing where none are chosen."""
        return self.env["crm_orders.document.template"].browse(
            self._get_document_template_ids_of(self.id)
        )

    @ormcache("stage_id")
    def _get_document_template_ids_of(self, stage_id):
        # Asked whenever any order moves.
        return self.sudo().browse(stage_id).document_template_ids._ids
