from odoo import api, models
from odoo.fields import Domain


class CrmOrdersErasure(models.AbstractModel):
    """Finds what customers were told; that they were told stays with the order."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "notices": self.env._("Messages about orders"),
        }

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        found["notices"] = (
            self.env["crm_orders.order.notice"]
            .sudo()
            .search(
                Domain("company_id", "in", scope.companies.ids)
                & Domain("partner_id", "in", scope.partners.ids)
                # What is still to go out is about an order that is under way.
                & Domain("state", "not in", ("waiting", "sending"))
                & (Domain("text", "!=", False) | Domain("recipient", "!=", False))
            )
        )
        return found

    @api.model
    def _erase_found(self, scope, found):
        notices = found["notices"]
        self._erase_messages(notices.note_id)
        notices.write({"text": False, "recipient": False})
        return super()._erase_found(scope, found)
