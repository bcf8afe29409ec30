from odoo import api, fields, models

from odoo.addons.loyalty_tiers.tools import engine

# what changes the worth of a confirmed order
PRICE_FIELDS = {"product_id", "product_uom_qty", "price_unit", "discount", "tax_ids"}


class SaleOrderLine(models.Model):
    """Gets the better of its own discount and that of the customer's tier."""

    _inherit = "sale.order.line"

    loyalty_discount = fields.Float(
        string="Tier Discount (%)",
        digits="Discount",
        help="What the tier of the customer gave on this line, 0 if nothing.",
    )
    loyalty_manual_discount = fields.Float(
        string="Discount Without Tier (%)",
        digits="Discount",
        help="What the tier replaced, for when the customer changes.",
    )

    def _compute_discount(self):
        """Let core work as if there were no tier, then take the better discount."""
        tiered = self.filtered(
            lambda line: line.loyalty_discount or line._get_loyalty_percent()
        )
        tiered._set_loyalty_discount(0.0)
        result = super()._compute_discount()
        tiered._apply_loyalty_discount()
        return result

    def _get_loyalty_percent(self):
        order = self.order_id
        return order.loyalty_tier_id and self.env["loyalty.tier"]._get_percent(
            order.loyalty_tier_id.id, order.company_id.id
        )

    def _is_loyalty_discountable(self):
        """Whether the tier gives a discount on the line; glue modules add reasons."""
        self.ensure_one()
        return bool(
            self.product_id
            and not self.display_type
            and not self.is_downpayment
            and not self.reward_id
            and not self._is_global_discount()
            and not self._is_discount_line()
            and not self.product_id.loyalty_tier_excluded
            and self.price_unit >= 0
        )

    def _apply_loyalty_discount(self):
        """Take the better of the discount of the lines and that of the tier."""
        for percent, lines in self.grouped(
            lambda line: line._get_loyalty_percent() or 0.0
        ).items():
            lines._set_loyalty_discount(percent)

    def _set_loyalty_discount(self, percent):
        """Write what the engine says, once for all lines that get the same."""
        changes = {}
        for line in self:
            values = {
                "discount": line.discount,
                "tier_discount": line.loyalty_discount,
                "manual_discount": line.loyalty_manual_discount,
            }
            if not percent and not values["tier_discount"]:
                continue
            excluded = bool(percent) and not line._is_loyalty_discountable()
            new = engine.line_discount({**values, "excluded": excluded}, percent)
            if new != values:
                changes.setdefault(tuple(new.values()), self.browse())
                changes[tuple(new.values())] += line
        for (discount, tier_discount, manual_discount), lines in changes.items():
            lines.update(
                {
                    "discount": discount,
                    "loyalty_discount": tier_discount,
                    "loyalty_manual_discount": manual_discount,
                }
            )

    def _add_precomputed_values(self, vals_list):
        """Keep what the discount of a new line consists of, not only the discount."""
        result = super()._add_precomputed_values(vals_list)
        discount = self._fields["discount"]
        for vals in vals_list:
            order = self.env["sale.order"].browse(vals.get("order_id"))
            if not order.loyalty_tier_id or discount not in vals.get(
                "__precomputed__", ()
            ):
                continue
            line = self.new(
                {
                    name: value
                    for name, value in vals.items()
                    if name not in ("discount", "__precomputed__")
                }
            )
            vals["discount"] = line.discount
            vals["loyalty_discount"] = line.loyalty_discount
            vals["loyalty_manual_discount"] = line.loyalty_manual_discount
        return result

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._schedule_order_sync()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if PRICE_FIELDS & vals.keys():
            self._schedule_order_sync()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders.filtered(lambda order: order.state == "sale")._schedule_loyalty_sync()
        return result

    def _schedule_order_sync(self):
        confirmed = self.filtered(lambda line: line.state == "sale").order_id
        confirmed._schedule_loyalty_sync()
