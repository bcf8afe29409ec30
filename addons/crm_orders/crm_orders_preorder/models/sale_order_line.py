from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP

# What people do not write themselves.
PROTECTED = {
    "crm_orders_is_preorder",
    "crm_orders_preorder_qty",
    "crm_orders_queue_date",
}
QUOTA_FIELDS = {"product_id", "product_uom_id", "product_uom_qty"}


class SaleOrderLine(models.Model):
    """Lines of goods that are ordered before they are there."""

    _inherit = "sale.order.line"

    crm_orders_is_preorder = fields.Boolean(
        "Preordered",
        compute="_compute_crm_orders_is_preorder",
        store=True,
        # Lines can be added to confirmed orders, and look at stock at once. No groups, as
        # who may add lines must be able to compute it.
        precompute=True,
        copy=False,
    )
    crm_orders_preorder_qty = fields.Float(
        "Preordered Quantity",
        digits="Product Unit",
        compute="_compute_crm_orders_preorder_qty",
        store=True,
        copy=False,
        groups=STAGE_GROUP,
        help="In the unit of the product.",
    )
    crm_orders_queue_date = fields.Datetime(
        "In Line Since",
        related="order_id.crm_orders_queue_date",
        store=True,
        copy=False,
        groups=STAGE_GROUP,
    )
    crm_orders_preorder_state = fields.Selection(
        related="order_id.crm_orders_preorder_state", groups=STAGE_GROUP
    )
    crm_orders_place = fields.Integer(
        "Place in Line",
        compute="_compute_crm_orders_place",
        groups=STAGE_GROUP,
        help="1 gets the next goods. 0: not in line.",
    )
    crm_orders_reserved_qty = fields.Float(
        "Set Aside",
        digits="Product Unit",
        compute="_compute_crm_orders_reserved_qty",
        groups=STAGE_GROUP,
        help="How many are there and kept for this order.",
    )

    _crm_orders_queue_idx = models.Index(
        "(product_id, crm_orders_queue_date) WHERE crm_orders_is_preorder"
    )
    _crm_orders_downpayment_idx = models.Index("(order_id) WHERE is_downpayment")

    @api.depends("product_id", "order_id.crm_orders_type_id")
    def _compute_crm_orders_is_preorder(self):
        """Products tell; without any, the type of the order does for all its goods.

        What was agreed when the order was confirmed stays.
        """
        by_order = {}
        for line in self:
            if line.state in ("sale", "cancel") and line._origin.id:
                line.crm_orders_is_preorder = line.crm_orders_is_preorder
                continue
            order = line.order_id
            if order not in by_order:
                templates = order.order_line.product_id.product_tmpl_id
                by_order[order] = (
                    templates._filter_crm_orders_preorderable(),
                    order.sudo().crm_orders_type_id.kind == "preorder",
                )
            preorderable, is_preorder = by_order[order]
            template = line.product_id.product_tmpl_id
            if preorderable or not is_preorder:
                found = template._filter_crm_orders_preorderable()
                line.crm_orders_is_preorder = bool(found)
            else:
                line.crm_orders_is_preorder = template.type == "consu"

    @api.depends(
        "crm_orders_is_preorder", "product_id", "product_uom_id", "product_uom_qty"
    )
    def _compute_crm_orders_preorder_qty(self):
        for line in self:
            if line.crm_orders_is_preorder and line.product_uom_id:
                line.crm_orders_preorder_qty = line.product_uom_id._compute_quantity(
                    line.product_uom_qty, line.product_id.uom_id
                )
            else:
                line.crm_orders_preorder_qty = 0

    def _compute_crm_orders_place(self):
        places = self.env["sale.order"]._get_crm_orders_places(self.product_id)
        for line in self:
            line.crm_orders_place = places.get(line._origin.id, 0)

    @api.depends("move_ids.quantity", "move_ids.state")
    def _compute_crm_orders_reserved_qty(self):
        for line in self:
            moves = line.sudo().move_ids.filtered(
                lambda move: move.state not in ("done", "cancel")
            )
            line.crm_orders_reserved_qty = sum(
                move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id
                )
                for move in moves
            )

    @api.model
    def _has_field_access(self, field, operation):
        """Nobody chooses a place in line by hand."""
        if operation == "write" and field.name in PROTECTED and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        orders = lines.sudo().order_id
        orders._crm_orders_sync_prepayment()
        # Lines can be added to orders that are confirmed already.
        lines.sudo().filtered(lambda line: line.state == "sale").order_id.filtered(
            "crm_orders_is_preorder"
        )._crm_orders_check_places()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if QUOTA_FIELDS & vals.keys():
            orders = self.sudo().order_id
            orders.filtered(
                lambda order: order.state == "sale" and order.crm_orders_is_preorder
            )._crm_orders_check_places()
        if {"price_unit", "discount", "tax_ids", *QUOTA_FIELDS} & vals.keys():
            self.sudo().order_id._crm_orders_sync_prepayment()
        return result

    def unlink(self):
        orders = self.sudo().order_id
        asked = orders.filtered("crm_orders_deposit")
        result = super().unlink()
        orders = orders.exists()
        orders._crm_orders_sync_prepayment()
        (asked & orders)._crm_orders_ask_no_prepayment()
        return result

    def _get_sale_order_line_multiline_description_sale(self):
        """Tell the customer on every document when preordered goods are expected."""
        description = super()._get_sale_order_line_multiline_description_sale()
        template = self.product_id.product_tmpl_id._filter_crm_orders_preorderable()
        lang = self.env.lang
        expected = template.with_context(lang=lang).crm_orders_release_text
        if release := template.crm_orders_release_date:
            expected = format_date(self.env, release, lang_code=lang)
        if expected:
            description += "\n" + self.env._("Preorder, expected: %s", expected)
        return description

    def _prepare_crm_orders_deposit(self):
        """Arguments of the deposit of this line; see `tools/deposit.py`."""
        self.ensure_one()
        template = self.product_id.product_tmpl_id
        order = self.order_id
        kind = template.crm_orders_deposit_kind or "none"
        value = template.crm_orders_deposit_percent
        quantity = self.product_uom_qty
        if kind == "fixed":
            value = template.currency_id._convert(
                template.crm_orders_deposit_fixed,
                order.currency_id,
                order.company_id,
                order.date_order or fields.Date.context_today(order),
                round=False,
            )
            if self.product_uom_id:
                quantity = self.product_uom_id._compute_quantity(
                    quantity, self.product_id.uom_id
                )
        return {
            "kind": kind,
            "value": Decimal(str(value)),
            "quantity": Decimal(str(quantity)),
            "total": Decimal(str(self.price_total)),
        }

    def action_crm_orders_open_order(self):
        """Open the order of the line."""
        self.ensure_one()
        return self.order_id.get_formview_action()
