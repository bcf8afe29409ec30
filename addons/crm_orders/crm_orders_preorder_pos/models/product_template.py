from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

HOLD = timedelta(minutes=30)


class ProductTemplate(models.Model):
    """Places of a quota are held while a customer pays at the till."""

    _inherit = "product.template"

    def _get_crm_orders_taken_domain(self):
        """Quotations that a till has just made hold their places, for half an hour.

        So the second of two tills is refused the last place before it takes money for it.
        """
        held = (
            Domain("state", "in", ("draft", "sent"))
            & Domain("order_id.crm_orders_till_uuid", "!=", False)
            & Domain("order_id.create_date", ">=", fields.Datetime.now() - HOLD)
        )
        return super()._get_crm_orders_taken_domain() | held
