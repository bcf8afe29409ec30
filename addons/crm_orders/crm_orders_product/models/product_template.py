import json
from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL, format_date

from odoo.addons.crm_orders_preorder.models.crm_orders_order_queue import OPEN_MOVES

from ..tools import months

USER_GROUP = "crm_orders_base.group_user"
MANAGER_GROUP = "crm_orders_base.group_manager"
MONTHS = 12
# Long enough to even out weeks, short enough to follow the season.
COVER_DAYS = 90


class ProductTemplate(models.Model):
    """All that somebody at the counter or on the phone wants to know of a product."""

    _inherit = "product.template"

    crm_orders_stock_text = fields.Text(
        "In the Outlets",
        compute="_compute_crm_orders_stock_text",
        compute_sudo=True,
        groups=USER_GROUP,
        help="What can be sold at once in each outlet: what is there, less what is set"
        " aside for orders.",
    )
    crm_orders_next_receipt = fields.Date(
        "Next Delivery",
        compute="_compute_crm_orders_next_receipt",
        compute_sudo=True,
        groups=USER_GROUP,
        help="When the next goods from a vendor are expected.",
    )
    crm_orders_sold_30 = fields.Float(
        "Sold in 30 Days",
        digits="Product Unit",
        compute="_compute_crm_orders_sold_lately",
        compute_sudo=True,
        groups=USER_GROUP,
        help="By sales orders and at the tills, less what came back there.",
    )
    crm_orders_cover_days = fields.Integer(
        "Lasts For (Days)",
        compute="_compute_crm_orders_sold_lately",
        compute_sudo=True,
        groups=USER_GROUP,
        help="How long the stock lasts when as much is sold as in the last 90 days.",
    )
    crm_orders_sold_year = fields.Float(
        "Sold in 12 Months",
        digits="Product Unit",
        compute="_compute_crm_orders_sales",
        compute_sudo=True,
        groups=USER_GROUP,
    )
    crm_orders_sold_graph = fields.Text(
        "Sold by Month",
        compute="_compute_crm_orders_sales",
        compute_sudo=True,
        groups=USER_GROUP,
    )
    crm_orders_turnover = fields.Monetary(
        "Turnover of 12 Months",
        compute="_compute_crm_orders_sales",
        compute_sudo=True,
        groups=MANAGER_GROUP,
        help="Without taxes.",
    )
    crm_orders_margin = fields.Float(
        "Margin (%)",
        compute="_compute_crm_orders_sales",
        compute_sudo=True,
        groups=MANAGER_GROUP,
        help="What is left of the turnover of 12 months when the goods are paid for, at"
        " their present cost.",
    )
    crm_orders_places_left = fields.Float(
        "Places Left",
        digits="Product Unit",
        compute="_compute_crm_orders_places_left",
        compute_sudo=True,
        groups=USER_GROUP,
        help="How many more can be preordered.",
    )
    crm_orders_to_buy = fields.Float(
        "To Buy",
        digits="Product Unit",
        compute="_compute_crm_orders_to_buy",
        compute_sudo=True,
        groups=USER_GROUP,
        help="What the purchase plan says.",
    )
    crm_orders_asked_qty = fields.Float(
        "Asked in Vain",
        digits="Product Unit",
        compute="_compute_crm_orders_asked_qty",
        compute_sudo=True,
        groups=USER_GROUP,
        help="What customers asked for, is not in stock, and has not been served since.",
    )

    def _compute_crm_orders_stock_text(self):
        lines = defaultdict(list)
        for template_id, outlet, quantity in self._get_crm_orders_stock():
            lines[template_id].append(f"{outlet}: {quantity:g}")
        for template in self:
            template.crm_orders_stock_text = "\n".join(lines[template._origin.id])

    def _get_crm_orders_stock(self):
        """Rows of product, outlet and what can be sold there."""
        return self.env.execute_query(
            SQL(
                """
                SELECT product.product_tmpl_id, warehouse.name,
                       SUM(quant.quantity - quant.reserved_quantity)
                  FROM stock_quant quant
                  JOIN product_product product ON product.id = quant.product_id
                  JOIN stock_location location ON location.id = quant.location_id
                  JOIN stock_warehouse warehouse ON warehouse.id = location.warehouse_id
                 WHERE product.product_tmpl_id = ANY(%s)
                   AND location.usage = 'internal'
                   AND warehouse.company_id = ANY(%s)
                 GROUP BY product.product_tmpl_id, warehouse.id
                 ORDER BY warehouse.sequence, warehouse.id
                """,
                self._origin.ids,
                self.env.companies.ids,
            )
        )

    def _compute_crm_orders_next_receipt(self):
        groups = self.env["stock.move"]._read_group(
            [
                ("product_id.product_tmpl_id", "in", self._origin.ids),
                ("state", "in", OPEN_MOVES),
                ("location_id.usage", "=", "supplier"),
                ("company_id", "in", self.env.companies.ids),
            ],
            ["product_id"],
            ["date:min"],
        )
        first = {}
        for product, moment in groups:
            template = product.product_tmpl_id
            first[template] = min(moment, first.get(template, moment))
        for template in self:
            moment = first.get(template._origin)
            template.crm_orders_next_receipt = moment and fields.Date.context_today(
                self, moment
            )

    def _compute_crm_orders_sold_lately(self):
        today = fields.Date.today()
        lately = self._get_crm_orders_sold(today - timedelta(days=30), [])
        longer = self._get_crm_orders_sold(today - timedelta(days=COVER_DAYS), [])
        sold = {template: quantity for template, quantity, _amount in lately}
        pace = {template: quantity for template, quantity, _amount in longer}
        for template in self:
            origin = template._origin
            template.crm_orders_sold_30 = sold.get(origin, 0)
            daily = pace.get(origin, 0) / COVER_DAYS
            stock = max(template.qty_available, 0)
            template.crm_orders_cover_days = stock / daily if daily > 0 else 0

    def _compute_crm_orders_sales(self):
        starts = months.first_days(fields.Date.context_today(self), MONTHS)
        by_month = defaultdict(dict)
        turnover = defaultdict(float)
        for template, month, quantity, amount in self._get_crm_orders_sold(
            starts[0], ["date:month"]
        ):
            by_month[template][month.date()] = quantity
            turnover[template] += amount
        for template in self:
            origin = template._origin
            sold = by_month[origin]
            total = sum(sold.values())
            template.crm_orders_sold_year = total
            template.crm_orders_sold_graph = json.dumps(
                template._prepare_crm_orders_graph(starts, sold)
            )
            template.crm_orders_turnover = turnover[origin]
            cost = total * template.standard_price
            template.crm_orders_margin = (
                100 * (turnover[origin] - cost) / turnover[origin]
                if turnover[origin] > 0
                else 0
            )

    def _get_crm_orders_sold(self, since, more):
        """Groups of what was sold since a day: product, `more`, number, amount."""
        report = self.env["sale.report"]
        return report._read_group(
            [
                ("product_tmpl_id", "in", self._origin.ids),
                ("state", "in", report._get_done_states()),
                ("date", ">=", since),
                ("company_id", "in", self.env.companies.ids),
            ],
            ["product_tmpl_id", *more],
            ["product_uom_qty:sum", "price_subtotal:sum"],
        )

    def _prepare_crm_orders_graph(self, starts, sold):
        """What Odoo's small chart shows: a bar for each month."""
        return [
            {
                "key": self.env._("Sold"),
                "values": [
                    {
                        "label": format_date(self.env, start, date_format="LLL"),
                        "value": sold.get(start, 0),
                        "type": "past" if start != starts[-1] else "future",
                    }
                    for start in starts
                ],
            }
        ]

    def _compute_crm_orders_places_left(self):
        for template in self:
            template.crm_orders_places_left = max(
                template.crm_orders_preorder_quota - template.crm_orders_preordered_qty,
                0,
            )

    def _compute_crm_orders_to_buy(self):
        self._sum_crm_orders(
            "crm_orders_to_buy", "crm_orders.purchase.plan", "to_buy:sum", []
        )

    def _compute_crm_orders_asked_qty(self):
        open_ones = [("state", "=", "open")]
        self._sum_crm_orders(
            "crm_orders_asked_qty", "crm_orders.demand", "quantity:sum", open_ones
        )

    def _sum_crm_orders(self, name, model, aggregate, domain):
        groups = self.env[model]._read_group(
            [
                ("product_id", "in", self._origin.product_variant_ids.ids),
                ("company_id", "in", self.env.companies.ids),
                *domain,
            ],
            ["product_id"],
            [aggregate],
        )
        sums = defaultdict(float)
        for product, value in groups:
            sums[product.product_tmpl_id] += value
        for template in self:
            template[name] = sums[template._origin]

    def action_crm_orders_view_waiting_list(self):
        """Open the preorders of these products in the order of the line."""
        return self._open_crm_orders(
            "crm_orders_preorder.sale_order_line_waiting_action"
        )

    def action_crm_orders_view_plan(self):
        """Open what is to be bought of these products."""
        return self._open_crm_orders(
            "crm_orders_purchase_plan.crm_orders_purchase_plan_action"
        )

    def action_crm_orders_note_demand(self):
        """Write down that a customer asked for this product in vain."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Asked, Not in Stock"),
            "res_model": "crm_orders.demand",
            "view_mode": "form",
            "target": "new",
            "context": {"default_product_id": self.product_variant_id.id},
        }

    def _open_crm_orders(self, xml_id):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        products = self.product_variant_ids.ids
        return {**action, "domain": [("product_id", "in", products)], "context": {}}
