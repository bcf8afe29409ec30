"""The story of the shop, from a customer's question to the cashier's payslip.

Its parts build on each other and are told in the order in which they stand here.
"""

import json
import re
import shutil
import subprocess
import urllib.request
import uuid
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from PyPDF2 import PdfReader

from .pages import Backend, Till, amount, reload_until
from .receipt import Reader

CUSTOMER = "Elsa Lahtinen"
QUESTION = "Blankets and mugs for our summer house"
CASHIER = "Kaisa Korpi"
SELLER = "Sami Salo"
BASKET = {"Wool blanket Tunturi": 89.00, "Serving bowl Järvi": 34.50}
GOLD_CUSTOMER = "Aino Virtanen"
GOLD_DISCOUNT = 10  # percent
VAT = 25.5  # percent, included in the prices


@pytest.fixture(scope="module")
def story():
    """What later parts need to know of earlier ones."""
    return SimpleNamespace(external_id=f"story-{uuid.uuid4()}")


def receipts(stage):
    """The receipts that the virtual printer has printed so far."""
    return set(stage.receipts.glob("*.png"))


def drawer_pulses(stage):
    """The openings of the virtual cash drawer so far."""
    log = stage.receipts / "drawer.jsonl"
    return log.read_text().splitlines() if log.exists() else []


def is_print(stage, answer):
    """Whether this is the device service's answer to a printed receipt."""
    sent = answer.request.post_data or ""
    return answer.url.startswith(stage.proxy) and (
        answer.url.endswith("/print") or "print_receipt" in sent
    )


def draw_first_page(pdf):
    """Make a picture of what comes out of the office's printer."""
    command = ["pdftoppm", "-r", "96", "-png", "-singlefile", pdf, pdf.with_suffix("")]
    subprocess.run(command, check=True)


class Refused(Exception):
    """The server's answer to a call that it did not carry out."""


def call(page, model, method, *arguments):
    """Call a method as somebody does who knows more than the screens show."""
    parameters = {"model": model, "method": method, "args": arguments, "kwargs": {}}
    answer = page.request.post(
        "/web/dataset/call_kw",
        data={"jsonrpc": "2.0", "method": "call", "params": parameters},
    ).json()
    if "error" in answer:
        raise Refused(answer["error"]["data"]["name"])
    return answer["result"]


