from odoo import models


class PaymentTransaction(models.Model):
    """Payments on the web let their orders move on."""

    _inherit = "payment.transaction"

    def _post_process(self):
        result = super()._post_process()
        self.sale_order_ids._crm_orders_look_at_payments()
        return result
