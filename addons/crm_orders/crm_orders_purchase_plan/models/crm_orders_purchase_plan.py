from collections import defaultdict
from datetime import datetime, time

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class CrmOrdersPurchasePlan(models.Model):
    """What has to be bought from whom, week by week, so that every need is met.

    One row for each product, warehouse and week. A row is read from what is true now, so
    nothing has to be brought up to date. Stock, then what is on its way, then what is
    asked for at vendors meets the needs, the earliest first; the rest is to be bought:
    needed = from stock + incoming + on requests + to buy.
    """

    _name = "crm_orders.purchase.plan"
    _description = "Purchase Plan"
    _auto = False
    _order = "week, vendor_id, product_id, id"
    _rec_name = "product_id"
    _depends = {
        "crm_orders.demand": ["product_id", "quantity", "state", "warehouse_id"],
        "product.supplierinfo": ["delay", "min_qty", "partner_id", "price"],
        "purchase.order": ["picking_type_id", "state"],
        "purchase.order.line": ["order_id", "product_id", "product_uom_qty"],
        "sale.order": [
            "crm_orders_preorder_state",
            "crm_orders_queue_date",
            "crm_orders_release_date",
            "state",
        ],
        "sale.order.line": ["crm_orders_is_preorder", "is_downpayment", "price_total"],
        "stock.move": ["location_dest_id", "location_id", "product_qty", "state"],
        "stock.quant": ["location_id", "product_id", "quantity"],
        "stock.warehouse.orderpoint": ["product_max_qty", "product_min_qty"],
    }

    product_id = fields.Many2one("product.product", readonly=True)
    product_uom_id = fields.Many2one(
        "uom.uom", "Unit", related="product_id.uom_id", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    vendor_id = fields.Many2one(
        "res.partner",
        readonly=True,
        help="The first one of the product's vendors that delivers this quantity.",
    )
    week = fields.Date(
        "Needed in Week", readonly=True, help="The Monday of the week of the need."
    )
    order_date = fields.Date(
        "Order Until",
        readonly=True,
        help="The beginning of the week of the need, less the vendor's time to deliver.",
    )
    needed = fields.Float(digits="Product Unit", readonly=True)
    preordered = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="How much of the need are preorders with a place in line.",
    )
    asked = fields.Float(
        "Asked For",
        digits="Product Unit",
        readonly=True,
        help="How much of the need was asked for and not in stock.",
    )
    on_hand = fields.Float("From Stock", digits="Product Unit", readonly=True)
    incoming = fields.Float("From Incoming", digits="Product Unit", readonly=True)
    requested = fields.Float(
        "On Requests",
        digits="Product Unit",
        readonly=True,
        help="On requests for quotation that are not confirmed yet.",
    )
    to_buy = fields.Float(digits="Product Unit", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost = fields.Monetary(readonly=True, help="What is to be bought, without taxes.")
    deposits = fields.Monetary(
        "Covered by Deposits",
        readonly=True,
        help="What we hold of the preorders among the needs.",
    )

    # --- the query ---

    @api.model
    def _get_needs_query(self):
        """SQL of all that is needed; other modules add rows with UNION ALL.

        Preorders whose deposit is not paid need nothing yet.
        """
        return SQL(
            """
            SELECT move.company_id, source.warehouse_id, move.product_id,
                   GREATEST(
                       COALESCE(sale.crm_orders_release_date, move.date::date),
                       CURRENT_DATE
                   ) AS day,
                   move.product_qty AS quantity,
                   CASE WHEN line.crm_orders_is_preorder THEN move.product_qty ELSE 0
                   END AS preordered,
                   0 AS asked,
                   line.id AS sale_line_id
              FROM stock_move move
              JOIN stock_location source ON source.id = move.location_id
                   AND source.usage = 'internal'
              JOIN stock_location target ON target.id = move.location_dest_id
              LEFT JOIN stock_location final ON final.id = move.location_final_id
              LEFT JOIN sale_order_line line ON line.id = move.sale_line_id
              LEFT JOIN sale_order sale ON sale.id = line.order_id
                   AND line.crm_orders_is_preorder
             WHERE move.state IN (
                       'waiting', 'confirmed', 'partially_available', 'assigned'
                   )
               AND source.warehouse_id IS NOT NULL
               AND (
                   target.usage NOT IN ('internal', 'transit')
                   OR final.usage NOT IN ('internal', 'transit') AND NOT EXISTS (
                       SELECT FROM stock_move_move_rel rel
                        WHERE rel.move_orig_id = move.id
                   )
               )
               AND (
                   sale.id IS NULL OR sale.crm_orders_queue_date IS NOT NULL
                   AND COALESCE(sale.crm_orders_preorder_state, '') != 'lapsed'
               )
            UNION ALL
            SELECT demand.company_id, demand.warehouse_id, demand.product_id,
                   CURRENT_DATE, demand.quantity, 0, demand.quantity, NULL
              FROM crm_orders_demand demand
             WHERE demand.state = 'open' AND demand.product_id IS NOT NULL
               AND demand.warehouse_id IS NOT NULL
            """
        )

    @api.model
    def _get_supply_query(self):
        """SQL of what meets the needs: in stock, on its way, and asked for at vendors."""
        return SQL(
            """
            SELECT quant.product_id, location.warehouse_id,
                   quant.quantity AS on_hand, 0 AS incoming, 0 AS requested
              FROM stock_quant quant
              JOIN stock_location location ON location.id = quant.location_id
                   AND location.usage = 'internal'
            UNION ALL
            SELECT move.product_id, target.warehouse_id, 0, move.product_qty, 0
              FROM stock_move move
              JOIN stock_location source ON source.id = move.location_id
                   AND source.usage NOT IN ('internal', 'transit')
              JOIN stock_location target ON target.id = move.location_dest_id
                   AND target.usage = 'internal'
             WHERE move.state IN (
                       'waiting', 'confirmed', 'partially_available', 'assigned'
                   )
            UNION ALL
            SELECT line.product_id, kind.warehouse_id, 0, 0, line.product_uom_qty
              FROM purchase_order_line line
              JOIN purchase_order purchase ON purchase.id = line.order_id
              JOIN stock_picking_type kind ON kind.id = purchase.picking_type_id
             WHERE purchase.state IN ('draft', 'sent', 'to approve')
               AND line.product_id IS NOT NULL
            """
        )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH own AS (%(needs)s), pool AS (
                SELECT product_id, warehouse_id,
                       SUM(on_hand) AS on_hand,
                       SUM(incoming) AS incoming,
                       SUM(requested) AS requested
                  FROM (%(supply)s) supply
                 GROUP BY product_id, warehouse_id
            ), total AS (
                SELECT product_id, warehouse_id, SUM(quantity) AS quantity
                  FROM own
                 GROUP BY product_id, warehouse_id
            ), needs AS (
                SELECT * FROM own
                UNION ALL
                -- A reordering rule fills up when less than its minimum is foreseen.
                SELECT rule.company_id, rule.warehouse_id, rule.product_id,
                       CURRENT_DATE,
                       GREATEST(rule.product_max_qty, rule.product_min_qty),
                       0, 0, NULL
                  FROM stock_warehouse_orderpoint rule
                  LEFT JOIN pool USING (product_id, warehouse_id)
                  LEFT JOIN total USING (product_id, warehouse_id)
                 WHERE rule.active
                   AND COALESCE(pool.on_hand + pool.incoming + pool.requested, 0)
                       - COALESCE(total.quantity, 0) < rule.product_min_qty
            ), deposits AS (
                SELECT id, held FROM (%(deposits)s) deposit
            ), weeks AS (
                SELECT needs.company_id, needs.warehouse_id, needs.product_id,
                       date_trunc('week', needs.day)::date AS week,
                       SUM(needs.quantity) AS needed,
                       SUM(needs.preordered) AS preordered,
                       SUM(needs.asked) AS asked,
                       SUM(deposits.held) AS deposits
                  FROM needs
                  LEFT JOIN deposits ON deposits.id = needs.sale_line_id
                       AND needs.preordered > 0
                 GROUP BY 1, 2, 3, 4
            ), upto AS (
                SELECT *,
                       SUM(needed) OVER (
                           PARTITION BY product_id, warehouse_id ORDER BY week
                       ) AS upto
                  FROM weeks
            ), shelf AS (
                SELECT upto.*,
                       GREATEST(COALESCE(pool.on_hand, 0), 0) AS first,
                       GREATEST(COALESCE(pool.on_hand, 0), 0)
                       + COALESCE(pool.incoming, 0) AS second,
                       GREATEST(COALESCE(pool.on_hand, 0), 0)
                       + COALESCE(pool.incoming, 0)
                       + COALESCE(pool.requested, 0) AS third
                  FROM upto
                  LEFT JOIN pool USING (product_id, warehouse_id)
            ), plan AS (
                SELECT shelf.*,
                       LEAST(upto, first) - LEAST(upto - needed, first) AS on_hand,
                       LEAST(upto, second) - LEAST(upto - needed, second) AS by_second,
                       LEAST(upto, third) - LEAST(upto - needed, third) AS by_third
                  FROM shelf
            )
            SELECT (
                       plan.product_id::bigint * 2048 + (plan.week - DATE '2020-01-06') / 7
                   ) * 2048 + plan.warehouse_id %% 2048 AS id,
                   plan.company_id, plan.warehouse_id, plan.product_id, plan.week,
                   plan.needed, plan.preordered, plan.asked,
                   plan.on_hand,
                   plan.by_second - plan.on_hand AS incoming,
                   plan.by_third - plan.by_second AS requested,
                   plan.needed - plan.by_third AS to_buy,
                   COALESCE(plan.deposits, 0) AS deposits,
                   vendor.partner_id AS vendor_id,
                   plan.week - COALESCE(vendor.delay, 0) AS order_date,
                   (plan.needed - plan.by_third) * COALESCE(
                       vendor.price,
                       (product.standard_price ->> plan.company_id::text)::numeric,
                       0
                   ) AS cost
              FROM plan
              JOIN product_product product ON product.id = plan.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN res_company company ON company.id = plan.company_id
              LEFT JOIN LATERAL (
                   SELECT info.partner_id, info.delay,
                          info.price * (1 - COALESCE(info.discount, 0) / 100)
                          * own_unit.factor / COALESCE(NULLIF(unit.factor, 0), 1)
                          * %(own_rate)s / %(rate)s AS price
                     FROM product_supplierinfo info
                     JOIN uom_uom own_unit ON own_unit.id = template.uom_id
                     LEFT JOIN uom_uom unit ON unit.id = COALESCE(
                          info.product_uom_id, template.uom_id
                     )
                    WHERE info.product_tmpl_id = product.product_tmpl_id
                      AND (info.product_id IS NULL OR info.product_id = product.id)
                      AND (info.company_id IS NULL OR info.company_id = company.id)
                      AND COALESCE(info.date_start, CURRENT_DATE) <= CURRENT_DATE
                      AND COALESCE(info.date_end, CURRENT_DATE) >= CURRENT_DATE
                    ORDER BY COALESCE(info.min_qty, 0) <= plan.needed - plan.by_third
                             DESC, info.sequence, info.min_qty DESC, info.price, info.id
                    LIMIT 1
              ) vendor ON TRUE
            """,
            needs=self._get_needs_query(),
            supply=self._get_supply_query(),
            deposits=self.env["crm_orders.deposit"]._table_query,
            own_rate=self._get_rate_sql(SQL("company.currency_id")),
            rate=self._get_rate_sql(SQL("info.currency_id")),
        )

    @api.model
    def _get_rate_sql(self, currency):
        """SQL of today's rate of a currency in the company of the row."""
        return SQL(
            """
            COALESCE((
                SELECT rate.rate FROM res_currency_rate rate
                 WHERE rate.currency_id = %s AND rate.name <= CURRENT_DATE
                   AND (
                       rate.company_id IS NULL
                       OR rate.company_id
                          = split_part(company.parent_path, '/', 1)::integer
                   )
                 ORDER BY rate.company_id, rate.name DESC
                 LIMIT 1
            ), 1)
            """,
            currency,
        )

    # --- requests for quotation ---

    def action_make_rfqs(self):
        """Put what is to be bought on draft requests for quotation, and open them.

        Requests to the same vendor that are not sent yet are extended.
        """
        purchases = self.env["purchase.order"]
        purchases.check_access("create")
        # Whoever else does the same comes first, or starts over.
        self.sudo().product_id.product_tmpl_id._crm_orders_take_turn()
        self.env.invalidate_all()
        rows = self.search(Domain("id", "in", self.ids) & Domain("to_buy", ">", 0))
        if not rows:
            raise UserError(
                self.env._("Nothing of this is to be bought. It may be on its way.")
            )
        if nobody := rows.filtered(lambda row: not row.vendor_id):
            raise UserError(
                self.env._(
                    "Nobody sells these products. Choose a vendor on their page"
                    " Purchase first: %s",
                    ", ".join(nobody.product_id.mapped("display_name")),
                )
            )
        for (company, warehouse, vendor), group in rows.grouped(
            lambda row: (row.company_id, row.warehouse_id, row.vendor_id)
        ).items():
            purchases |= group.with_company(company)._make_rfq(warehouse, vendor)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Requests for Quotation"),
            "res_model": "purchase.order",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", purchases.ids)],
        }

    def _make_rfq(self, warehouse, vendor):
        """Put these rows of one vendor on a request that is not sent yet."""
        orders = self.env["purchase.order"]
        order = orders.search(
            self._get_rfq_domain(warehouse, vendor), order="id desc", limit=1
        )
        if not order:
            order = orders.create(self._prepare_rfq_vals(warehouse, vendor))
        sale_lines = self._get_sale_lines()
        known = {
            (line.product_id, line.crm_orders_week): line for line in order.order_line
        }
        for row in self:
            links = sale_lines.get((row.product_id.id, row.week), ())
            line = known.get((row.product_id, row.week))
            if line:
                line.product_qty += row.product_uom_id._compute_quantity(
                    row.to_buy, line.product_uom_id
                )
            else:
                line = order.order_line.create(row._prepare_rfq_line_vals(order))
            # Who buys need not see the orders of customers.
            line.sudo().crm_orders_sale_line_ids = [Command.link(one) for one in links]
        return order

    @api.model
    def _get_rfq_domain(self, warehouse, vendor):
        return (
            Domain("state", "=", "draft")
            & Domain("partner_id", "=", vendor.id)
            & Domain("company_id", "=", warehouse.company_id.id)
            & Domain("picking_type_id", "=", warehouse.in_type_id.id)
        )

    @api.model
    def _prepare_rfq_vals(self, warehouse, vendor):
        """Values of a new request for quotation."""
        return {
            "partner_id": vendor.id,
            "company_id": warehouse.company_id.id,
            "picking_type_id": warehouse.in_type_id.id,
            "origin": self.env._("Purchase plan"),
        }

    def _prepare_rfq_line_vals(self, order):
        """Values of a new line for this row."""
        self.ensure_one()
        day = max(self.week, fields.Date.context_today(self))
        return {
            "order_id": order.id,
            "product_id": self.product_id.id,
            "product_qty": self.to_buy,
            "product_uom_id": self.product_uom_id.id,
            "date_planned": datetime.combine(day, time(12)),
            "crm_orders_week": self.week,
        }

    def _get_sale_lines(self):
        """Ids of the preordered lines among the needs of these rows, by product and week."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT product_id, date_trunc('week', day)::date, sale_line_id
                  FROM (%s) needs
                 WHERE preordered > 0 AND product_id IN %s AND warehouse_id IN %s
                """,
                self._get_needs_query(),
                tuple(self.product_id.ids),
                tuple(self.warehouse_id.ids),
            )
        )
        found = defaultdict(list)
        for product_id, week, line_id in rows:
            found[product_id, week].append(line_id)
        return found
