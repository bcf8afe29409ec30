from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_orders_identity.tools import handle as handle_tool

from .crm_orders_call import UNDER_WAY
from .crm_orders_callback import ERASED


class CrmOrdersErasure(models.AbstractModel):
    """Finds calls; that somebody called, and how long, stays in the statistics."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "calls": self.env._("Calls: numbers, names and notes"),
            "recordings": self.env._("Recordings of calls"),
            "callbacks": self.env._("Calls to return"),
        }

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        calls = self._find_calls(scope)
        found["calls"] = calls
        found["recordings"] = calls.recording_ids
        found["callbacks"] = calls.callback_id | (
            self.env["crm_orders.callback"]
            .sudo()
            .search(
                Domain("company_id", "in", scope.companies.ids)
                & Domain("number", "!=", ERASED)
                & self._get_phone_domain(scope)
            )
        )
        return found

    @api.model
    def _find_calls(self, scope):
        """Calls that are over; what is being spoken just now is nobody's to erase."""
        return (
            self.env["crm_orders.call"]
            .sudo()
            .search(
                Domain("company_id", "in", scope.companies.ids)
                & Domain("is_erased", "=", False)
                & Domain("state", "not in", UNDER_WAY)
                & self._get_phone_domain(scope)
            )
        )

    @api.model
    def _get_phone_domain(self, scope):
        """What is theirs, or nobody's but from a number that only they have."""
        numbers = [
            value for kind, _scope, value in scope.handles if kind == handle_tool.PHONE
        ]
        return (
            Domain("partner_id", "in", scope.partners.ids)
            | Domain("lead_id", "in", scope.leads.ids)
            | Domain("number", "in", numbers)
            & Domain("partner_id", "=", False)
            & Domain("lead_id", "=", False)
        )

    @api.model
    def _get_linked_events_domain(self, scope):
        calls = self._find_calls(scope)
        domain = super()._get_linked_events_domain(scope)
        return domain | Domain("call_id", "in", calls.ids)

    @api.model
    def _erase_found(self, scope, found):
        calls, callbacks = found["calls"], found["callbacks"]
        self._erase_lines(scope, calls, callbacks)
        found["recordings"].unlink()
        callbacks.filtered(lambda one: one.state == "open")._close(
            "cancelled", user=self.env.user
        )
        callbacks.write({"number": ERASED, "partner_id": False, "lead_id": False})
        calls.write(calls._prepare_erased_vals())
        return super()._erase_found(scope, found)

    @api.model
    def _erase_lines(self, scope, calls, callbacks):
        """Delete the lines that tell of calls in the chatter, and reminders of them."""
        lines = calls.message_id
        numbers = {*calls.mapped("number"), *callbacks.mapped("number")} - {
            False,
            ERASED,
        }
        if numbers:
            lines |= lines.search(
                Domain("message_type", "=", "user_notification")
                & (
                    Domain("model", "=", "crm.lead")
                    & Domain("res_id", "in", scope.leads.ids)
                    | Domain("model", "=", "res.partner")
                    & Domain("res_id", "in", scope.partners.ids)
                )
                & Domain.OR(
                    Domain(name, "like", number)
                    for name in ("subject", "body")
                    for number in numbers
                )
            )
        lines.unlink()
