from odoo import models


class AccountMove(models.Model):
    """Paid invoices let their orders move on."""

    _inherit = "account.move"

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self.line_ids.sale_line_ids.order_id._crm_orders_look_at_payments()
        return result
