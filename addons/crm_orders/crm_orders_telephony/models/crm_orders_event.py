from datetime import UTC

from odoo import api, fields, models

from odoo.addons.crm_orders_inbound.tools import channel

from ..tools import call_state

MAX_ID = 512


class CrmOrdersEvent(models.Model):
    """Events of an exchange become calls."""

    _inherit = "crm_orders.event"

    call_id = fields.Many2one(
        "crm_orders.call",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The call that this is about.",
    )

    @api.model
    def _get_handlers(self):
        return {**super()._get_handlers(), channel.Call: "_handle_calls"}

    @api.model
    def _handle_calls(self, source, meanings):
        """Add what was reported to the calls that it is about."""
        said, events_by_id = {}, {}
        for event, meaning in meanings.items():
            external_id = (meaning.external_id or "").replace("\x00", "")
            if not external_id or len(external_id) > MAX_ID:
                event._finish(
                    "ignored", reason=self.env._("It does not say which call it is of.")
                )
                continue
            received = event.create_date.replace(tzinfo=UTC).timestamp()
            facts = call_state.facts_of(meaning, received)
            said.setdefault(external_id, []).append(facts)
            events_by_id.setdefault(external_id, self.browse())
            events_by_id[external_id] |= event
        if not said:
            return
        calls = self.env["crm_orders.call"]._take_in(source, said)
        for external_id, events in events_by_id.items():
            call = calls[external_id]
            if call.is_erased:
                # What is reported late says again who it was.
                self.env["crm_orders.erasure"]._erase_events(events)
                events._finish(
                    "ignored", self.env._("The call was erased."), call_id=call.id
                )
                continue
            events._finish("done", call_id=call.id, lead_id=call.lead_id.id)
