from odoo import api, models


class CrmOrdersErasure(models.AbstractModel):
    """Finds how visitors came; what they agreed to stays, as it may have to be shown."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {**super()._get_kinds(), "visits": self.env._("Visits of the website")}

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        found["visits"] = scope.leads.filtered("crm_orders_visit")
        return found

    @api.model
    def _erase_found(self, scope, found):
        found["visits"].crm_orders_visit = False
        return super()._erase_found(scope, found)

    @api.model
    def _erase_events(self, events):
        result = super()._erase_events(events)
        # Nobody can say any more that it was none.
        events.exists().is_suspected = False
        return result
