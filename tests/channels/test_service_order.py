"""A service order from the counter to hand-over, with the customer's page open beside it."""

import random
import re

import pytest
from playwright.sync_api import expect

# Others each time, so that it can be tried on the same shop again.
NUMBER = random.randrange(10**6, 10**7)
PHONE_NUMBER = f"040 {NUMBER}"
CUSTOMER = f"Hilkka {NUMBER}"
SERIAL = f"SN {NUMBER}"
# The page asks ever more seldom while nothing happens.
FOLLOWING = 150_000


@pytest.fixture(scope="module")
def way(manager):
    """A way of its own for service orders; the stages' names are found nowhere else."""
    (type_id,) = manager.call(
        "crm_orders.order.type",
        "create",
        [{"name": f"Service {NUMBER}", "kind": "service", "sequence": 99}],
    )
    stages = manager.call(
        "crm_orders.stage",
        "create",
        [
            {
                "name": f"{name} {NUMBER}",
                "public_name": name,
                "kind": kind,
                "sequence": sequence,
                "type_ids": [(6, 0, [type_id])],
                "sla_number": 2,
                **more,
            }
            for name, kind, sequence, more in (
                ("Received", "new", -40, {"enter_on": "confirmed"}),
                (
                    "In repair",
                    "in_work",
                    -39,
                    {"starts_repairs": True, "enter_on": "repair_started"},
                ),
                (
                    "Repaired",
                    "ready",
                    -38,
                    {"enter_on": "repairs_done", "public_hint": "Bring your receipt."},
                ),
                ("Fetched", "handed_over", -37, {}),
            )
        ],
    )
    yield f"Service {NUMBER}"
    # The board shows so many columns only.
    orders = manager.find("sale.order", [("crm_orders_type_id", "=", type_id)], "id")
    manager.call("sale.order", "action_cancel", [order["id"] for order in orders])
    manager.call("crm_orders.stage", "write", stages, {"active": False})
    manager.call("crm_orders.order.type", "write", [type_id], {"active": False})


def step(page, name, state):
    return page.locator(f".o_crm_orders_step.o_crm_orders_{state}", has_text=name)


def test_service_order_from_the_counter_to_hand_over(way, people, manager, picture):
    seller = people.page("seller")
    seller.goto("/odoo/order-board")
    seller.get_by_role("button", name="Quick Order").click()
    form = seller.locator(".o_dialog .o_crm_orders_quick")
    # The cursor is in the phone number; nothing but the keyboard is needed.
    expect(form.locator("[name=phone] input")).to_be_focused()
    picture(seller, "quick-empty")
    seller.keyboard.type(PHONE_NUMBER)
    seller.keyboard.press("Tab")
    expect(form.locator("[name=customer_name] input")).to_be_focused()
    seller.keyboard.type(CUSTOMER)
    seller.keyboard.press("Tab")
    # The first type is chosen; this one is the last.
    seller.keyboard.press("ArrowLeft")
    chosen = form.locator("[name=type_id] .o_radio_item:has(input:checked)")
    expect(chosen).to_have_text(way)
    seller.keyboard.press("Tab")
    seller.keyboard.type("The brakes squeak")
    form.locator("[name=device] input").fill("Blue bicycle")
    form.locator("[name=serial] input").fill(SERIAL)
    form.locator("[name=secret] input").fill("4711")
    picture(seller, "quick-filled-in")
    seller.keyboard.press("Alt+q")
    code = form.locator("[name=track_qr] img")
    expect(code).to_be_visible()
    seller.wait_for_function("img => img.naturalWidth > 0", arg=code.element_handle())
    picture(seller, "quick-made")
    link = form.locator("[name=track_url]").inner_text()
    path = re.search(r"/track/[\w-]{32}", link)[0]
    seller.locator(".o_dialog footer button:visible", has_text="Close").click()
    expect(form).to_have_count(0)

    customer = people.visitor("customer of a repair", phone=True)
    customer.goto(path)
    # Marks the page: what follows is shown without anybody loading it anew.
    customer.evaluate("window.isTheSamePage = true")
    expect(step(customer, "Received", "current")).to_be_visible()
    page = customer.locator(".o_crm_orders_track")
    expect(page).to_contain_text(f"Blue bicycle, {SERIAL}")
    expect(page).not_to_contain_text("4711")
    expect(page).not_to_contain_text("squeak")
    picture(customer, "track-received")

    # The workshop takes it: the stage starts the repair.
    card = seller.locator(".o_kanban_record", has_text=CUSTOMER)
    expect(card).to_contain_text(SERIAL)
    picture(seller, "board-with-device")
    card.locator("button[name=action_crm_orders_next_stage]").click()
    expect(step(customer, "In repair", "current")).to_be_visible(timeout=FOLLOWING)

    # What is repaired moves the order by itself.
    mechanic = people.page("manager")
    (repair,) = manager.find(
        "repair.order", [("crm_orders_serial", "=", SERIAL)], "state", "sale_order_id"
    )
    assert repair["state"] == "under_repair"
    mechanic.goto(f"/odoo/repairs/{repair['id']}")
    expect(mechanic.locator("[name=crm_orders_stage_name]")).to_contain_text(
        "In repair"
    )
    picture(mechanic, "repair-form")
    mechanic.locator("button[name=action_repair_end]:visible").click()
    expect(mechanic.locator("[name=crm_orders_stage_name]")).to_contain_text("Repaired")
    expect(step(customer, "Repaired", "current")).to_be_visible(timeout=FOLLOWING)
    expect(page).to_contain_text("Bring your receipt.")

    # Hand-over, from the order itself.
    seller.goto(f"/odoo/sale.order/{repair['sale_order_id'][0]}")
    seller.locator("button[name=action_crm_orders_next_stage]").click()
    expect(seller.locator("[name=crm_orders_stage_id] input")).to_have_value(
        re.compile("Fetched")
    )
    picture(seller, "service-order")
    expect(step(customer, "Fetched", "done")).to_be_visible(timeout=FOLLOWING)
    assert customer.evaluate("window.isTheSamePage")
    picture(customer, "track-fetched")
    (repair,) = manager.find("repair.order", [("id", "=", repair["id"])], "state")
    assert repair["state"] == "done"


def test_page_is_whole_without_script(way, browser, base_url, manager):
    (partner_id,) = manager.call(
        "res.partner", "create", [{"name": f"Plain {CUSTOMER}"}]
    )
    (type_id,) = manager.call(
        "crm_orders.order.type", "search", [("name", "=", way)], limit=1
    )
    vals = {"partner_id": partner_id, "crm_orders_type_id": type_id}
    (order_id,) = manager.call("sale.order", "create", [vals])
    manager.call("sale.order", "action_confirm", [order_id])
    action = manager.call(
        "sale.order", "action_crm_orders_copy_tracking_link", [order_id]
    )
    path = "/track/" + action["params"]["url"].rpartition("/")[2]
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(path)
    expect(step(page, "Received", "current")).to_be_visible()
    context.close()
