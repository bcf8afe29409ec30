from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmOrdersOrderCheck(models.Model):
    """Something to tick off before an order can go on, and who did it."""

    _name = "crm_orders.order.check"
    _description = "Task to Tick Off"
    _order = "id"
    _rec_name = "condition_id"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    condition_id = fields.Many2one(
        "crm_orders.stage.condition",
        "Task",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    stage_id = fields.Many2one(related="condition_id.stage_id")
    company_id = fields.Many2one(related="order_id.company_id")
    is_done = fields.Boolean("Done")
    user_id = fields.Many2one("res.users", "By", readonly=True)
    date = fields.Datetime("On", readonly=True)

    _once_uniq = models.UniqueIndex("(order_id, condition_id)")

    @api.model
    def _has_field_access(self, field, operation):
        """People tick off, and nothing else; who did it is noted for them."""
        if operation == "write" and field.name != "is_done" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    def write(self, vals):
        if not self.env.su and vals.keys() - {"is_done"}:
            raise AccessError(self.env._("A task can only be ticked off."))
        if "is_done" in vals:
            # Whoever works on an order ticks off; who may not, may not do this either.
            self.order_id.check_access("write")
            done = bool(vals["is_done"])
            vals = {
                **vals,
                "user_id": self.env.uid if done else False,
                "date": fields.Datetime.now() if done else False,
            }
            return super(CrmOrdersOrderCheck, self.sudo()).write(vals)
        return super().write(vals)

    @api.model
    def _add(self, orders, conditions):
        """Put tasks on these orders, those that are there already left as they are."""
        known = {
            (check.order_id.id, check.condition_id.id)
            for check in orders.sudo().crm_orders_check_ids
        }
        self.sudo().create(
            [
                {"order_id": order.id, "condition_id": condition.id}
                for order in orders
                for condition in conditions
                if (order.id, condition.id) not in known
            ]
        )
