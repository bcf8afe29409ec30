from math import isfinite

from odoo import api, fields, models


class PosOrderLine(models.Model):
    """Remembers what the tier gave, for receipts, reports and another customer."""

    _inherit = "pos.order.line"

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

    @api.model
    def _load_pos_data_fields(self, config):
        return [
            *super()._load_pos_data_fields(config),
            "loyalty_discount",
            "loyalty_manual_discount",
        ]

    def _prepare_refund_data(self, refund_order, PosPackOperationLot):
        """A return has the discount of the sale, but grants none."""
        return {
            **super()._prepare_refund_data(refund_order, PosPackOperationLot),
            "loyalty_discount": 0.0,
            "loyalty_manual_discount": 0.0,
        }

    def _filter_loyalty_lines(self):
        """Lines that count as purchases; glue modules take more away.

        A tip is not a purchase.
        """
        return self.filtered(
            lambda line: line.product_id != line.order_id.config_id.tip_product_id
        )

    def _get_loyalty_amount(self):
        """Net worth in the currency of the company, computed from what is sold.

        The amounts that the till sends along are not used: whoever controls a till
        could write anything there.
        """
        AccountTax = self.env["account.tax"]
        amount = 0.0
        for order, lines in (
            self.filtered(lambda line: isfinite(line.price_unit) and isfinite(line.qty))
            .grouped("order_id")
            .items()
        ):
            base_lines = [line._prepare_loyalty_base_line() for line in lines]
            AccountTax._add_tax_details_in_base_lines(base_lines, order.company_id)
            AccountTax._round_base_lines_tax_details(base_lines, order.company_id)
            for base_line in base_lines:
                details = base_line["tax_details"]
                amount += details["total_excluded"] + details["delta_total_excluded"]
        return amount

    def _prepare_loyalty_base_line(self):
        self.ensure_one()
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            currency_id=self.currency_id,
            rate=self.order_id.currency_rate or 1.0,
            product_id=self.product_id,
            tax_ids=self.tax_ids_after_fiscal_position,
            price_unit=self.price_unit,
            quantity=self.qty,
            discount=self.discount,
        )
