from odoo import fields, models


class CrmOrdersOutgoing(models.Model):
    """A part of a message about an order."""

    _inherit = "crm_orders.outgoing"

    notice_id = fields.Many2one(
        "crm_orders.order.notice",
        "Message About an Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def _set_state(self, state, error=False):
        result = super()._set_state(state, error)
        for outgoing in self:
            if outgoing.notice_id:
                outgoing.notice_id._follow_outgoing(outgoing)
        return result
