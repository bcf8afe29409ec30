from odoo import fields, models
from odoo.tools import float_compare


class CrmOrdersOrderPaid(models.AbstractModel):
    """How much of an order is paid, and what follows from it."""

    _name = "crm_orders.order.paid"
    _description = "Order and Its Payments"

    def _crm_orders_look_at_payments(self):
        """Let paid orders move on; called when money has come in."""
        orders = self.sudo().filtered(
            lambda order: order.state == "sale" and order.crm_orders_stage_id
        )
        if not orders:
            return
        paid = orders._get_crm_orders_paid()
        in_full, deposit = orders.browse(), orders.browse()
        for order in orders:
            rounding = {"precision_rounding": order.currency_id.rounding}
            if float_compare(paid[order], order.amount_total, **rounding) >= 0:
                in_full |= order
            wanted = order._get_crm_orders_deposit()
            if wanted > 0 and float_compare(paid[order], wanted, **rounding) >= 0:
                deposit |= order
        deposit._crm_orders_happened("deposit")
        in_full._crm_orders_happened("paid")

    def _get_crm_orders_deposit(self):
        """What is to be paid before work begins, in the order's currency."""
        self.ensure_one()
        return self._get_prepayment_required_amount()

    def _get_crm_orders_paid(self):
        """How much of each order is paid, in its currency.

        Payments on the web count for the order at once; an invoice counts as far as it
        is paid, for those of its lines that are of the order.

        :return: dict of order -> amount
        """
        paid = {}
        for order in self.sudo():
            invoiced = 0.0
            for line in order.order_line.invoice_lines:
                invoice = line.move_id
                if invoice.state != "posted" or not invoice.amount_total:
                    continue
                share = 1 - invoice.amount_residual / invoice.amount_total
                amount = line.price_total * share
                if invoice.currency_id != order.currency_id:
                    amount = invoice.currency_id._convert(
                        amount,
                        order.currency_id,
                        order.company_id,
                        invoice.invoice_date or fields.Date.context_today(order),
                    )
                invoiced += amount if invoice.is_inbound() else -amount
            paid[order] = max(order.amount_paid, invoiced)
        return {order: paid[order.sudo()] for order in self}
