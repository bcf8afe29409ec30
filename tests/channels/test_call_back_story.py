"""From the missed call to the call back, in a real browser on a telephone's screen."""

import re

import pytest
from playwright.sync_api import expect
from telephones import AGENT, NUMBERS

SCREENS = {
    "desktop": {"viewport": {"width": 1366, "height": 768}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
    },
}


@pytest.fixture(params=SCREENS)
def screen(request, browser, base_url):
    """The seller's web client."""
    window = browser.new_context(
        base_url=base_url, locale="en-US", **SCREENS[request.param]
    )
    page = window.new_page()
    page.goto("/web/login")
    page.locator("#login").fill("seller")
    page.locator("#password").fill("seller")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.locator(".o_web_client").wait_for()
    yield page
    window.close()


def spaced(number):
    """The number with whatever stands between its digits on a screen."""
    return re.compile(r"\+\s*" + r"\s*".join(number.lstrip("+")))


def test_missed_call_is_called_back(screen, open_line, manager):
    line = open_line("twilio")
    caller = next(NUMBERS)

    # The pop-up tells who is calling, while it rings and on whatever page one is.
    screen.goto("/odoo/call-back")
    screen.locator(".o_kanban_view").wait_for()
    ringing, missed, over = line.talk.missed(line.name(), caller)
    ringing()
    popup = screen.locator(".o_crm_orders_call_popup .card")
    expect(popup).to_contain_text("Incoming call")
    expect(popup).to_contain_text(spaced(caller))
    expect(popup).to_contain_text("Nobody knows this caller yet.")
    missed()
    over()
    expect(popup).to_have_count(0)
    expect(screen.locator(".o_notification")).to_contain_text("Missed call")

    # One tap in the list of calls to return rings the seller, then the caller.
    screen.goto("/odoo/call-back")
    card = screen.locator(".o_kanban_record", has_text=spaced(caller))
    expect(card).to_contain_text("Call back by")
    card.locator("button[name=action_call]").click()
    expect(screen.locator(".o_notification")).to_contain_text(
        f"telephone {AGENT} rings"
    )
    (asked,) = line.calls("external_id", number=caller, direction="out")
    line.talk.called_back(asked["external_id"], caller)
    manager.wait_for(
        "crm_orders.callback", [("number", "=", caller), ("state", "=", "done")], "id"
    )
    screen.reload()
    screen.locator(".o_kanban_view").wait_for()
    expect(card).to_have_count(0)

    # Both calls stand on the lead of the first one, in the language of the shop.
    (call,) = line.calls("lead_id", number=caller, direction="in")
    screen.goto(f"/odoo/crm/{call['lead_id'][0]}")
    chatter = screen.locator(".o-mail-Chatter")
    expect(chatter).to_contain_text(f"Vastaamaton puhelu numerosta {caller}")
    expect(chatter).to_contain_text(f"Lähtevä puhelu numeroon {caller}")
