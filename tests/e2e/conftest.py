"""The browsers of the story: one for each person, on a served demo shop.

The runner starts Odoo and the till's device service and says where they are; see
``make test MODULES=e2e``.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--lang=en-US")
PATIENCE = 30_000  # milliseconds that a locator waits for its element


@dataclass(frozen=True)
class Stage:
    """Where the story plays."""

    shop: str
    proxy: str
    receipts: Path
    screenshots: Path


@pytest.fixture(scope="session")
def stage():
    names = ("E2E_BASE_URL", "E2E_PROXY_URL", "E2E_RECEIPTS", "E2E_SCREENSHOTS")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        pytest.skip(f"The story needs a served demo shop ({', '.join(missing)}).")
    shop, proxy, receipts, screenshots = (os.environ[name] for name in names)
    Path(screenshots).mkdir(parents=True, exist_ok=True)
    return Stage(shop.rstrip("/"), proxy.rstrip("/"), Path(receipts), Path(screenshots))


@pytest.fixture(scope="session")
def browser():
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=list(ARGUMENTS),
        )
        yield browser
        browser.close()


class People:
    """Everybody's browser; who comes for the first time logs in."""

    def __init__(self, browser, stage):
        self._browser = browser
        self._stage = stage
        self._pages = {}  # of those who have logged in
        self._contexts = []
        self.troubles = []

    def page(self, login):
        if login not in self._pages:
            page = self.visitor(login)
            page.goto("/web/login")
            page.locator("#login").fill(login)
            page.locator("#password").fill(login)
            page.get_by_role("button", name="Log in", exact=True).click()
            page.locator(".o_web_client").wait_for()
            self._pages[login] = page
        return self._pages[login]

    def visitor(self, name, phone=False):
        """Somebody with a browser of his own and without a login."""
        context = self._browser.new_context(
            base_url=self._stage.shop,
            viewport=PHONE if phone else DESKTOP,
            is_mobile=phone,
            has_touch=phone,
            device_scale_factor=2 if phone else 1,
            locale="en-US",
            timezone_id="Europe/Helsinki",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self._note(name, str(error)))
        page.on("console", lambda message: self._listen(name, message))
        return page

    def leave(self):
        """Close everybody's browser."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        self._pages.clear()

    def _listen(self, name, message):
        """Note errors, but not that a font of core's is not to be had offline."""
        address = message.location["url"]
        ours = not address or address.startswith((self._stage.shop, self._stage.proxy))
        if message.type == "error" and ours:
            self._note(name, f"{message.text} ({address})")

    def take_pictures(self, folder, name):
        for login, page in self._pages.items():
            page.screenshot(path=folder / f"{name}-{login}.png")

    def _note(self, name, text):
        self.troubles.append(f"{name}: {text}")


@pytest.fixture(scope="module")
def people(browser, stage):
    return People(browser, stage)


@pytest.fixture(scope="module")
def picture(stage):
    """Take a picture for the README, or of a page that went wrong."""

    def take(page, name):
        page.screenshot(path=stage.screenshots / f"{name}.png", animations="disabled")

    return take


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    """A story ends where something goes wrong; the rest was not reached."""
    ended_in = getattr(item.parent, "story_ended_in", None)
    if ended_in:
        pytest.fail(f"Not reached: the story ended in {ended_in}.", pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember where the story ended, with a picture of everybody's screen."""
    yield
    if (
        call.excinfo is None
        or call.excinfo.errisinstance(pytest.skip.Exception)
        or hasattr(item.parent, "story_ended_in")
    ):
        return
    item.parent.story_ended_in = item.name
    people, stage = item.funcargs.get("people"), item.funcargs.get("stage")
    if people and stage:
        people.take_pictures(stage.screenshots, f"failed-{item.name}")
