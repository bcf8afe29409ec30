from odoo import api, fields, models


class CrmOrdersNotifyPreview(models.TransientModel):
    """Shows a message as a customer would read it."""

    _name = "crm_orders.notify.preview"
    _description = "Preview of a Message to Customers"

    rule_id = fields.Many2one(
        "crm_orders.order.notice.rule", required=True, readonly=True
    )
    order_id = fields.Many2one(
        "sale.order",
        "As for Order",
        compute="_compute_order_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('crm_orders_stage_id', '!=', False)]",
    )
    subject = fields.Char(compute="_compute_text")
    text = fields.Text(compute="_compute_text")
    length_text = fields.Char("Length", compute="_compute_text")

    @api.depends("rule_id")
    def _compute_order_id(self):
        for preview in self:
            orders = self.env["sale.order"]
            here = [("crm_orders_stage_id", "=", preview.rule_id.stage_id.id)]
            anywhere = [("crm_orders_stage_id", "!=", False)]
            preview.order_id = orders.search(here, limit=1) or orders.search(
                anywhere, limit=1
            )

    @api.depends("order_id")
    def _compute_text(self):
        for preview in self:
            preview.subject = preview.text = preview.length_text = False
            if preview.order_id:
                subject, text = preview.rule_id._get_texts(preview.order_id._origin)
                preview.subject, preview.text = subject, text
                preview.length_text = self.env._("%s characters", len(text))
