from odoo import api, fields, models


class PurchaseOrder(models.Model):
    """Purchases know how many preorders wait for them."""

    _inherit = "purchase.order"

    crm_orders_preorder_count = fields.Integer(
        "Preorders Waiting",
        compute="_compute_crm_orders_preorder_count",
        compute_sudo=True,
    )

    @api.depends("order_line.crm_orders_sale_line_ids")
    def _compute_crm_orders_preorder_count(self):
        for purchase in self:
            purchase.crm_orders_preorder_count = len(
                purchase.order_line.crm_orders_sale_line_ids.order_id
            )

    def action_crm_orders_view_preorders(self):
        """Show the preorders that this is bought for, as far as one may see them."""
        self.ensure_one()
        self.check_access("read")
        orders = self.sudo().order_line.crm_orders_sale_line_ids.order_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_preorder.sale_order_preorder_action"
        )
        return {**action, "domain": [("id", "in", orders.ids)], "context": {}}
