"""Who sees and moves which orders, and who sees prices: asked over RPC, as each role."""

import random
import re
import uuid

import pytest
import requests
from conftest import Shop

NUMBER = random.randrange(10**8, 10**9)
WORKSHOP, CUSTOMER = f"workshop{NUMBER}", f"customer{NUMBER}"
PRICE = 7319.53
# Each way in which somebody might write it.
PRICES = ("7319", "7 319", "7\N{NO-BREAK SPACE}319", "7,319")
# What only the people of the shop may know of.
OURS = [
    "crm_orders.deposit",
    "crm_orders.order.check",
    "crm_orders.order.notice",
    "crm_orders.order.notice.rule",
    "crm_orders.order.type",
    "crm_orders.purchase.plan",
    "crm_orders.stage",
    "crm_orders.stage.condition",
    "crm_orders.stage.log",
    "crm_orders.work.action",
    "crm_orders.demand",
]
REFUSED = "not allowed|Access|access|Ask a manager|not have enough rights"


class Orders:
    """Two orders of two sellers, and one on its way to a customer by the courier."""

    def __init__(self, base_url, admin, manager, seller):
        self.admin, self.manager, self.seller = admin, manager, seller
        self.groups = {
            name: admin.find(
                "ir.model.data",
                [("module", "=", module), ("name", "=", name)],
                "res_id",
            )[0]["res_id"]
            for module, name in (
                ("crm_orders_work", "group_worker"),
                ("base", "group_portal"),
            )
        }
        (self.courier_id,) = self._ids("res.users", ("login", "=", "courier"))
        (self.seller_id,) = self._ids("res.users", ("login", "=", "seller"))
        (self.manager_id,) = self._ids("res.users", ("login", "=", "manager"))
        (self.product_id,) = admin.call(
            "product.product",
            "create",
            [{"name": f"Bench {NUMBER}", "type": "service", "list_price": PRICE}],
        )
        self.way = manager.find(
            "crm_orders.order.type", [("kind", "=", "delivery")], "stage_ids"
        )[0]
        self.on_its_way = manager.find(
            "crm_orders.stage",
            [("id", "in", self.way["stage_ids"]), ("user_rule", "=", "taker")],
            "name",
        )[0]["id"]
        self.sellers = self._order("Seija", self.seller_id)
        self.managers = self._order("Martti", self.manager_id)
        self.couriers = self._order("Kyllikki", self.manager_id)
        manager.call(
            "sale.order",
            "write",
            [self.couriers],
            {
                "crm_orders_stage_id": self.on_its_way,
                "crm_orders_user_id": self.courier_id,
            },
        )
        (partner,) = manager.find(
            "sale.order", [("id", "=", self.sellers)], "partner_id"
        )
        self._user(WORKSHOP, "group_worker", {"name": "Pajan Pekka"})
        self._user(CUSTOMER, "group_portal", {"partner_id": partner["partner_id"][0]})
        self.courier = Shop(base_url, "courier")
        self.workshop = Shop(base_url, WORKSHOP)
        self.customer = Shop(base_url, CUSTOMER)

    def _ids(self, model, *domain):
        return [row["id"] for row in self.admin.find(model, list(domain), "id")]

    def _user(self, login, group, vals):
        (company,) = self.manager.find(
            "res.users", [("login", "=", "manager")], "company_id"
        )
        company_id = company["company_id"][0]
        vals = {
            "login": login,
            "password": login,
            "company_id": company_id,
            "company_ids": [(6, 0, [company_id])],
            "group_ids": [(6, 0, [self.groups[group]])],
            **vals,
        }
        self.admin.call("res.users", "create", [vals])

    def _order(self, name, user_id):
        (partner_id,) = self.manager.call(
            "res.partner",
            "create",
            [{"name": f"{name} {NUMBER}", "phone": "+358 40 765 4321"}],
        )
        line = {"product_id": self.product_id, "product_uom_qty": 1}
        vals = {
            "partner_id": partner_id,
            "user_id": user_id,
            "crm_orders_type_id": self.way["id"],
            "order_line": [(0, 0, line)],
        }
        (order_id,) = self.manager.call("sale.order", "create", [vals])
        self.manager.call("sale.order", "action_confirm", [order_id])
        return order_id

    def seen_by(self, shop):
        ids = [self.sellers, self.managers, self.couriers]
        found = shop.find("sale.order", [("id", "in", ids)], "name", "amount_total")
        return {row["id"]: row["amount_total"] for row in found}

    def stage(self, order_id):
        return self.manager.find(
            "sale.order", [("id", "=", order_id)], "crm_orders_stage_id"
        )[0]["crm_orders_stage_id"][0]

    def link(self, order_id):
        """The path of the customer's page."""
        action = self.manager.call(
            "sale.order", "action_crm_orders_copy_tracking_link", [order_id]
        )
        return re.search(r"/track/[\w-]+", str(action)).group()


