"""A served shop and the providers that its customers write and call by.

The runner starts Odoo and says where it is; see ``make test MODULES=e2e``. Each provider
is a process of its own.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from e2e.conftest import ARGUMENTS, People, Stage
from e2e.conftest import PATIENCE as SCREEN_PATIENCE
from simulators.remote import Remote
from telephones import AGENT, Line

PATIENCE = 60  # seconds that the shop's jobs may take on a busy machine


class Shop:
    """The served Odoo, used over RPC by one of its users."""

    def __init__(self, base_url, login):
        self.base_url = base_url
        self._login = login
        self._session = requests.Session()
        self._rpc(
            "/web/session/authenticate",
            db=os.environ["E2E_DATABASE"],
            login=login,
            password=login,
        )

    def name(self):
        """Who uses it, as the shop calls them."""
        domain = [("login", "=", self._login)]
        return self.find("res.users", domain, "name")[0]["name"]

    def fetch(self, path):
        """A page or a file, as this user's browser gets it."""
        return self._session.get(self.base_url + path, timeout=60)

    def _rpc(self, path, **params):
        answer = self._session.post(
            self.base_url + path,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=60,
        ).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        # A method that returns nothing has no result.
        return answer.get("result")

    def call(self, model, method, *args, **kwargs):
        return self._rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs,
        )

    def find(self, model, domain, *fields):
        return self.call(model, "search_read", domain, fields, order="id")

    def wait_for(self, model, domain, *fields, count=1, patience=PATIENCE):
        """Records that a job of the shop makes."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            found = self.find(model, domain, *fields)
            if len(found) >= count:
                return found
            time.sleep(0.2)
        everything = self.find(model, [], *fields)[-5:]
        raise AssertionError(f"No {model} with {domain}; the last ones: {everything}")

    def add_source(self, kind, name, settings):
        """A source with its settings filled in; `(id, hook address, its settings)`."""
        (source_id,) = self.call(
            "crm_orders.source", "create", [{"name": name, "kind": kind}]
        )
        rows = self.find(
            "crm_orders.source.setting",
            [("source_id", "=", source_id)],
            "name",
            "entry",
        )
        # The address first: with another one, the secrets have to be given anew.
        for row in sorted(rows, key=lambda row: not row["name"].endswith("_url")):
            if row["name"] in settings:
                self.call(
                    "crm_orders.source.setting",
                    "write",
                    [row["id"]],
                    {"entry": settings[row["name"]]},
                )
        ((source),) = self.call("crm_orders.source", "read", [source_id], ["hook_url"])
        # The address that the shop gives out is the public one; here it is this one.
        path = source["hook_url"].partition("/crm_orders/")[2]
        hook_url = f"{self.base_url}/crm_orders/{path}"
        return source_id, hook_url, {row["name"]: row["entry"] for row in rows}

    def events(self, source_id, *fields):
        return self.find(
            "crm_orders.event",
            [("source_id", "=", source_id)],
            *(fields or ("external_id", "state", "error", "reason", "lead_id")),
        )

    def wait_until_worked_on(self, source_id):
        """All that came by this source, once none of it waits any more."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            events = self.events(source_id)
            if events and all(event["state"] != "new" for event in events):
                return events
            time.sleep(0.2)
        raise AssertionError(f"Still waiting: {self.events(source_id)}")


@pytest.fixture(scope="session")
def base_url():
    if not os.environ.get("E2E_BASE_URL"):
        pytest.skip("The channels need a served shop (E2E_BASE_URL).")
    return os.environ["E2E_BASE_URL"].rstrip("/")


@pytest.fixture(scope="session")
def manager(base_url):
    return Shop(base_url, "manager")


@pytest.fixture(scope="session")
def seller(base_url):
    return Shop(base_url, "seller")


@pytest.fixture(scope="session")
def browser():
    """One for all tests: the library allows no second one in a process."""
    expect.set_options(timeout=SCREEN_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=list(ARGUMENTS),
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stage(base_url):
    pictures = Path(os.environ.get("E2E_SCREENSHOTS") or tempfile.mkdtemp())
    pictures.mkdir(parents=True, exist_ok=True)
    return Stage(base_url, os.environ.get("E2E_PROXY_URL", base_url), Path(), pictures)


@pytest.fixture(scope="module")
def people(browser, stage):
    """Browsers of those who work in the shop, and of its visitors."""
    people = People(browser, stage)
    yield people
    people.leave()


@pytest.fixture
def picture(stage):
    """Take a picture of a screen that people look at."""

    def take(page, name):
        page.screenshot(path=stage.screenshots / f"{name}.png", animations="disabled")

    return take


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """What everybody saw when a test failed."""
    yield
    people, stage = item.funcargs.get("people"), item.funcargs.get("stage")
    if call.excinfo is not None and people and stage:
        people.take_pictures(stage.screenshots, f"failed-{item.name}")


@pytest.fixture
def provider():
    """Start a provider; it ends with the test."""
    started = []

    def start(kind):
        started.append(Remote(kind))
        return started[-1]

    yield start
    for one in started:
        one.__exit__(None, None, None)


@pytest.fixture(scope="session")
def admin(base_url):
    """Who sets up everything, also which telephones the seller has."""
    shop = Shop(base_url, "admin")
    (seller,) = shop.find("res.users", [("login", "=", "seller")], "id")
    telephones = {"crm_orders_extension": f"101, {AGENT}"}
    shop.call("res.users", "write", [seller["id"]], telephones)
    return shop


@pytest.fixture
def open_line(admin, manager, provider):
    lines = []

    def start(kind):
        lines.append(Line(kind, manager, provider(kind)))
        return lines[-1]

    yield start
    for line in lines:
        # The next test calls by a line of its own.
        manager.call("crm_orders.source", "write", [line.source_id], {"active": False})
