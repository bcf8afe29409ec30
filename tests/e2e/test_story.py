"""The story of the shop, from a customer's question to the cashier's payslip.

Its parts build on each other and are told in the order in which they stand here.
"""

import json
import re
import urllib.request
import uuid
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from .pages import Backend, Till, amount, reload_until

CUSTOMER = "Elsa Lahtinen"
QUESTION = "Blankets and mugs for our summer house"
SELLER = "Sami Salo"
GOLD_CUSTOMER = "Aino Virtanen"


@pytest.fixture(scope="module")
def story():
    """What later parts need to know of earlier ones."""
    return SimpleNamespace(external_id=f"story-{uuid.uuid4()}")


def post_lead(stage, key, payload):
    """Send a lead as a web shop does; return the status and the answer."""
    request = urllib.request.Request(
        f"{stage.shop}/crm_orders/v1/leads",
        json.dumps(payload).encode(),
        {"Content-Type": "application/json", "X-Source-Key": key},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, json.load(answer)


def test_manager_connects_the_web_shop(people, story, picture):
    backend = Backend(people.page("manager"))
    backend.open("lead-sources/new")
    backend.fill("name", "Web shop of the story")
    backend.choose("user_id", SELLER)
    backend.save()
    backend.press("Make the Key")
    dialog = backend.dialog()
    expect(dialog).to_contain_text("Copy the key now")
    story.key = dialog.locator("[name='key'] .o_field_widget, [name='key'] span").first.inner_text()
    picture(backend.page, "lead-source-key")
    dialog.get_by_role("button", name="I Have Copied It").click()


def test_lead_comes_in_once(stage, story):
    payload = {
        "external_id": story.external_id,
        "name": CUSTOMER,
        "email": "elsa.lahtinen@example.com",
        "phone": "+358 41 000 0301",
        "city": "Hanko",
        "subject": QUESTION,
        "message": "Two wool blankets and six mugs, please.",
    }
    first = post_lead(stage, story.key, payload)
    again = post_lead(stage, story.key, payload)
    assert first[0] == 202
    assert again == first


def test_seller_makes_an_order_of_the_lead(people, story, picture):
    backend = Backend(people.page("seller"))
    page = backend.page
    backend.open("crm")
    lead = backend.card(QUESTION)
    reload_until(page, lead)
    expect(page.locator(".o_kanban_record", has_text=QUESTION)).to_have_count(1)
    lead.click()
    expect(backend.field("email_from")).to_be_visible()
    picture(page, "lead")
    backend.press("New Quotation")


def test_cashier_sells_to_a_gold_customer(people, stage, story, picture):
    till = Till(people.page("cashier"))
    till.open("Helsinki", cash="100")
    till.add("Wool blanket Tunturi")
    till.add("Ceramic mug Marja")
    full = amount(till.total.inner_text())
    till.choose_customer(GOLD_CUSTOMER)
    picture(till.page, "till")
    till.pay("Cash")
    picture(till.page, "till-payment")
    till.validate()
    assert full == 107.90
