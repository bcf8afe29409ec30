from odoo import api, models

from odoo.addons.crm_orders_identity.tools import handle as handle_tool


class CrmOrdersErasure(models.AbstractModel):
    """Finds calls that were asked for at the exchange during the last days."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "dialled": self.env._("Numbers that were dialled through Asterisk"),
        }

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        orders = self.env["crm_orders.asterisk.order"].sudo()
        recent = orders.search([("source_id.company_id", "in", scope.companies.ids)])
        found["dialled"] = recent.filtered(
            lambda order: (
                (
                    handle_tool.PHONE,
                    "",
                    handle_tool.normalise(
                        handle_tool.PHONE,
                        order.number,
                        order.source_id.company_id.country_id.code,
                    ),
                )
                in scope.handles
            )
        )
        return found

    @api.model
    def _erase_found(self, scope, found):
        found["dialled"].unlink()
        return super()._erase_found(scope, found)
