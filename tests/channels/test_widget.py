"""The form on other people's websites, in a real browser: another origin, blocked
storage, lost connections, no script.
"""

import json
import os
import re
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

CHROMIUM = {
    "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
    "args": ["--headless=new", "--no-sandbox", "--disable-gpu"],
}
PATIENCE = 20_000
FILL_SECONDS = 2.2  # forms that are filled in faster are kept apart
FORBID_STORAGE = {"profile": {"default_content_setting_values": {"cookies": 2}}}
RUDE_STYLE = """
    * { font-size: 3px !important; color: red !important; text-transform: uppercase }
    input, textarea, button, label { display: none !important }
    div { letter-spacing: 9px; float: right }
"""


class Site:
    """Somebody's website: pages by their paths, on an origin of their own."""

    def __init__(self):
        self.pages = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body, headers = site.pages.get(
                    self.path.partition("?")[0], ("<h1>Nothing here</h1>", {})
                )
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_arguments):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add(self, path, content, lang="en", head="", headers=()):
        self.pages[path] = (
            f'<!DOCTYPE html><html lang="{lang}"><head><title>Shop</title>{head}</head>'
            f"<body><h1>Keramiikkapaja</h1>{content}</body></html>",
            dict(headers),
        )
        return self.origin + path

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def visitor(browser):
    """Open a window; one for each visitor."""
    contexts = []

    def open_window(**options):
        context = browser.new_context(locale="en-US", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


class Form:
    """A form of the shop, and the code that puts it on a website."""

    def __init__(self, shop, site, **vals):
        self.shop = shop
        (self.id,) = shop.call(
            "crm_orders.source",
            "create",
            [
                {
                    "name": "Website",
                    "kind": "web",
                    "web_origins": site.origin,
                    "web_address_limit": 0,
                    **vals,
                }
            ],
        )
        (self.fields,) = shop.call("crm_orders.source", "read", [self.id])
        self.key = self.fields["web_key"]

    def _here(self, snippet):
        # The shop gives out its public address; in a test it is served at this one.
        return re.sub(
            r'"[^"]*(/crm_orders/v1/)',
            rf'"{self.shop.base_url}\1',
            self.fields[snippet],
        )

    def script(self, attributes=""):
        return self._here("web_snippet").replace(" async", f" {attributes} async", 1)

    @property
    def inline(self):
        return self._here("web_snippet_inline")

    @property
    def plain(self):
        return self._here("web_snippet_plain")

    @property
    def path(self):
        return f"/crm_orders/v1/form/{self.key}"

    def events(self):
        return self.shop.events(
            self.id, "state", "reason", "is_suspected", "lead_id", "body"
        )

    def lead(self):
        """The one lead that became of it all."""
        (event,) = self.shop.wait_until_worked_on(self.id)
        assert event["state"] == "done", event
        fields = [
            "contact_name",
            "email_from",
            "description",
            "crm_orders_visit",
            "crm_orders_consent_text",
            "source_id",
        ]
        (lead,) = self.shop.call("crm.lead", "read", [event["lead_id"][0]], fields)
        return lead


@pytest.fixture
def form(manager, site):
    return Form(manager, site)


def fill_in(page, **values):
    """Fill in the form as a person does: not at once."""
    time.sleep(FILL_SECONDS)
    for name, value in {
        "name": "Aino Virtanen",
        # Whoever writes twice within an hour goes on with the same lead.
        "email": f"{uuid.uuid4().hex}@example.com",
        "message": "Onko teillä sinistä maljakkoa?",
        **values,
    }.items():
        page.locator(f"[name={name}]").fill(value)


def send(page):
    page.locator("button[type=submit]").click()


def no_troubles(page):
    """Errors that the page would show to whoever looks after it."""
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and "favicon" not in message.location["url"]
            and troubles.append(message.text)
        ),
    )
    return troubles


