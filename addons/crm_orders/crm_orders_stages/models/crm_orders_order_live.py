from odoo import models

BOARD_CHANNEL = "crm_orders_board"
# What tells on which column, and how, a card is shown.
SHOWN_FIELDS = {
    "crm_orders_planned_date",
    "crm_orders_stage_id",
    "crm_orders_type_id",
    "crm_orders_user_id",
}
MAX_IDS = 500


class CrmOrdersOrderLive(models.AbstractModel):
    """Tells open boards which orders have moved, so that they show it by themselves."""

    _name = "crm_orders.order.live"
    _description = "Order on Open Boards"

    def write(self, vals):
        # Those that leave the board have no stage any more afterwards.
        shown = (
            self._get_crm_orders_on_boards()
            if SHOWN_FIELDS & vals.keys()
            else self.browse()
        )
        result = super().write(vals)
        if SHOWN_FIELDS & vals.keys():
            (shown | self._get_crm_orders_on_boards())._crm_orders_tell_boards()
        return result

    def _get_crm_orders_on_boards(self):
        """Those of these orders that a board shows; costs nothing without stages."""
        if not self.env["crm_orders.stage"]._get_configured_company_ids():
            return self.browse()
        return self.sudo().filtered("crm_orders_stage_id")

    def _crm_orders_tell_boards(self):
        """Note these orders; one message for each company goes out with the commit.

        It holds nothing but numbers: what a person may see of the orders is asked for
        by the board of that person.
        """
        precommit = self.env.cr.precommit
        if self and BOARD_CHANNEL not in precommit.data:
            precommit.data[BOARD_CHANNEL] = {}
            precommit.add(self.browse()._crm_orders_send_to_boards)
        for order in self.sudo():
            moved = precommit.data[BOARD_CHANNEL].setdefault(order.company_id.id, set())
            moved.add(order.id)

    def _crm_orders_send_to_boards(self):
        companies = self.env["res.company"].sudo()
        for company_id, ids in self.env.cr.precommit.data.pop(BOARD_CHANNEL).items():
            self.env["bus.bus"]._sendone(
                (companies.browse(company_id), BOARD_CHANNEL),
                BOARD_CHANNEL,
                # An import of thousands is told as that.
                {"order_ids": sorted(ids) if len(ids) <= MAX_IDS else False},
            )
