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
            line.order_id._crm_orders_correct_purchase(line)
        return result

    def _crm_orders_correct_purchase(self, line):
        """Take a cancelled line off requests for quotation, or warn who sent them."""
        self.ensure_one()
        wanted = line.crm_orders_preorder_qty
        purchase_lines = line.crm_orders_purchase_line_ids
        line.crm_orders_purchase_line_ids = [Command.clear()]
        for bought in purchase_lines.filtered(
            lambda one: one.order_id.state == "draft"
        ):
            unit = line.product_id.uom_id
            less = min(wanted, bought.product_uom_qty)
            wanted -= less
            left = bought.product_uom_qty - less
            if bought.product_uom_id.compare(left, 0) <= 0:
                bought.unlink()
            else:
                bought.product_qty = unit._compute_quantity(left, bought.product_uom_id)
        for purchase in purchase_lines.exists().order_id.filtered(
            lambda one: one.state in ("sent", "to approve", "purchase")
        ):
            self._crm_orders_warn_buyer(purchase, line)

    def _crm_orders_warn_buyer(self, purchase, line):
        """Tell the buyer, and whoever cancelled, that the vendor knows of the order."""
        text = self.env._(
            "Preorder %(order)s is cancelled: %(quantity)g × %(product)s. The vendor has"
            " been asked for it already with %(purchase)s.",
            order=self.name,
            quantity=line.crm_orders_preorder_qty,
            product=line.product_id.display_name,
            purchase=purchase.name,
        )
        purchase.activity_schedule(
            "mail.mail_activity_data_warning",
            note=Markup("<p>%s</p>") % text,
            user_id=(purchase.user_id or self.user_id or self.env.user).id,
        )
        self.message_post(body=text, subtype_xmlid="mail.mt_note")
