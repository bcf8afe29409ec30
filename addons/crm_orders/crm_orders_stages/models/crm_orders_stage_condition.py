from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare


class CrmOrdersStageCondition(models.Model):
    """Something that must hold before an order enters or leaves a stage."""

    _name = "crm_orders.stage.condition"
    _inherit = "crm_orders.setup"
    _owner_field = "stage_id"
    _description = "Condition of an Order Stage"
    _order = "stage_id, moment, sequence, id"

    stage_id = fields.Many2one(
        "crm_orders.stage", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="stage_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    moment = fields.Selection(
        [("enter", "To enter"), ("leave", "To leave")],
        "When",
        required=True,
        default="leave",
        help="Whether it must hold before an order enters the stage, or before it goes "
        "on from there.",
    )
    kind = fields.Selection(
        [
            ("tick", "Somebody ticks it off"),
            ("field", "A field is filled in"),
            ("paid", "Paid at least"),
        ],
        required=True,
        default="tick",
    )
    name = fields.Char(
        "Text",
        translate=True,
        help="What people read: the task to tick off, or why the order cannot move on.",
    )
    field_name = fields.Selection(
        "_selection_field_name",
        "Field",
        help="The field of the order that must not be empty.",
    )
    percent = fields.Float(
        "Paid (%)",
        default=100,
        help="How much of the total must be paid, in percent.",
    )

    _percent_range = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)",
        "At most 100 percent can be paid, and more than 0.",
    )

    @api.constrains("kind", "moment", "name", "field_name")
    def _check_is_complete(self):
        names = dict(self._selection_field_name())
        for condition in self:
            if condition.kind == "tick" and condition.moment != "leave":
                raise ValidationError(
                    self.env._("A task is ticked off in its stage, before leaving it.")
                )
            if condition.kind == "tick" and not (condition.name or "").strip():
                raise ValidationError(
                    self.env._(
                        "Write what has to be ticked off in stage %s.",
                        condition.stage_id.name,
                    )
                )
            if condition.kind == "field" and condition.field_name not in names:
                raise ValidationError(
                    self.env._(
                        "Choose the field that must be filled in for stage %s.",
                        condition.stage_id.name,
                    )
                )

    @api.model
    def _selection_field_name(self):
        """Fields of orders that people fill in, by their labels."""
        orders = self.env["sale.order"].sudo()
        found = orders.fields_get(attributes=("string", "type", "readonly", "store"))
        return sorted(
            (
                (name, info["string"])
                for name, info in found.items()
                if info.get("store") and not info.get("readonly")
                if info["type"] not in ("boolean", "json", "properties", "binary")
            ),
            key=lambda choice: (choice[1].casefold(), choice[0]),
        )

    def write(self, vals):
        if "stage_id" in vals:
            raise UserError(self.env._("A condition stays with its stage."))
        return super().write(vals)

    @api.model
    def _get_cached_fields(self):
        return {"sequence"}

    @api.depends("kind", "name", "percent", "field_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for condition in self:
            condition.display_name = condition.name or condition._get_text()

    def _get_text(self):
        """What has to be done, in words."""
        self.ensure_one()
        if self.kind == "paid":
            return self.env._("Paid: at least %(percent)g %%", percent=self.percent)
        if self.kind == "field":
            labels = dict(self._selection_field_name())
            return self.env._("Filled in: %s", labels.get(self.field_name, ""))
        return self.name or ""

    def _get_unmet(self, orders):
        """What is still to be done for each order that does not meet all of these.

        :return: dict of order -> list of texts
        """
        unmet = {}
        for condition in self:
            failing = getattr(condition, f"_get_failing_{condition.kind}")(orders)
            for order in failing:
                unmet.setdefault(order, []).append(condition.display_name)
        return unmet

    def _get_failing_field(self, orders):
        # A field of a module that is gone can be asked of nobody.
        if self.field_name not in orders._fields:
            return orders.browse()
        return orders.filtered(lambda order: not order[self.field_name])

    def _get_failing_paid(self, orders):
        paid = orders._get_crm_orders_paid()
        return orders.filtered(
            lambda order: (
                float_compare(
                    paid[order],
                    order.amount_total * self.percent / 100,
                    precision_rounding=order.currency_id.rounding,
                )
                < 0
            )
        )

    def _get_failing_tick(self, orders):
        done = orders.crm_orders_check_ids.filtered(
            lambda check: check.is_done and check.condition_id == self
        )
        return orders - done.order_id
