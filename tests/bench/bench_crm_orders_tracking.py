"""What stages cost an order, how fast the board opens, and how many customers can look at
their orders at once; each against Odoo as it is."""

import http.client
import statistics
import time
import urllib.parse

from rates import CLIENTS, rate

CORE = ["sale_management", "sale_crm", "sale_stock"]
OURS = ["crm_orders_stages", "crm_orders_notify"]
ORDERS = 300
WARM_UP = 30
LINES = 5
OPEN_ORDERS = 100_000
LOADS = 15
ROUNDS = 5
SECONDS = 3


def order_confirm(lab):
    """Milliseconds to confirm a quotation, with stages, history and a message queued.

    The same quotations in a database with Odoo's own modules and in one with ours, in
    turns and by one process. Each is a transaction of its own.
    """
    with (
        lab.database("confirmcore", core=CORE, prepare=(__file__, "prepare")) as peer,
        lab.database(
            "confirmours", core=CORE, ours=OURS, prepare=(__file__, "prepare_stages")
        ) as ours,
    ):
        times = lab.call(ours, __file__, "measure_confirm", peer=peer)
    return {
        "ours": statistics.median(times["ours"]),
        "peer": statistics.median(times["peer"]),
        "unit": "ms",
        "n": ORDERS,
        "ours_mean": round(statistics.fmean(times["ours"]), 2),
        "peer_mean": round(statistics.fmean(times["peer"]), 2),
    }


def prepare(env):
    """Customers and products in stock."""
    env["product.product"].create(
        [
            {"name": f"Product {number}", "default_code": "BENCH", "is_storable": True}
            for number in range(LINES)
        ]
    )
    env["res.partner"].create(
        [
            {"name": f"Customer {n}", "ref": "BENCH", "email": f"c{n}@example.com"}
            for n in range(100)
        ]
    )


def prepare_stages(env):
    """The same with the stages of a shop, and what customers are told."""
    prepare(env)
    env["crm_orders.stage.load"].create({"stage_set": "pickup"}).action_load()


def _new_quotations(env, count):
    products = env["product.product"].search([("default_code", "=", "BENCH")])
    partners = env["res.partner"].search([("ref", "=", "BENCH")])
    return env["sale.order"].create(
        [
            {
                "partner_id": partners[number % len(partners)].id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": 2})
                    for product in products
                ],
            }
            for number in range(count)
        ]
    )


def measure_confirm(env, peer):
    """Milliseconds of each confirmation, ours in the database of `env`, and in `peer`."""
    from odoo.api import Environment
    from odoo.modules.registry import Registry

    times = {"ours": [], "peer": []}
    with Registry(peer).cursor() as cursor:
        envs = {"ours": env, "peer": Environment(cursor, env.uid, {})}
        orders = {}
        for side, one in envs.items():
            orders[side] = _new_quotations(one, WARM_UP + ORDERS)
            one.cr.commit()
        for number in range(WARM_UP + ORDERS):
            # neither of them always comes after the other
            for side in sorted(envs, reverse=bool(number % 2)):
                envs[side].invalidate_all()
                order = orders[side][number]
                start = time.perf_counter()
                order.action_confirm()
                envs[side].cr.commit()
                times[side].append((time.perf_counter() - start) * 1000)
    notices = env["crm_orders.order.notice"].search_count([])
    stays = env["crm_orders.stage.log"].search_count([])
    if notices < ORDERS or stays < ORDERS:
        raise AssertionError(f"{notices} messages, {stays} stays")
    return {side: values[WARM_UP:] for side, values in times.items()}


def board(lab):
    """Milliseconds of what a board asks the server for when it opens, 100 000 open orders.

    The peer is Odoo's own kanban view of orders, grouped by state, of the same orders.
    """
    with lab.database(
        "board", core=CORE, ours=OURS, prepare=(__file__, "prepare_board")
    ) as database:
        times = lab.call(database, __file__, "measure_board")
    return {
        "ours": statistics.median(times["ours"]),
        "peer": statistics.median(times["peer"]),
        "unit": "ms",
        "n": LOADS,
        "ours_p95_ms": round(statistics.quantiles(times["ours"], n=20)[-1], 1),
        "orders": OPEN_ORDERS,
    }


