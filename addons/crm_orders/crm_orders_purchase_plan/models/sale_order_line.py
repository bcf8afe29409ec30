from odoo import fields, models


class SaleOrderLine(models.Model):
    """Preordered lines know where their goods are bought."""

    _inherit = "sale.order.line"

    crm_orders_purchase_line_ids = fields.Many2many(
        "purchase.order.line",
        "crm_orders_purchase_sale_line_rel",
        "sale_line_id",
        "purchase_line_id",
        "Bought With",
        readonly=True,
        copy=False,
        groups="crm_orders_base.group_user",
    )

    def write(self, vals):
        if not {"product_uom_qty", "product_uom_id"} & vals.keys():
            return super().write(vals)
        bought = self.sudo().filtered(
            lambda line: line.state == "sale" and line.crm_orders_purchase_line_ids
        )
        before = {line: line.crm_orders_preorder_qty for line in bought}
        result = super().write(vals)
        for line, quantity in before.items():
            less = quantity - line.crm_orders_preorder_qty
            if line.product_id.uom_id.compare(less, 0) > 0:
                line._crm_orders_correct_purchase(less)
        return result

    def _crm_orders_correct_purchase(self, quantity):
        """Take so much off requests for quotation, or warn who has sent them.

        :param quantity: what is not needed any more, in the unit of the product
        """
        self.ensure_one()
        purchase_lines = self.crm_orders_purchase_line_ids
        left = quantity
        for bought in purchase_lines.filtered(
            lambda one: one.order_id.state == "draft"
        ):
            less = min(left, bought.product_uom_qty)
            left -= less
            rest = bought.product_uom_qty - less
            if bought.product_uom_id.compare(rest, 0) <= 0:
                bought.unlink()
            else:
                bought.product_qty = self.product_id.uom_id._compute_quantity(
                    rest, bought.product_uom_id
                )
        for purchase in purchase_lines.exists().order_id.filtered(
            lambda one: one.state in ("sent", "to approve", "purchase")
        ):
            self.order_id._crm_orders_warn_buyer(purchase, self, quantity)
