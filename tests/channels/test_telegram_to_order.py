"""From a message on Telegram to a won order, as the seller sees it in a browser."""

import random
import re

from e2e.pages import Backend
from playwright.sync_api import expect
from test_messengers import connect

# Somebody else each time, so that it can be tried on the same shop again.
NUMBER = random.randrange(10**8, 10**9)
NAME = f"Helmi Niemi{NUMBER}"
CUSTOMER = {
    "id": NUMBER,
    "first_name": "Helmi",
    "last_name": f"Niemi{NUMBER}",
    "username": f"helmi{NUMBER}",
}
QUESTION = "Onko huopa Tunturi vielä varastossa?"
ANSWER = "On, kolme kappaletta. Teenkö tarjouksen?"


def test_message_becomes_a_won_order(manager, provider, people, picture):
    simulator = provider("telegram")
    source_id = connect("telegram", manager, simulator)
    assert simulator.message(QUESTION, user=CUSTOMER)["status"] == 200
    manager.wait_until_worked_on(source_id)

    # The seller finds the new request, takes it and answers from its page.
    backend = Backend(people.page("seller"))
    page = backend.page
    backend.open("lead-inbox")
    page.get_by_role("tab", name="New").click()
    # There may be hundreds of others.
    page.locator(".o_searchview_input").fill(NAME)
    page.keyboard.press("Enter")
    card = backend.card(NAME)
    expect(card).to_contain_text(QUESTION)
    picture(page, "inbox-telegram")
    card.get_by_role("button", name="Take It").click()
    page.get_by_role("tab", name="Mine to answer").click()
    card.get_by_role("button", name="Reply").click()
    window = backend.dialog()
    expect(window).to_contain_text(QUESTION)
    picture(page, "reply-telegram")
    window.get_by_placeholder("Write to the customer").fill(ANSWER)
    window.get_by_role("button", name="Send", exact=True).click()
    expect(window).to_be_hidden()
    (outgoing,) = manager.wait_for(
        "crm_orders.outgoing",
        [("text", "=", ANSWER), ("state", "in", ("sent", "delivered", "read"))],
        "lead_id",
    )
    sent = simulator.get_sent()
    assert [values["text"] for _method, values in sent] == [ANSWER]
    assert str(sent[0][1]["chat_id"]) == str(CUSTOMER["id"])
    assert simulator.message("Kyllä kiitos, kaksi.", user=CUSTOMER)["status"] == 200
    lead_id = outgoing["lead_id"][0]
    manager.wait_for(
        "crm_orders.event",
        [
            ("source_id", "=", source_id),
            ("lead_id", "=", lead_id),
            ("state", "=", "done"),
        ],
        count=2,
    )

    # The quotation is made of the lead, with a new customer, and confirmed.
    page.goto(f"/odoo/crm.lead/{lead_id}")
    for text in (QUESTION, ANSWER):
        expect(
            page.locator(".o-mail-Chatter .o-mail-Message", has_text=text)
        ).to_be_visible()
    backend.press("New Quotation")
    backend.dialog().get_by_role("button", name="Confirm", exact=True).click()
    expect(backend.field("partner_id").locator("input")).to_have_value(re.compile(NAME))
    backend.add_line("Wool blanket Tunturi", 2)
    backend.press("Confirm")
    expect(page.locator(".o_arrow_button_current")).to_have_text("Sales Order")
    order = backend.field("name").inner_text()
    page.goto(f"/odoo/crm.lead/{lead_id}")
    backend.press("Won")
    expect(page.locator(".ribbon", has_text="Won")).to_be_visible()
    (lead,) = manager.find(
        "crm.lead", [("id", "=", lead_id)], "won_status", "partner_id", "order_ids"
    )
    assert lead["won_status"] == "won"
    (sale,) = manager.find(
        "sale.order", [("id", "in", lead["order_ids"])], "state", "partner_id"
    )
    assert sale["state"] == "sale"

    # All of it is on the customer's card.
    page.goto(f"/odoo/res.partner/{lead['partner_id'][0]}")
    page.get_by_role("tab", name="Timeline").click()
    timeline = page.locator(".o_crm_orders_timeline")
    for text in (QUESTION, ANSWER, order):
        expect(timeline).to_contain_text(text)
    entries = timeline.locator(".o_crm_orders_timeline_entry")
    asked = entries.filter(
        has=page.locator(".o_crm_orders_timeline_text", has_text=QUESTION)
    )
    expect(asked.locator(".fa-arrow-down")).to_have_count(1)
    expect(asked.get_by_text(QUESTION)).to_have_count(1)
    expect(entries.filter(has_text=ANSWER).locator(".fa-arrow-up")).to_have_count(1)
    expect(timeline.locator("[data-key*='lead']").first).to_be_visible()
    picture(page, "timeline-telegram")

    # A further message goes to the same customer.
    simulator.message("Milloin ne tulevat?", user=CUSTOMER)
    manager.wait_for(
        "crm_orders.event",
        [
            ("source_id", "=", source_id),
            ("lead_id.partner_id", "=", lead["partner_id"][0]),
        ],
        count=3,
    )
    assert people.troubles == []
