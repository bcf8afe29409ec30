from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_orders_stages.models.crm_orders_stage import FINAL_KINDS


class CrmOrdersErasure(models.AbstractModel):
    """Finds photos and signatures; that something was done stays with the order."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "pictures": self.env._("Photos and signatures of finished orders"),
        }

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        partners = scope.partners.ids
        found["pictures"] = (
            self.env["crm_orders.work.action"]
            .sudo()
            .search(
                Domain("company_id", "in", scope.companies.ids)
                & Domain("attachment_id", "!=", False)
                & (
                    Domain("order_id.partner_id", "in", partners)
                    | Domain("order_id.partner_shipping_id", "in", partners)
                )
                # What shows the work on an order under way is still needed.
                & Domain("order_id.crm_orders_stage_id.kind", "in", list(FINAL_KINDS))
            )
        )
        return found

    @api.model
    def _erase_found(self, scope, found):
        pictures = found["pictures"]
        # The note beside a signature has the name of who signed.
        notes = (
            self.env["mail.message"]
            .sudo()
            .search([("attachment_ids", "in", pictures.attachment_id.ids)])
        )
        self._erase_messages(notes)
        pictures.attachment_id.exists().unlink()
        return super()._erase_found(scope, found)
