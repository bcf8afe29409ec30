from odoo import api, fields, models


class CrmOrdersAssignCondition(models.AbstractModel):
    """A rule or a policy may be for the leads of some lead sources only."""

    _inherit = "crm_orders.assign.condition"

    channel_ids = fields.Many2many(
        "crm_orders.source",
        string="Lead Sources",
        check_company=True,
        help="Only leads that came by these lead sources, as a form, a messenger or a "
        "mail address. Empty: by any, or written down by hand.",
    )

    def _prepare_condition(self):
        return {**super()._prepare_condition(), "channels": self.channel_ids.ids}

    @api.model
    def _prepare_lead_facts(self, lead, with_text=False):
        facts = super()._prepare_lead_facts(lead, with_text)
        # Rules look at leads in the name of the system.
        return {**facts, "channel": lead.sudo().crm_orders_source_id.id}
