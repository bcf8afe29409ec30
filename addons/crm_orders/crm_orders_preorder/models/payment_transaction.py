from odoo import Command, models
from odoo.tools import str2bool

from .product_template import NoPlace


class PaymentTransaction(models.Model):
    """Deposits that are paid on the web get an accounting document."""

    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        preorders = self.filtered(
            lambda one: any(one.sudo().sale_order_ids.mapped("crm_orders_is_preorder"))
        )
        others = self - preorders
        confirmed = super(PaymentTransaction, others)._check_amount_and_confirm_order()
        for transaction in preorders:
            one = super(PaymentTransaction, transaction)
            try:
                with self.env.cr.savepoint():
                    found = one._check_amount_and_confirm_order()
                    self.env.flush_all()
                confirmed |= found
            except NoPlace as error:
                # Somebody was faster. With an error, Odoo would try the same again, in
                # vain and without anybody knowing.
                self.env.invalidate_all()
                transaction.sudo().sale_order_ids._crm_orders_tell_no_place(str(error))
        preorders.sudo()._crm_orders_invoice_deposits()
        return confirmed

    def _crm_orders_invoice_deposits(self):
        """Make down payment invoices for preorders, which Odoo then posts and settles.

        Without one, the money would lie on the customer's account and nobody could tell
        that it is a deposit.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        if str2bool(parameters.get_param("sale.automatic_invoice")):
            return
        for transaction in self:
            order = transaction.sale_order_ids
            if (
                len(order) != 1
                or transaction.state != "done"
                or transaction.invoice_ids
                or not order._is_crm_orders_open_preorder()
                or order.invoice_status == "invoiced"
            ):
                continue
            wizard = self.env["sale.advance.payment.inv"].create(
                {
                    "sale_order_ids": [Command.set(order.ids)],
                    "advance_payment_method": "fixed",
                    "fixed_amount": transaction.amount,
                }
            )
            transaction.invoice_ids = wizard._create_invoices(order)
