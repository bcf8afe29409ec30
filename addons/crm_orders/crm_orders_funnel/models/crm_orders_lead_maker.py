from odoo import api, models


class CrmOrdersLeadMaker(models.AbstractModel):
    """New leads know the channel that they came by."""

    _inherit = "crm_orders.lead.maker"

    @api.model
    def _prepare_lead_vals(self, source, inquiry, match, known):
        vals = super()._prepare_lead_vals(source, inquiry, match, known)
        return {**vals, "crm_orders_source_id": source.id}
