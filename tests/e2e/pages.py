"""What people do on the screens of the shop, in their own words."""

import re

from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

RELOADS = 30  # at most; each waits for RELOAD_PATIENCE
RELOAD_PATIENCE = 2_000
CLICKS = 4
CLICK_PATIENCE = 5_000


def reload_until(page, locator):
    """Reload until the server has done its work in the background."""
    for _attempt in range(RELOADS):
        if locator.first.is_visible():
            return
        page.reload()
        page.locator("body.o_web_client .o_action_manager > *").first.wait_for()
        try:
            locator.first.wait_for(timeout=RELOAD_PATIENCE)
        except TooLate:
            continue
    expect(locator.first).to_be_visible()


class Backend:
    """The web client: menus, forms, lists and boards."""

    def __init__(self, page):
        self.page = page

    def open(self, path):
        """Go to an action by its path, as a bookmark does."""
        self.page.goto(f"/odoo/{path}")
        self.page.locator(".o_action_manager > *").first.wait_for()

    def press(self, name):
        """Press a button of the form; a second one of the name is in the menu."""
        self.page.locator(".o_control_panel, .o_form_view").get_by_role(
            "button", name=name, exact=True
        ).filter(visible=True).first.click()

    def dialog(self):
        return self.page.locator(".modal.show, .modal:visible").last

    def field(self, name):
        return self.page.locator(f".o_field_widget[name='{name}']").first

    def fill(self, name, value):
        self.field(name).locator("input, textarea").first.fill(value)

    def choose(self, name, value):
        """Pick a record in a many2one field."""
        self.fill(name, value)
        self.page.locator(
            ".o-autocomplete--dropdown-item", has_text=value
        ).first.click()

    def add_line(self, product, quantity):
        """Add a product to a quotation."""
        lines = self.field("order_line").locator(".o_data_row")
        before = lines.count()
        line = lines.nth(before)
        for attempt in range(CLICKS):
            self.page.get_by_role("button", name="Add a product").click()
            try:
                # A click is lost while the line before it is still being worked out.
                expect(line).to_contain_class("o_selected_row", timeout=CLICK_PATIENCE)
                break
            except AssertionError:
                if attempt == CLICKS - 1:
                    raise
        cell = line.locator("[name='product_template_id'], [name='product_id']").first
        cell.locator("input, textarea").first.fill(product)
        item = self.page.locator(".o-autocomplete--dropdown-item", has_text=product)
        with self.page.expect_response("**/onchange"):
            item.first.click()
        with self.page.expect_response("**/onchange"):
            line.locator("[name='product_uom_qty'] input").fill(str(quantity))
            self.page.keyboard.press("Tab")

    def save(self):
        self.page.locator(".o_form_button_save:visible").click()
        expect(self.page.locator(".o_form_button_save:visible")).to_have_count(0)

    def row(self, text):
        return self.page.locator(".o_data_row", has_text=text).first

    def unfold(self, text):
        """Open a group of a list."""
        self.page.locator(".o_group_header", has_text=text).first.click()

    def open_row(self, text):
        self.row(text).locator(".o_data_cell").first.click()
        self.page.locator(".o_form_view").wait_for()

    def follow(self, text):
        """Press a button of the box above the form, which leads to related records."""
        self.page.locator(".oe_stat_button:visible", has_text=text).click()
        self.page.locator(".o_breadcrumb .active, .o_last_breadcrumb_item").wait_for()

    def card(self, text):
        return self.page.locator(".o_kanban_record:visible", has_text=text).first


class Till:
    """The point of sale as the cashier uses it."""

    def __init__(self, page):
        self.page = page

    def open(self, outlet, cash):
        self.page.goto("/odoo/point-of-sale")
        card = self.page.locator(".o_kanban_record:visible", has_text=outlet)
        card.get_by_role("button", name="Open Register").click()
        opening = self.page.locator(".modal", has_text="Opening Control")
        opening.locator("input").first.fill(cash)
        opening.get_by_role("button", name="Open Register").click()
        expect(opening).to_have_count(0)

    def add(self, product):
        self.page.locator("article.product", has_text=product).click()
        expect(self.line(product)).to_be_visible()

    def line(self, product):
        return self.page.locator(".order-container .orderline", has_text=product)

    def choose_customer(self, name):
        self.page.get_by_role("button", name="Customer", exact=True).click()
        chooser = self.page.locator(".modal")
        chooser.get_by_placeholder("Search Customers...").fill(name)
        chooser.locator(".partner-line", has_text=name).first.click()
        expect(chooser).to_have_count(0)

    @property
    def badge(self):
        """The tier of the chosen customer."""
        return self.page.locator(".product-screen .set-partner .loyalty-badge")

    @property
    def total(self):
        return self.page.locator(".order-summary .total")

    def pay(self, method):
        self.page.locator(".pay-order-button:visible").click()
        self.page.locator(".paymentmethod", has_text=method).click()

    def settle(self):
        """Wait until the till has told the server everything."""
        expect(self.page.locator(".pos-topheader .fa-spin")).to_have_count(0)

    def validate(self):
        self.page.get_by_role("button", name="Validate", exact=True).click()

    def close(self):
        """Count the cash as expected, close the register; it posts its entries."""
        self.page.locator("button:has(> i.fa-bars)").click()
        self.page.get_by_text("Close Register", exact=True).click()
        closing = self.page.locator(".modal", has_text="Closing Register")
        closing.locator("button.fa-clone").first.click()
        closing.get_by_role("button", name="Close Register", exact=True).click()
        expect(closing).to_have_count(0)


def amount(text):
    """12.34 of a text such as '12.34 €'."""
    return float(
        re.search(r"-?\d+[.,]\d\d", text.replace(" ", ""))[0].replace(",", ".")
    )
