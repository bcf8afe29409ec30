"""What loyalty costs a receipt: the server's part of a sale, with us and without."""

import datetime
import itertools
import statistics
import time
import uuid

CORE = ["pos_loyalty", "pos_sale", "sale_loyalty"]
OURS = ["loyalty_tiers_pos", "loyalty_tiers_pos_sale", "loyalty_tiers_sale"]
CUSTOMERS = 100
PRODUCTS = 40
PAST_PURCHASES = 24
LINES = 6
RECEIPTS = 400
WARM_UP = 40


def pos_order_sync(lab):
    """Milliseconds that the server needs to store a paid receipt of a customer.

    The same receipts go to a database with Odoo's own modules and to one with ours, tiers
    and two years of purchases, in turns and by one process, so that the machine's moods
    fall on both. Every receipt is a transaction of its own, as it is at a till.
    """
    with (
        lab.database("loyaltycore", core=CORE, prepare=(__file__, "prepare")) as peer,
        lab.database(
            "loyaltyours", core=CORE, ours=OURS, prepare=(__file__, "prepare_loyalty")
        ) as ours,
    ):
        times = lab.call(ours, __file__, "measure", peer=peer)
    return {
        "ours": statistics.median(times["ours"]),
        "peer": statistics.median(times["peer"]),
        "unit": "ms",
        "n": RECEIPTS,
        "ours_mean": round(statistics.fmean(times["ours"]), 2),
        "peer_mean": round(statistics.fmean(times["peer"]), 2),
    }


def prepare(env):
    """A till, products with tax and customers."""
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
    tax = env["account.tax"].create(
        {
            "name": "VAT 25.5 %",
            "amount": 25.5,
            "type_tax_use": "sale",
            "price_include_override": "tax_included",
            "tax_group_id": env["account.tax.group"]
            .search([("company_id", "=", company.id)], limit=1)
            .id,
        }
    )
    env["product.product"].create(
        [
            {
                "name": f"Bench product {number}",
                "default_code": "BENCH",
                "list_price": 5 + number,
                "available_in_pos": True,
                "taxes_id": [(6, 0, tax.ids)],
            }
            for number in range(PRODUCTS)
        ]
    )
    env["res.partner"].create(
        [
            {"name": f"Bench customer {number}", "ref": "BENCH"}
            for number in range(CUSTOMERS)
        ]
    )
    journal = env["account.journal"].create(
        {"name": "Bench cash", "type": "cash", "code": "BNCH"}
    )
    cash = env["pos.payment.method"].create(
        {"name": "Bench cash", "journal_id": journal.id}
    )
    till = env["pos.config"].create(
        {"name": "Bench till", "payment_method_ids": [(6, 0, cash.ids)]}
    )
    till.with_user(env.ref("base.user_admin")).open_ui()


def prepare_loyalty(env):
    """The same with tiers, and customers who have bought for two years."""
    prepare(env)
    company = env.company
    env["loyalty.tier"].create(
        [
            {"name": name, "threshold": threshold, "discount": discount}
            for name, threshold, discount in (
                ("Bronze", 0, 0),
                ("Silver", 500, 5),
                ("Gold", 20000, 10),
            )
        ]
    )
    today = company._get_loyalty_today()
    partners = env["res.partner"].search([("ref", "=", "BENCH")])
    numbers = itertools.count(1)
    env["loyalty.activity"]._accrue(
        [
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "kind": "adjust",
                "source_model": "bench",
                "source_id": next(numbers),
                "date": today - datetime.timedelta(days=30 * month),
                "amount": 40.0 + month,
            }
            for partner in partners
            for month in range(PAST_PURCHASES)
        ]
    )


def measure(env, peer):
    """Milliseconds of each receipt, ours in the database of `env`, and in `peer`."""
    from odoo.api import Environment
    from odoo.modules.registry import Registry

    times = {"ours": [], "peer": []}
    with Registry(peer).cursor() as cursor:
        tills = {
            "ours": _Till(env),
            "peer": _Till(Environment(cursor, env.uid, {})),
        }
        for number in range(WARM_UP + RECEIPTS):
            # neither of them always comes after the other
            for side in sorted(tills, reverse=bool(number % 2)):
                times[side].append(tills[side].sell(number) * 1000)
    counted = env["loyalty.activity"].search_count([("source_model", "=", "pos.order")])
    if counted < WARM_UP + RECEIPTS:
        raise AssertionError(f"Only {counted} receipts were counted.")
    return {side: values[WARM_UP:] for side, values in times.items()}


class _Till:
    """An open till of one database."""

    def __init__(self, env):
        self.env = env = env(user=env.ref("base.user_admin"))
        config = env["pos.config"].search([("name", "=", "Bench till")])
        self.products = env["product.product"].search([("default_code", "=", "BENCH")])
        self.partners = env["res.partner"].search([("ref", "=", "BENCH")])
        self.session = config.current_session_id
        self.session.state = "opened"
        env.cr.commit()

    def sell(self, number):
        """Seconds of one receipt."""
        chosen = [
            self.products[(number + step * 7) % PRODUCTS] for step in range(LINES)
        ]
        receipt = _receipt(self.session, chosen, self.partners[number % CUSTOMERS])
        self.env.cr.commit()
        self.env.invalidate_all()
        start = time.perf_counter()
        self.env["pos.order"].sync_from_ui([receipt])
        self.env.cr.commit()
        return time.perf_counter() - start


def _receipt(session, products, partner):
    """A paid receipt as the till sends it."""
    lines, total, untaxed = [], 0.0, 0.0
    for product in products:
        price = product.lst_price
        lines.append(
            (
                0,
                0,
                {
                    "uuid": str(uuid.uuid4()),
                    "product_id": product.id,
                    "full_product_name": product.name,
                    "qty": 1,
                    "price_unit": price,
                    "discount": 0,
                    "tax_ids": [(6, 0, product.taxes_id.ids)],
                    "price_subtotal": round(price / 1.255, 2),
                    "price_subtotal_incl": price,
                    "pack_lot_ids": [],
                },
            )
        )
        total += price
        untaxed += round(price / 1.255, 2)
    method = session.payment_method_ids[0]
    return {
        "uuid": str(uuid.uuid4()),
        "name": "Bench receipt",
        "session_id": session.id,
        "partner_id": partner.id,
        "user_id": session.env.uid,
        "state": "paid",
        "date_order": session.env.cr.now().strftime("%Y-%m-%d %H:%M:%S"),
        "amount_paid": total,
        "amount_total": total,
        "amount_tax": total - untaxed,
        "amount_return": 0,
        "fiscal_position_id": False,
        "pricelist_id": session.config_id.pricelist_id.id,
        "last_order_preparation_change": "{}",
        "to_invoice": False,
        "lines": lines,
        "payment_ids": [
            (
                0,
                0,
                {
                    "uuid": str(uuid.uuid4()),
                    "name": "Bench",
                    "amount": total,
                    "payment_method_id": method.id,
                },
            )
        ],
    }


BENCHMARKS = {"loyalty.pos_order_sync": pos_order_sync}
