"""How long the purchase plan takes over many preorders, against Odoo's replenishment."""

import statistics
import time

PRODUCTS = 500
ORDERS = 40
ROUNDS = 5
PEER_ROUNDS = 3
SHOWN = [
    "week",
    "vendor_id",
    "product_id",
    "needed",
    "preordered",
    "on_hand",
    "incoming",
    "requested",
    "to_buy",
    "order_date",
    "cost",
    "deposits",
]


def purchase_plan(lab):
    """Seconds for the whole plan over 20 000 preorder lines of 500 products.

    The peer is what Odoo does when somebody opens its replenishment: it looks which
    products will be short, makes a reordering rule for each, and computes how much of
    each to order. It knows neither weeks nor costs nor deposits.
    """
    with lab.database(
        "purchaseplan",
        ours=["crm_orders_purchase_plan"],
        prepare=(__file__, "prepare_preorders"),
    ) as database:
        return lab.call(database, __file__, "measure_plan")


def prepare_preorders(env, products=PRODUCTS, orders=ORDERS):
    """A confirmed preorder for each product, then copies of them made in SQL."""
    vendors = env["res.partner"].create([{"name": f"Vendor {n}"} for n in range(20)])
    goods = env["product.product"].create(
        [
            {
                "name": f"Game {n}",
                "type": "consu",
                "is_storable": True,
                "list_price": 50,
                "crm_orders_preorder": True,
                "seller_ids": [
                    (0, 0, {"partner_id": vendors[n % 20].id, "price": 30, "delay": 2})
                ],
            }
            for n in range(products)
        ]
    )
    customer = env["res.partner"].create({"name": "Customer"})
    confirmed = env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
            for product in goods
        ]
    )
    confirmed.action_confirm()
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)])[:1]
    for product in goods[::5]:
        env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, 3
        )
    env.flush_all()
    env.cr.execute(
        """
        CREATE TEMP TABLE copies AS
        SELECT line.order_id, line.id AS line_id, move.id AS move_id,
               nextval('sale_order_id_seq') AS new_order_id,
               nextval('sale_order_line_id_seq') AS new_line_id,
               nextval('stock_move_id_seq') AS new_move_id
          FROM sale_order_line line
          JOIN stock_move move ON move.sale_line_id = line.id
         CROSS JOIN generate_series(2, %s) n
        """,
        [orders],
    )
    for table, own, changed in (
        ("sale_order", "order_id", {"id": "copies.new_order_id"}),
        (
            "sale_order_line",
            "line_id",
            {"id": "copies.new_line_id", "order_id": "copies.new_order_id"},
        ),
        (
            "stock_move",
            "move_id",
            {"id": "copies.new_move_id", "sale_line_id": "copies.new_line_id"},
        ),
    ):
        env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        columns = {name: f'row."{name}"' for (name,) in env.cr.fetchall()} | changed
        names = ", ".join(f'"{name}"' for name in columns)
        env.cr.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())}"
            f" FROM copies JOIN {table} row ON row.id = copies.{own}"
        )
    env.cr.commit()
    env.cr.execute(
        "ANALYZE sale_order, sale_order_line, stock_move, stock_quant, product_product"
    )


def measure_plan(env):
    """Time both; what they say is to be bought must be the same."""
    plan = env["crm_orders.purchase.plan"]
    rules = env["stock.warehouse.orderpoint"]

    def ours():
        rows = plan.search_fetch([], SHOWN)
        return sum(row.to_buy for row in rows)

    def peer():
        rules.action_open_orderpoints()
        return sum(rule.qty_to_order for rule in rules.search([]))

    # Reordering rules would be needs of the plan, so it comes first.
    times, amount = _timed(env, ours, ROUNDS)
    peer_times, peer_amount = _timed(env, peer, PEER_ROUNDS, undo=True)
    if amount != peer_amount or not amount:
        raise RuntimeError(f"We would buy {amount}, Odoo {peer_amount}.")
    env.cr.execute("SELECT COUNT(*) FROM sale_order_line WHERE crm_orders_is_preorder")
    return {
        "ours": statistics.median(times),
        "peer": statistics.median(peer_times),
        "unit": "s",
        "n": env.cr.fetchone()[0],
        "to_buy": amount,
    }


def _timed(env, function, rounds, undo=False):
    times = []
    for _ in range(rounds):
        env.invalidate_all()
        began = time.monotonic()
        result = function()
        times.append(time.monotonic() - began)
        if undo:
            env.cr.rollback()
            env.transaction.clear()
    return times, result


BENCHMARKS = {"crm_orders.purchase_plan": purchase_plan}
