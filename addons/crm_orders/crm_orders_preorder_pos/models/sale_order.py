from odoo import fields, models

from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP


class SaleOrder(models.Model):
    """Deposits of preorders are paid at the till, and their goods handed over there."""

    _inherit = "sale.order"

    crm_orders_till_deposit = fields.Monetary(
        "Deposit Agreed at the Till", copy=False, readonly=True, groups=STAGE_GROUP
    )

    def _compute_crm_orders_deposit(self):
        """What was agreed at the till stays, although the deposit adds lines."""
        result = super()._compute_crm_orders_deposit()
        for order in self:
            agreed = order.sudo().crm_orders_till_deposit
            if agreed and order.state in ("draft", "sent"):
                order.crm_orders_deposit = agreed
        return result

    def _get_crm_orders_till_deposit(self):
        if self.crm_orders_is_preorder:
            return self.crm_orders_deposit
        return super()._get_crm_orders_till_deposit()

    def _crm_orders_agree_at_till(self, day, deposit):
        if not self.crm_orders_is_preorder:
            return super()._crm_orders_agree_at_till(day, deposit)
        result = super()._crm_orders_agree_at_till(False, deposit)
        vals = {"crm_orders_till_deposit": deposit, "crm_orders_deposit": deposit}
        if day:
            vals["crm_orders_release_date"] = day
        self.write(vals)
        return result

    def _crm_orders_check_at_till(self):
        result = super()._crm_orders_check_at_till()
        if self.crm_orders_is_preorder:
            self._crm_orders_check_places()
        return result

    def _crm_orders_look_at_till(self):
        result = super()._crm_orders_look_at_till()
        self.sudo()._crm_orders_look_at_allocation()
        return result

    def _get_crm_orders_preorder_state(self):
        """Odoo cancels the delivery of what was handed over at the till."""
        lines = self.order_line.filtered("crm_orders_is_preorder")
        if lines.sudo().pos_order_line_ids and all(
            line._get_crm_orders_till_left() <= 0 for line in lines
        ):
            return "done"
        return super()._get_crm_orders_preorder_state()

    def _crm_orders_refund_deposits(self):
        """What was paid at the till is given back there: tell where."""
        notes = super()._crm_orders_refund_deposits()
        for order in self:
            paid = order._get_crm_orders_till_sums().get(order.id, 0)
            if order.currency_id.compare_amounts(paid, 0) > 0:
                order.message_post(
                    body=self.env._(
                        "%(amount)s was paid at the till. Give it back there: %(receipts)s",
                        amount=order.currency_id.format(paid),
                        receipts=", ".join(order._get_crm_orders_till_receipts()),
                    ),
                    subtype_xmlid="mail.mt_note",
                )
        return notes
