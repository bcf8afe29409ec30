from odoo import models


class PosSession(models.Model):
    """Nothing is left of orders that were made at a till and not paid."""

    _inherit = "pos.session"

    def _validate_session(self, *args, **kwargs):
        result = super()._validate_session(*args, **kwargs)
        if self.state == "closed":
            # Cashiers have no right on orders.
            orders = self.env["sale.order"].sudo()
            orders.search(
                [
                    ("crm_orders_till_session_id", "=", self.id),
                    ("state", "in", ("draft", "sent")),
                ]
            )._crm_orders_drop_unpaid()
        return result