@pytest.fixture(scope="module")
def orders(base_url, admin, manager, seller):
    orders = Orders(base_url, admin, manager, seller)
    yield orders
    for order_id in (orders.sellers, orders.managers, orders.couriers):
        manager.call("sale.order", "action_cancel", [order_id])


def cards(shop):
    return shop._rpc("/my-work/cards")["cards"]


def act(shop, user_id, kind, order_id, **values):
    return shop._rpc(
        "/my-work/act",
        user_id=user_id,
        token=str(uuid.uuid4()),
        kind=kind,
        order_id=order_id,
        values=values,
    )


def refuses(shop, model, method, *args, **kwargs):
    with pytest.raises(RuntimeError, match=REFUSED):
        shop.call(model, method, *args, **kwargs)


def test_seller_has_own_orders_with_prices_and_moves_no_others(orders):
    assert list(orders.seen_by(orders.seller)) == [orders.sellers]
    assert orders.seen_by(orders.seller)[orders.sellers] >= PRICE
    before = orders.stage(orders.managers)
    refuses(
        orders.seller, "sale.order", "action_crm_orders_next_stage", [orders.managers]
    )
    assert orders.stage(orders.managers) == before
    before = orders.stage(orders.sellers)
    orders.seller.call("sale.order", "action_crm_orders_next_stage", [orders.sellers])
    assert orders.stage(orders.sellers) != before
    refuses(orders.seller, "crm_orders.stage", "create", [{"name": "Mine"}])


def test_manager_has_them_all(orders):
    assert set(orders.seen_by(orders.manager)) == {
        orders.sellers,
        orders.managers,
        orders.couriers,
    }


def test_courier_has_the_own_order_without_its_price(orders):
    mine = {card["id"]: card for card in cards(orders.courier)}
    assert orders.couriers in mine
    assert not {orders.sellers, orders.managers} & set(mine)
    for price in PRICES:
        assert price not in str(list(mine.values()))
    refuses(orders.courier, "sale.order", "search_read", [], ["name"])
    refuses(orders.courier, "sale.order.line", "search_read", [], ["price_unit"])
    refuses(orders.courier, "sale.order", "action_crm_orders_next_stage", [1])
    for model in OURS:
        refuses(orders.courier, model, "search_count", [])


def test_workshop_neither_sees_nor_moves_what_the_courier_has(orders):
    (me,) = orders.admin.find("res.users", [("login", "=", WORKSHOP)], "id")
    assert orders.couriers not in [card["id"] for card in cards(orders.workshop)]
    before = orders.stage(orders.couriers)
    for kind in ("take", "next"):
        answer = act(orders.workshop, me["id"], kind, orders.couriers)
        assert answer["state"] == "refused", answer
    assert orders.stage(orders.couriers) == before
    answer = act(orders.workshop, orders.courier_id, "next", orders.couriers)
    assert answer["state"] == "other_user", "nobody acts in another one's name"


def test_customer_has_the_own_order_and_nothing_of_how_the_shop_works(orders):
    assert list(orders.seen_by(orders.customer)) == [orders.sellers]
    for name in (
        "crm_orders_stage_id",
        "crm_orders_user_id",
        "crm_orders_log_ids",
        "crm_orders_track_token",
    ):
        refuses(orders.customer, "sale.order", "read", [orders.sellers], [name])
    before = orders.stage(orders.sellers)
    for method in ("action_crm_orders_next_stage", "action_crm_orders_take"):
        refuses(orders.customer, "sale.order", method, [orders.sellers])
    vals = {"crm_orders_stage_id": orders.on_its_way}
    refuses(orders.customer, "sale.order", "write", [orders.sellers], vals)
    assert orders.stage(orders.sellers) == before
    for model in OURS:
        refuses(orders.customer, model, "search_count", [])
    with pytest.raises(RuntimeError, match=REFUSED):
        cards(orders.customer)


def test_anybody_with_the_link_sees_stages_and_no_price(orders, base_url):
    page = requests.get(base_url + orders.link(orders.sellers), timeout=60)
    assert page.status_code == 200
    (order,) = orders.manager.find(
        "sale.order", [("id", "=", orders.sellers)], "name", "user_id"
    )
    assert order["name"] in page.text
    for secret in (*PRICES, "€", order["user_id"][1]):
        assert secret not in page.text
    assert page.headers["Referrer-Policy"] in ("no-referrer", "same-origin")


def test_anybody_without_a_link_gets_nothing(orders, base_url):
    anonymous = requests.Session()
    answer = anonymous.post(
        f"{base_url}/web/dataset/call_kw/sale.order/search_read",
        json={
            "jsonrpc": "2.0",
            "method": "call",
            "params": {
                "model": "sale.order",
                "method": "search_read",
                "args": [[], ["name"]],
                "kwargs": {},
            },
        },
        timeout=60,
    ).json()
    assert "result" not in answer
    page = anonymous.get(f"{base_url}/my-work", timeout=60)
    assert "/web/login" in page.url
    assert anonymous.get(f"{base_url}/track/{'x' * 32}", timeout=60).status_code == 404
