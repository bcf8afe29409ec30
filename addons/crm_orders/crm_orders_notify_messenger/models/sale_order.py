from odoo import models


class SaleOrder(models.Model):
    """Customers are told in the messenger that they wrote from."""

    _inherit = "sale.order"

    def _get_crm_orders_open_channels(self):
        channels = super()._get_crm_orders_open_channels()
        return (
            ["messenger", *channels]
            if self._get_crm_orders_conversation()
            else channels
        )

    def _get_crm_orders_conversation(self):
        """The conversation in which the customer can be written to now, if any.

        That in the messenger which the customer prefers, else of the lead that the order
        came from, else the last one.
        """
        self.ensure_one()
        order = self.sudo()
        preferred = order.partner_id.crm_orders_preferred_channel
        of_lead = order.opportunity_id.crm_orders_conversation_ids
        known = of_lead | order.partner_id.crm_orders_identity_ids.conversation_ids
        return known.filtered(
            lambda one: (
                one.lead_id
                and not one.is_closed
                and one.source_id.active
                and one.company_id in (order.company_id, one.company_id.browse())
            )
        ).sorted(
            lambda one: (
                one.identity_id.kind == preferred,
                one in of_lead,
                one.last_in_date or one.create_date,
            ),
            reverse=True,
        )[:1]