def prepare_board(env):
    """One order that went the usual way, and copies of it in every stage."""
    prepare_stages(env)
    order = _new_quotations(env, 1)
    order.action_confirm()
    env.flush_all()
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'sale_order' AND is_generated = 'NEVER'"
    )
    own = {
        "id",
        "name",
        "access_token",
        "crm_orders_track_token",
        "crm_orders_stage_id",
        "crm_orders_planned_date",
        "date_last_stage_update",
        "partner_id",
    }
    same = sorted({name for (name,) in env.cr.fetchall()} - own)
    stages = env["crm_orders.stage"].search(
        [("kind", "not in", ("handed_over", "cancelled"))]
    )
    partners = env["res.partner"].search([("ref", "=", "BENCH")])
    env.cr.execute(
        f"""
        INSERT INTO sale_order (
            name, access_token, crm_orders_track_token, crm_orders_stage_id,
            crm_orders_planned_date, date_last_stage_update, partner_id,
            {", ".join(same)}
        )
        SELECT 'B' || n, md5('a' || n), md5('t' || n), (%(stages)s)[1 + n %% %(count)s],
               now() + (n %% 400 - 100) * interval '1 hour',
               now() - (n %% 300) * interval '1 hour',
               (%(partners)s)[1 + n %% 100],
               {", ".join(f'o."{name}"' for name in same)}
          FROM sale_order o, generate_series(1, %(orders)s) n
         WHERE o.id = %(order)s
        """,
        {
            "stages": stages.ids,
            "count": len(stages),
            "partners": partners.ids,
            "orders": OPEN_ORDERS,
            "order": order.id,
        },
    )
    env.cr.execute(
        """
        INSERT INTO crm_orders_stage_log (order_id, company_id, stage_id, entered_date)
        SELECT id, company_id, crm_orders_stage_id, date_last_stage_update
          FROM sale_order WHERE name LIKE 'B%%'
        """
    )
    env.cr.execute("ANALYZE")
    return order.id


def measure_board(env):
    """Milliseconds of each load of both views, in turns."""
    manager = env.ref("base.user_admin")
    manager.group_ids |= env.ref("crm_orders_base.group_manager")
    env = env(user=manager)
    action = env.ref("crm_orders_stages.sale_order_board_action")
    views = {
        "ours": _View(
            env,
            "crm_orders_stages.sale_order_view_board_kanban",
            "crm_orders_stage_id",
            action.domain,
        ),
        "peer": _View(env, "sale.view_sale_order_kanban", "state", "[]"),
    }
    times = {side: [] for side in views}
    for _number in range(LOADS + 1):
        for side, view in views.items():
            env.invalidate_all()
            start = time.perf_counter()
            shown = view.load()
            times[side].append((time.perf_counter() - start) * 1000)
            if shown < 40:
                raise AssertionError(f"{side} shows {shown} orders")
    # The first load of a process fills caches that all others find filled.
    return {side: values[1:] for side, values in times.items()}


class _View:
    """A kanban view, loaded as the web client does it."""

    def __init__(self, env, view, group_by, domain):
        import ast

        from lxml import etree

        self.orders = env["sale.order"]
        self.domain, self.group_by = ast.literal_eval(domain), group_by
        arch = self.orders.get_view(env.ref(view).id, "kanban")["arch"]
        tree = etree.fromstring(arch)
        names = {node.get("name") for node in tree.iter("field")}
        fields = self.orders.fields_get(names, ["type"])
        self.spec = {
            name: {"fields": {"display_name": {}}}
            if fields[name]["type"] in ("many2one", "many2many", "one2many")
            else {}
            for name in names
        }
        self.progress = tree.find("progressbar")

    def load(self):
        """Ask for all that is shown; how many cards that is."""
        import json

        result = self.orders.web_read_group(
            self.domain,
            [self.group_by],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=self.spec,
            unfold_read_default_limit=40,
        )
        if self.progress is not None:
            self.orders.read_progress_bar(
                self.domain,
                self.group_by,
                {
                    "field": self.progress.get("field"),
                    "colors": json.loads(self.progress.get("colors")),
                },
            )
        return sum(len(group.get("__records", ())) for group in result["groups"])


def tracking_page(lab):
    """Pages per second: 2 processes, 4 customers who look at their orders.

    The peer is the page of the same order in Odoo's portal, by its access token.
    """
    with lab.database(
        "trackpage", core=CORE, ours=OURS, prepare=(__file__, "prepare_stages")
    ) as database:
        paths = lab.call(database, __file__, "prepare_pages")
        with lab.server(database, workers=2) as base_url:
            rounds = [
                {
                    side: rate(
                        [_Visitor(base_url, path) for _ in range(CLIENTS)], SECONDS
                    )
                    for side, path in paths.items()
                }
                for _ in range(ROUNDS)
            ]

    def middle(side, figure="rate"):
        return round(statistics.median(each[side][figure] for each in rounds), 1)

    return {
        "ours": middle("ours"),
        "peer": middle("peer"),
        "unit": "pages/s",
        "n": sum(figures["count"] for each in rounds for figures in each.values()),
        "ours_p95_ms": middle("ours", "p95_ms"),
        "peer_p95_ms": middle("peer", "p95_ms"),
    }


def prepare_pages(env):
    """Addresses of both pages of an order."""
    order = _new_quotations(env, 1)
    order.action_confirm()
    track = urllib.parse.urlsplit(order._crm_orders_get_tracking_url())
    return {"ours": track.path, "peer": order.get_portal_url()}


class _Visitor:
    """Somebody who looks at a page again and again, without a session."""

    def __init__(self, base_url, path):
        self.path = path
        self.connection = http.client.HTTPConnection(
            urllib.parse.urlsplit(base_url).netloc, timeout=60
        )

    def send(self):
        self.connection.request("GET", self.path)
        response = self.connection.getresponse()
        page = response.read()
        if response.status != 200 or b"</html>" not in page:
            raise RuntimeError(f"{response.status} {page[:200]}")


BENCHMARKS = {
    "crm_orders.order_confirm": order_confirm,
    "crm_orders.board": board,
    "crm_orders.tracking_page": tracking_page,
}