def test_button_in_the_corner(form, site, visitor):
    page = visitor()
    troubles = no_troubles(page)
    page.goto(site.add("/", form.script(), lang="fi"))
    page.get_by_role("button", name="Kirjoita meille").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[name=name]")).to_be_focused()
    expect(dialog.get_by_label("Sähköpostiosoite")).to_be_visible()

    send(page)
    expect(page.get_by_role("alert")).to_have_text("Korjaa alla olevat kohdat.")
    expect(dialog.locator("#f-name-problem")).to_have_text("Täytä tämä kohta.")
    expect(dialog.locator("[name=name]")).to_be_focused()

    fill_in(page, email="aino")
    send(page)
    expect(dialog.locator("#f-email-problem")).to_contain_text("nimi@example.com")
    expect(dialog.locator("[name=name]")).to_have_value("Aino Virtanen")

    page.keyboard.press("Escape")
    launch = page.get_by_role("button", name="Kirjoita meille")
    expect(launch).to_be_focused()
    launch.click()
    # What was typed is still there.
    fill_in(page)
    send(page)
    expect(page.get_by_role("status")).to_have_text("Kiitos! Vastaamme sinulle pian.")
    lead = form.lead()
    assert lead["contact_name"] == "Aino Virtanen"
    assert "sinistä maljakkoa" in lead["description"]
    assert not troubles
    assert not page.context.cookies()


def test_rude_styles_do_not_reach_the_form(form, site, visitor):
    page = visitor()
    page.goto(site.add("/", form.inline, head=f"<style>{RUDE_STYLE}</style>"))
    button = page.locator("button[type=submit]")
    expect(button).to_be_visible()
    expect(button).to_have_css("font-size", "16px")
    expect(button).to_have_css("background-color", "rgb(31, 95, 174)")
    label = page.locator("label[for=f-name]")
    expect(label).to_have_css("color", "rgb(28, 36, 48)")
    expect(label).to_have_css("letter-spacing", "normal")
    # The link for those without scripts has made room.
    expect(page.locator("[data-asiakaskunta] a")).to_have_count(0)


def test_strict_content_security_policy(form, site, visitor):
    shop = form.shop.base_url
    policy = f"default-src 'self'; script-src {shop}; connect-src {shop}"
    page = visitor()
    page.goto(site.add("/", form.inline, headers={"Content-Security-Policy": policy}))
    button = page.locator("button[type=submit]")
    expect(button).to_have_css("background-color", "rgb(31, 95, 174)")
    fill_in(page)
    send(page)
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert form.lead()


def test_lost_answer_makes_one_lead(form, site, visitor):
    page = visitor()
    lost = []

    def lose(route):
        if route.request.method != "POST" or len(lost) >= 3:
            return route.continue_()
        lost.append(route.request.post_data)
        if len(lost) == 1:
            return route.abort("connectionrefused")
        if len(lost) == 2:
            # It arrives, but nobody hears of it.
            route.fetch()
            return route.abort("connectionreset")
        return route.fulfill(status=502, body="Bad gateway")

    page.goto(site.add("/", form.inline))
    page.route(f"**{form.path}?*", lose)
    fill_in(page)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("try again by ourselves")
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert len(lost) == 3
    assert len({json.loads(body)["form_id"] for body in lost}) == 1
    assert form.lead()


def test_nothing_typed_is_lost_when_the_server_stays_away(form, site, visitor):
    page = visitor()
    page.goto(site.add("/", form.inline))
    fill_in(page)
    page.clock.install()
    page.route(f"**{form.path}?*", lambda route: route.abort())
    send(page)
    failed = page.get_by_role("alert").get_by_text("What you wrote is still here")
    for _attempt in range(30):
        page.clock.run_for(1000)
        if failed.is_visible():
            break
    expect(failed).to_be_visible()
    expect(page.locator("[name=message]")).to_have_value(
        "Onko teillä sinistä maljakkoa?"
    )
    assert not form.events()
    page.unroute(f"**{form.path}?*")
    send(page)
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert form.lead()


def test_visits_are_remembered_after_consent_only(form, site, visitor):
    page = visitor()
    landing = site.add("/landing", form.script())
    page.goto(f"{landing}?utm_source=google&utm_campaign=kevat&gclid=abc")
    page.get_by_role("button", name="Write to us").wait_for()
    assert page.evaluate("localStorage.length") == 0
    page.evaluate("AsiakaskuntaWidget.consent(true)")
    assert page.evaluate("localStorage.length") == 1
    later = site.add("/later", form.script('data-consent="true"'))
    page.goto(f"{later}?utm_source=uutiskirje", referer="https://mail.example/")
    contact = site.add("/contact", form.script('data-consent="true"'))
    page.goto(contact)
    page.get_by_role("button", name="Write to us").click()
    fill_in(page)
    send(page)
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    visit = form.lead()["crm_orders_visit"]
    assert visit["first"]["utm_source"] == "google"
    assert visit["first"]["gclid"] == "abc"
    assert visit["first"]["landing"] == landing
    assert visit["last"]["utm_source"] == "uutiskirje"
    page.evaluate("AsiakaskuntaWidget.consent(false)")
    assert page.evaluate("localStorage.length") == 0


