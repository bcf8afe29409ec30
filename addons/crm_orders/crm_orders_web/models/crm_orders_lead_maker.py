from odoo import api, models


class CrmOrdersLeadMaker(models.AbstractModel):
    """Leads of forms get to know how the visitor came and what they agreed to."""

    _inherit = "crm_orders.lead.maker"

    @api.model
    def _prepare_lead_vals(self, source, inquiry, match, known):
        vals = super()._prepare_lead_vals(source, inquiry, match, known)
        if source.kind == "web":
            leads = self.env["crm.lead"]
            vals.update(leads._get_crm_orders_consent(source, inquiry.content))
            vals["crm_orders_visit"] = inquiry.content.get("web_visit") or False
        return vals
