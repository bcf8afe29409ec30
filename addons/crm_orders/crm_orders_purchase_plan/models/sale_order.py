from markupsafe import Markup

from odoo import Command, models


class SaleOrder(models.Model):
    """A preorder that is cancelled need not be bought any more."""

    _inherit = "sale.order"

    def _action_cancel(self):
        lines = self.sudo().order_line.filtered("crm_orders_is_preorder")
        bought = lines.filtered("crm_orders_purchase_line_ids")
        result = super()._action_cancel()
        for line in bought:
            line._crm_orders_correct_purchase(line.crm_orders_preorder_qty)
            line.crm_orders_purchase_line_ids = [Command.clear()]
        return result

    def _crm_orders_warn_buyer(self, purchase, line, quantity):
        """Tell the buyer, and whoever sells, that the vendor has been asked for too much."""
        self.ensure_one()
        text = self.env._(
            "Preorder %(order)s no longer needs %(quantity)g × %(product)s. The vendor has"
            " been asked for it already with %(purchase)s.",
            order=self.name,
            quantity=quantity,
            product=line.product_id.display_name,
            purchase=purchase.name,
        )
        purchase.activity_schedule(
            "mail.mail_activity_data_warning",
            note=Markup("<p>%s</p>") % text,
            user_id=(purchase.user_id or self.user_id or self.env.user).id,
        )
        self.message_post(body=text, subtype_xmlid="mail.mt_note")
