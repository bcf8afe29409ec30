"""Live chats on the served shop: three visitors write, one is answered."""

import time
import uuid
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

# Somebody is taken to have gone after two minutes of silence, and the scheduler looks
# every minute.
PATIENCE = 300


class Chat:
    """A live chat of the shop, with a visitor on its page."""

    def __init__(self, shop, people, name, agent_id, **vals):
        self.shop = shop
        self.name = f"{name} {uuid.uuid4().hex[:6]}"
        self.email = f"{uuid.uuid4().hex[:12]}@chat.example"
        (self.id,) = shop.call(
            "im_livechat.channel",
            "create",
            [{"name": self.name, "user_ids": [(6, 0, [agent_id])], **vals}],
        )
        (channel,) = shop.call(
            "im_livechat.channel", "read", [self.id], ["crm_orders_source_id"]
        )
        self.source_id = channel["crm_orders_source_id"][0]
        self.page = people.visitor(name)

    def begin(self, text):
        self.page.goto(f"/im_livechat/support/{self.id}")
        self.page.locator(".o-livechat-LivechatButton").click()
        self.write(f"{text} Olen {self.email}")

    def write(self, text):
        box = self.page.locator(".o-mail-Composer-input")
        box.fill(text)
        box.press("Enter")
        expect(
            self.page.locator(".o-mail-Message[data-persistent]", has_text=text)
        ).to_be_visible()

    def leads(self):
        return self.shop.find(
            "crm.lead", [("email_from", "=", self.email)], "name", "description"
        )

    def wait_for_lead(self):
        (lead,) = self.shop.wait_for(
            "crm.lead",
            [("email_from", "=", self.email)],
            "name",
            "description",
            patience=PATIENCE,
        )
        return lead


@pytest.fixture(scope="module")
def agent_id(admin):
    """The seller answers chats as well."""
    (group,) = admin.find(
        "ir.model.data",
        [("module", "=", "im_livechat"), ("name", "=", "im_livechat_group_user")],
        "res_id",
    )
    (user,) = admin.find("res.users", [("login", "=", "seller")])
    admin.call(
        "res.users", "write", [user["id"]], {"group_ids": [(4, group["res_id"])]}
    )
    return user["id"]


@pytest.fixture(scope="module")
def chats(admin, people, agent_id):
    """All begin at about the same time, so that nobody waits for each of them."""
    people.page("seller").goto("/odoo/discuss")
    expect(people.page("seller").locator(".o-mail-DiscussContent")).to_be_visible()
    another_day = str((datetime.now(UTC).weekday() + 3) % 7)
    hours = {"name": "Another day", "dayofweek": another_day, "hour_from": 9}
    (calendar_id,) = admin.call(
        "resource.calendar",
        "create",
        [
            {
                "name": "Closed today",
                "attendance_ids": [
                    (5,),
                    (0, 0, {**hours, "hour_to": 10, "day_period": "morning"}),
                ],
            }
        ],
    )
    found = {
        "answered": Chat(
            admin, people, "answered", agent_id, crm_orders_unanswered_minutes=1
        ),
        "closed": Chat(
            admin, people, "closed", agent_id, crm_orders_unanswered_minutes=60
        ),
        "unanswered": Chat(
            admin, people, "unanswered", agent_id, crm_orders_unanswered_minutes=1
        ),
        "evening": Chat(
            admin,
            people,
            "evening",
            agent_id,
            crm_orders_unanswered_minutes=1000,
            crm_orders_calendar_id=calendar_id,
        ),
    }
    for name, chat in found.items():
        chat.begin(f"Onko teillä maljakkoa, {name}?")
    return found


def test_seller_answers_one(chats, people, picture):
    """The seller is told of a chat and answers the visitor, who reads it at once."""
    seller, chat = people.page("seller"), chats["answered"]
    seller.goto("/odoo/discuss")
    entry = seller.locator(".o-mail-DiscussSidebar-item", has_text="Visitor")
    expect(entry.first).to_be_visible()
    for number in range(entry.count()):
        entry.nth(number).click()
        thread = seller.locator(".o-mail-Discuss-content, .o-mail-DiscussContent").last
        mine = thread.locator(".o-mail-Message", has_text=chat.email)
        try:
            mine.first.wait_for(timeout=3_000)
        except Exception:
            continue
        break
    box = seller.locator(".o-mail-Composer-input:visible").last
    box.fill("On, kaksi sinistä.")
    box.press("Enter")
    expect(
        chat.page.locator(".o-mail-Message", has_text="On, kaksi sinistä.")
    ).to_be_visible()
    picture(chat.page, "livechat-answered")


def test_closed_chat_becomes_a_lead_at_once(chats):
    chat = chats["closed"]
    begin = time.monotonic()
    chat.page.locator(".o-mail-ChatWindow-header [title*='Close']").first.click()
    chat.page.get_by_role("button", name="Yes, leave conversation").click()
    lead = chat.wait_for_lead()
    assert "maljakkoa, closed" in lead["description"]
    # It did not wait for the hour of the channel; the patience here is far shorter.
    assert time.monotonic() - begin < PATIENCE


def test_nobody_answered(chats, people, picture):
    lead = chats["unanswered"].wait_for_lead()
    assert "maljakkoa, unanswered" in lead["name"]
    assert "maljakkoa, unanswered" in lead["description"]
    seller = people.page("seller")
    seller.goto(f"/odoo/crm.lead/{lead['id']}")
    expect(seller.locator("[name='description']")).to_contain_text("maljakkoa")
    picture(seller, "livechat-lead")


def test_nobody_was_there_in_the_evening(chats):
    lead = chats["evening"].wait_for_lead()
    assert "maljakkoa, evening" in lead["description"]


def test_only_those_who_were_not_answered(chats):
    """The answered one began first, and the others have become leads by now."""
    assert chats["answered"].leads() == []
    for name in ("closed", "unanswered", "evening"):
        assert len(chats[name].leads()) == 1
        events = chats[name].shop.events(chats[name].source_id)
        assert [event["state"] for event in events] == ["done"]
    assert chats["answered"].shop.events(chats["answered"].source_id) == []