def test_without_consent_only_the_campaign_of_the_page(form, site, visitor):
    page = visitor()
    page.goto(
        site.add("/", form.inline) + "?utm_source=google&gclid=abc",
        referer="https://search.example/",
    )
    fill_in(page)
    send(page)
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert form.lead()["crm_orders_visit"] == {"now": {"utm_source": "google"}}
    assert page.evaluate("localStorage.length") == 0


def test_blocked_cookies_and_storage(form, site, browser, tmp_path):
    """With all cookies blocked, Chromium lets no page touch its storage either."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(FORBID_STORAGE))
    context = browser.browser_type.launch_persistent_context(tmp_path, **CHROMIUM)
    try:
        page = context.new_page()
        troubles = no_troubles(page)
        page.goto(
            site.add("/", form.script('data-consent="true"')) + "?utm_source=google"
        )
        assert page.evaluate(
            "(() => { try { localStorage; return false } catch { return true } })()"
        )
        page.get_by_role("button", name="Write to us").click()
        fill_in(page)
        send(page)
        expect(page.get_by_role("status")).to_contain_text("Thank you")
        assert not troubles
    finally:
        context.close()
    assert form.lead()["crm_orders_visit"]["first"]["utm_source"] == "google"


def test_without_script_by_the_link(form, site, visitor):
    page = visitor(java_script_enabled=False)
    page.goto(site.add("/", form.inline))
    page.get_by_role("link", name="Write to us").click()
    fill_in(page, email="aino@nowhere")
    send(page)
    expect(page.get_by_role("alert")).to_have_text("Please correct the fields below.")
    expect(page.locator("[name=message]")).to_have_value(
        "Onko teillä sinistä maljakkoa?"
    )
    page.locator("[name=email]").fill("aino.link@example.com")
    send(page)
    expect(page.get_by_role("heading")).to_have_text("Your message was sent")
    assert page.url.partition("?")[0].endswith("/thanks")
    page.reload()
    assert form.lead()["email_from"] == "aino.link@example.com"


def test_without_script_by_a_form_of_the_website(manager, site, visitor):
    thanks = site.add("/kiitos", "<p>Kiitos!</p>")
    form = Form(manager, site, web_redirect_url=thanks, web_consent=True)
    page = visitor(java_script_enabled=False)
    page.goto(site.add("/", form.plain))
    fill_in(page)
    page.locator("[name=form_consent]").check()
    send(page)
    page.wait_for_url(thanks)
    lead = form.lead()
    assert lead["contact_name"] == "Aino Virtanen"
    # In the language of the shop.
    assert "Suostun" in lead["crm_orders_consent_text"]


def test_other_website_gets_no_form(manager, site, visitor):
    form = Form(manager, site, web_origins="https://www.example.com")
    page = visitor()
    # The browser keeps the answer from the page: there is no header that allows it.
    with page.expect_event("requestfailed", lambda asked: "/config" in asked.url):
        page.goto(site.add("/", form.inline))
    # The link stays, so that customers find a way even when the list is wrong.
    expect(page.locator("[data-asiakaskunta] a")).to_be_visible()


def test_program_that_fills_everything_in_at_once(form, site, visitor):
    page = visitor()
    page.goto(site.add("/", form.inline))
    page.locator("[name=name]").fill("Buy now")
    page.locator("[name=email]").fill("spam@example.com")
    page.locator("[name=message]").fill("http://spam.example")
    page.locator("#f-fax").fill("1", force=True)
    send(page)
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    (event,) = form.events()
    assert event["state"] == "ignored"
    assert event["is_suspected"]
    form.shop.call("crm_orders.event", "action_not_spam", [event["id"]])
    assert form.lead()["email_from"] == "spam@example.com"
