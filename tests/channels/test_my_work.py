"""The page of couriers on a phone that loses its network, its page and its browser."""

import io
import os
import random
import re
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from e2e.conftest import ARGUMENTS, PATIENCE, PHONE
from PIL import Image
from playwright.sync_api import expect

# Other people each time, so that it can be tried on the same shop again.
NUMBER = random.randrange(10**8, 10**9)
COURIER = f"courier{NUMBER}"
VIENO, KAISA, SISKO, TAPIO, LIISA = (
    f"{name} {NUMBER}" for name in ("Vieno", "Kaisa", "Sisko", "Tapio", "Liisa")
)
KEPT = """async () => {
    await navigator.serviceWorker.ready;
    const cache = await caches.open("crm_orders_work");
    const keys = (await cache.keys()).map((request) => request.url);
    return keys.some((url) => url.endsWith("/my-work"))
        && keys.some((url) => url.endsWith(".js"));
}"""


def photo():
    """A photo as large as cameras make them."""
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(out, "JPEG", quality=95)
    return {"name": "camera.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Way:
    """A way of its own for the orders of this test: loaded, on the way, delivered."""

    def __init__(self, admin, manager):
        self.admin, self.manager = admin, manager
        (group,) = admin.find(
            "ir.model.data",
            [("module", "=", "crm_orders_work"), ("name", "=", "group_worker")],
            "res_id",
        )
        (self.company,) = manager.find(
            "res.users", [("login", "=", "manager")], "company_id"
        )
        company_id = self.company["company_id"][0]
        (self.courier_id,) = admin.call(
            "res.users",
            "create",
            [
                {
                    "name": "Kuisma Kuski",
                    "login": COURIER,
                    "password": COURIER,
                    "company_id": company_id,
                    "company_ids": [(6, 0, [company_id])],
                    "group_ids": [(6, 0, [group["res_id"]])],
                }
            ],
        )
        (self.type_id,) = manager.call(
            "crm_orders.order.type",
            "create",
            [{"name": f"Courier {NUMBER}", "kind": "delivery", "sequence": 99}],
        )
        self.stages = manager.call(
            "crm_orders.stage",
            "create",
            [
                {
                    "name": f"{name} {NUMBER}",
                    "kind": kind,
                    "sequence": sequence,
                    "type_ids": [(6, 0, [self.type_id])],
                    **more,
                }
                for name, kind, sequence, more in (
                    (
                        "Packed",
                        "accepted",
                        -30,
                        {"user_rule": "taker", "enter_on": "confirmed"},
                    ),
                    (
                        "In the van",
                        "in_work",
                        -29,
                        {"user_rule": "person", "user_id": self.courier_id},
                    ),
                    ("Brought", "ready", -28, {"user_rule": "seller"}),
                )
            ],
        )

    def order(self, name):
        (partner_id,) = self.manager.call(
            "res.partner",
            "create",
            [{"name": name, "phone": "+358 40 765 4321", "street": "Rantatie 7"}],
        )
        vals = {"partner_id": partner_id, "crm_orders_type_id": self.type_id}
        (order_id,) = self.manager.call("sale.order", "create", [vals])
        self.manager.call("sale.order", "action_confirm", [order_id])
        (order,) = self.look(order_id, "crm_orders_stage_id")
        assert order["crm_orders_stage_id"][0] == self.stages[0]
        return order_id

    def look(self, order_id, *fields):
        return self.manager.find("sale.order", [("id", "=", order_id)], *fields)

    def stage(self, order_id):
        return self.look(order_id, "crm_orders_stage_id")[0]["crm_orders_stage_id"][0]

    def photos(self, order_id):
        return self.admin.find(
            "ir.attachment",
            [("res_model", "=", "sale.order"), ("res_id", "=", order_id)],
            "mimetype",
            "file_size",
        )

    def done(self, order_id):
        """What the server has done, in order."""
        found = self.manager.find(
            "crm_orders.work.action", [("order_id", "=", order_id)], "kind", "state"
        )
        return [(one["kind"], one["state"]) for one in found]

    def clear(self):
        """Leave the board as it was: it shows so many columns only."""
        orders = self.manager.find(
            "sale.order", [("crm_orders_type_id", "=", self.type_id)], "id"
        )
        self.manager.call(
            "sale.order", "action_cancel", [order["id"] for order in orders]
        )
        self.manager.call("crm_orders.stage", "write", self.stages, {"active": False})


@pytest.fixture(scope="module")
def way(admin, manager):
    way = Way(admin, manager)
    yield way
    way.clear()


@pytest.fixture(scope="module")
def phone(people, way):
    """The courier's phone; the page has been opened once with a network."""
    page = people.visitor(COURIER, phone=True)
    log_in(page)
    return page


def log_in(page):
    page.goto("/web/login?redirect=/my-work")
    page.locator("#login").fill(COURIER)
    page.locator("#password").fill(COURIER)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.locator(".o_work").wait_for()
    page.wait_for_function(KEPT)


def card(page, name):
    return page.locator(".o_work_card", has_text=name)


def status(page, text):
    expect(page.locator(".o_work_status")).to_have_text(re.compile(text))


def take(page, name):
    page.locator(".o_work_tabs button", has_text="Free").click()
    found = card(page, name)
    found.wait_for()
    if found.locator(".o_work_take").count() == 0:
        found.locator(".o_work_head").click()
    found.locator(".o_work_take").click()
    found.locator(".o_work_next").wait_for()


def shoot(page, name):
    card(page, name).locator("input[type=file]").set_input_files(photo())


def test_courier_works_while_the_network_is_cut(way, phone, picture):
    order_id = way.order(VIENO)
    phone.goto("/my-work")
    take(phone, VIENO)
    status(phone, "All is sent")
    picture(phone, "my-work-phone")

    phone.context.set_offline(True)
    shoot(phone, VIENO)
    status(phone, "1 waiting")
    # A thumb that hits twice moves the order once.
    card(phone, VIENO).locator(".o_work_next").dblclick()
    status(phone, "2 waiting")
    expect(card(phone, VIENO).locator(".o_work_stage")).to_contain_text("In the van")
    picture(phone, "my-work-offline")
    assert way.stage(order_id) == way.stages[0]

    # The page is closed and opened again, still without a network.
    phone.goto("about:blank")
    phone.goto("/my-work")
    status(phone, "2 waiting")
    expect(card(phone, VIENO).locator(".o_work_stage")).to_contain_text("In the van")
    assert way.done(order_id) == [("take", "done")]

    phone.context.set_offline(False)
    status(phone, "All is sent")
    assert way.done(order_id) == [
        ("take", "done"),
        ("photo", "done"),
        ("next", "done"),
    ]
    assert way.stage(order_id) == way.stages[1]
    (kept,) = way.photos(order_id)
    assert kept["mimetype"] == "image/jpeg"
    # The camera's picture was made small before it was sent.
    assert kept["file_size"] < len(photo()["buffer"])
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_answers_that_get_lost_make_nothing_happen_twice(way, phone):
    order_id = way.order(KAISA)
    phone.goto("/my-work")
    take(phone, KAISA)
    status(phone, "All is sent")
    lost = []

    def lose(route):
        # The server has done it, and the phone does not hear of it.
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    phone.route("**/my-work/act", lose)
    shoot(phone, KAISA)
    status(phone, "1 waiting")
    card(phone, KAISA).locator(".o_work_next").click()
    status(phone, "2 waiting")
    way.manager.wait_for(
        "crm_orders.work.action",
        [("order_id", "=", order_id), ("kind", "=", "photo")],
        "state",
    )
    phone.unroute_all(behavior="wait")
    assert lost
    phone.reload()
    status(phone, "All is sent")
    assert way.done(order_id) == [
        ("take", "done"),
        ("photo", "done"),
        ("next", "done"),
    ]
    assert len(way.photos(order_id)) == 1
    assert way.stage(order_id) == way.stages[1]


def test_what_others_did_meanwhile_is_told_and_the_photo_is_kept(way, phone, picture):
    order_id = way.order(SISKO)
    phone.goto("/my-work")
    take(phone, SISKO)
    status(phone, "All is sent")
    phone.context.set_offline(True)
    shoot(phone, SISKO)
    status(phone, "1 waiting")
    card(phone, SISKO).locator(".o_work_next").click()
    status(phone, "2 waiting")
    way.manager.call(
        "sale.order", "write", [order_id], {"crm_orders_stage_id": way.stages[2]}
    )
    phone.context.set_offline(False)
    notice = phone.locator(".o_work_notice", has_text=re.compile("now|list"))
    expect(notice).to_be_visible()
    status(phone, "All is sent")
    picture(phone, "my-work-conflict")
    assert way.done(order_id)[1:] == [("photo", "done"), ("next", "refused")]
    assert way.stage(order_id) == way.stages[2]
    assert len(way.photos(order_id)) == 1
    # It is told until it has been read, also when the page is opened anew.
    phone.reload()
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Understood").click()
    expect(notice).to_have_count(0)


def processes_of(folder):
    """The processes of the browser that keeps its data there."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--user-data-dir={folder}".encode() in words:
            yield int(path.parent.name)


def test_browser_that_is_killed_sends_afterwards(way, browser, base_url):
    order_id = way.order(TAPIO)
    folder = tempfile.mkdtemp()
    options = {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": list(ARGUMENTS),
        "base_url": base_url,
        "viewport": PHONE,
        "is_mobile": True,
        "has_touch": True,
        "locale": "en-US",
    }
    try:
        context = browser.browser_type.launch_persistent_context(folder, **options)
        context.set_default_timeout(PATIENCE)
        page = context.pages[0]
        log_in(page)
        take(page, TAPIO)
        status(page, "All is sent")
        context.set_offline(True)
        shoot(page, TAPIO)
        status(page, "1 waiting")
        card(page, TAPIO).locator(".o_work_next").click()
        status(page, "2 waiting")
        for process in list(processes_of(folder)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        assert way.done(order_id) == [("take", "done")]

        context = browser.browser_type.launch_persistent_context(folder, **options)
        context.set_default_timeout(PATIENCE)
        page = context.pages[0]
        # The session may have been lost with the browser, what was done is not.
        log_in(page)
        status(page, "All is sent")
        assert way.done(order_id) == [
            ("take", "done"),
            ("photo", "done"),
            ("next", "done"),
        ]
        assert len(way.photos(order_id)) == 1
        context.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_boards_of_two_people_show_what_one_of_them_moves(way, people):
    order_id = way.order(LIISA)
    boards = []
    for login in ("manager", "admin"):
        page = people.page(login)
        page.goto("/odoo/order-board")
        page.locator(".o_kanban_record", has_text=LIISA).wait_for()
        boards.append(page)

    def column(page, name):
        return page.locator(".o_kanban_group", has_text=f"{name} {NUMBER}")

    mine, theirs = boards
    # Marks the page: it is not loaded anew.
    theirs.evaluate("window.isTheSamePage = true")
    one = column(mine, "Packed").locator(".o_kanban_record", has_text=LIISA)
    one.locator("button[name=action_crm_orders_next_stage]").click()
    for page in boards:
        expect(
            column(page, "In the van").locator(".o_kanban_record", has_text=LIISA)
        ).to_be_visible()
    assert theirs.evaluate("window.isTheSamePage")
    assert way.stage(order_id) == way.stages[1]