def post_lead(stage, key, payload):
    """Send a lead as a web shop does; return the status and the answer."""
    request = urllib.request.Request(
        f"{stage.shop}/crm_orders/v1/leads",
        json.dumps(payload).encode(),
        {"Content-Type": "application/json", "X-Source-Key": key},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, json.load(answer)


def test_admin_opens_the_shop(people):
    """From then on Odoo knows the shop's address, which stands in the links it gives."""
    page = people.page("admin")
    expect(page.locator(".o_demo_badge")).to_contain_text("Demo database")
    page.get_by_title("Home Menu").or_(
        page.locator(".o_navbar_apps_menu button")
    ).first.click()
    for app in ("Orders", "Point of Sale", "Payroll"):
        expect(page.get_by_role("menuitem", name=app, exact=True)).to_be_visible()


def test_manager_connects_the_web_shop(people, story, picture):
    backend = Backend(people.page("manager"))
    backend.open("lead-sources/new")
    backend.fill("name", "Web shop of the story")
    backend.choose("user_id", SELLER)
    backend.save()
    backend.press("Make the Key")
    dialog = backend.dialog()
    expect(dialog).to_contain_text("Copy the key now")
    story.key = dialog.locator(
        "[name='key'] .o_field_widget, [name='key'] span"
    ).first.inner_text()
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
    expect(page.locator(".o_kanban_record:visible", has_text=QUESTION)).to_have_count(1)
    lead.click()
    expect(backend.field("email_from")).to_be_visible()
    picture(page, "lead")
    backend.press("New Quotation")
    backend.dialog().get_by_role("button", name="Confirm", exact=True).click()
    expect(backend.field("partner_id").locator("input")).to_have_value(CUSTOMER)
    backend.add_line("Wool blanket Tunturi", 2)
    backend.add_line("Ceramic mug Marja", 6)
    expect(backend.field("tax_totals")).to_contain_text("291.40")
    backend.press("Confirm")
    expect(page.locator(".o_arrow_button_current")).to_have_text("Sales Order")
    story.order = backend.field("name").inner_text()
    picture(page, "order")


def test_customer_follows_the_order(people, story, picture):
    backend = Backend(people.page("seller"))
    backend.follow("Copy Tracking Link")
    notice = backend.page.locator(".o_notification", has_text="tracking link")
    story.link = re.search(r"https?://\S+", notice.inner_text(), re.I)[0]
    customer = people.visitor("customer", phone=True)
    customer.goto(story.link)
    expect(customer.get_by_role("heading", name=story.order)).to_be_visible()
    current = customer.locator("[aria-current='step']")
    expect(current).to_contain_text("Order received")
    for name in ("Waiting for goods", "Being collected"):
        backend.press("Next Stage")
        expect(backend.field("crm_orders_stage_id").locator("input")).to_have_value(
            name
        )
    customer.reload()
    expect(current).to_contain_text("Being prepared")
    picture(customer, "tracking-phone")
    backend.open("order-board")
    expect(backend.card(story.order)).to_be_visible()
    picture(backend.page, "order-board")


def test_cashier_sells_to_a_gold_customer(people, story, picture):
    till = Till(people.page("cashier"))
    till.open("Helsinki", cash="100")
    for product in BASKET:
        till.add(product)
    assert amount(till.total.inner_text()) == sum(BASKET.values())
    till.choose_customer(GOLD_CUSTOMER)
    expect(till.badge).to_have_text("Gold")
    for product in BASKET:
        expect(till.line(product)).to_contain_text(f"{GOLD_DISCOUNT}%")
    story.total = round(sum(BASKET.values()) * (100 - GOLD_DISCOUNT) / 100, 2)
    expect(till.total).to_contain_text(f"{story.total:.2f}")
    till.settle()
    picture(till.page, "till")


def test_receipt_comes_out_and_the_drawer_opens(people, stage, story, picture):
    till = Till(people.page("cashier"))
    printed, pulses = receipts(stage), drawer_pulses(stage)
    till.pay("Cash")
    till.settle()
    picture(till.page, "till-payment")
    with till.page.expect_response(lambda answer: is_print(stage, answer)):
        till.validate()
    receipt = till.page.locator(".receipt-screen .pos-receipt")
    expect(receipt).to_be_visible()
    till.settle()
    picture(till.page, "till-receipt")
    new = receipts(stage) - printed
    assert len(new) == 1, "One sale, one receipt."
    paper = shutil.copy(new.pop(), stage.screenshots / "receipt.png")
    amounts = Reader(receipt).amounts(paper)
    assert f"{story.total:.2f}" in amounts, amounts
    assert len(drawer_pulses(stage)) == len(pulses) + 1


def test_register_is_closed_and_its_entries_are_posted(people, story, picture):
    till = Till(people.page("cashier"))
    till.page.get_by_role("button", name="New Order").click()
    till.close()
    backend = Backend(people.page("manager"))
    backend.open("action-point_of_sale.action_pos_session")
    backend.open_row("Closed & Posted")
    picture(backend.page, "pos-session")
    backend.follow("Journal Items")
    backend.unfold("POSS/")
    vat = story.total * VAT / (100 + VAT)
    expect(backend.row(f"{VAT}%")).to_contain_text(f"{vat:.2f}")
    picture(backend.page, "pos-entries")


def test_payroll_officer_runs_the_payslips(people, stage, picture):
    backend = Backend(people.page("payroll"))
    page = backend.page
    backend.open("pay-runs/new")
    picture(page, "pay-run-new")
    backend.save()
    backend.press("Compute")
    confirm = page.get_by_role("button", name="Confirm All", exact=True)
    expect(confirm).to_be_visible()
    page.get_by_role("tab", name="Payslips").click()
    expect(page.locator(".o_data_row")).to_have_count(3)
    picture(page, "pay-run")
    confirm.click()
    backend.dialog().get_by_role("button", name=re.compile("ok|confirm", re.I)).click()
    expect(page.locator(".o_arrow_button_current")).to_have_text("Confirmed")
    with page.expect_download() as download:
        backend.press("Print Payslips")
    payslips = stage.screenshots / "payslips.pdf"
    download.value.save_as(payslips)
    texts = [leaf.extract_text() for leaf in PdfReader(payslips).pages]
    assert len(texts) == 3, "A payslip has one page."
    for text in texts:
        assert "euroa" in text, "The net amount in words, in the employee's language."
    draw_first_page(payslips)


def test_cashier_reads_nothing_that_is_not_his(people, picture):
    page = people.page("cashier")
    backend = Backend(page)
    backend.open("my-payslips")
    expect(page.locator(".o_data_row").first).to_be_visible()
    picture(page, "my-payslips")
    everybody = call(people.page("payroll"), "payroll.lite.payslip", "search", [])
    own = call(
        page, "payroll.lite.payslip", "search_read", [], ["employee_id", "state"]
    )
    assert {slip["state"] for slip in own} == {"done"}
    assert {slip["employee_id"][1] for slip in own} == {CASHIER}
    others = set(everybody) - {slip["id"] for slip in own}
    assert others
    for refused in (
        lambda: call(page, "payroll.lite.payslip", "read", sorted(others)),
        lambda: call(page, "payroll.lite.run", "search_read", []),
        lambda: call(page, "hr.version", "search_read", [], ["wage"]),
        lambda: call(page, "crm.lead", "search_read", []),
        lambda: call(page, "crm_orders.source", "search_read", []),
        lambda: call(page, "crm_orders.event", "search_read", []),
    ):
        with pytest.raises(Refused, match="AccessError"):
            refused()
    payslip = page.request.get(f"/report/pdf/payroll_lite.report_payslip/{min(others)}")
    assert not payslip.ok
    assert b"%PDF" not in payslip.body()


def test_nobody_saw_an_error(people):
    """No page had an error in its console, from the first part to the last."""
    assert people.troubles == []
