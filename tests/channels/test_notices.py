"""What customers are told about their orders, as it really reaches them."""

import asyncio
import json
import os
import random
import re
import signal
import socket
import subprocess
import time
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import expect
from test_messengers import connect

# Other people each time, so that it can be tried on the same shop again.
NUMBER = random.randrange(10**8, 10**9)
ADDRESS = f"inka.{NUMBER}@customer.example"
TOLD, KILLS = 40, 4
QUIET_TIME = 5  # seconds in which nothing more should come
SETTINGS = {
    "crm_orders_quiet_from": 0,
    "crm_orders_quiet_to": 0,
    "crm_orders_notice_delay": 0,
}


class Mailbox:
    """A mail server that takes everything, or nothing for a while."""

    def __init__(self):
        self.mails = []
        self.is_away = False
        self.slowness = 0

    async def handle_DATA(self, _server, _session, envelope):
        if self.is_away:
            return "451 Try again later"
        await asyncio.sleep(self.slowness)
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def texts_to(self, address):
        """What was sent to an address, as plain text."""
        return [
            message_from_bytes(content, policy=default)
            .get_body(("plain",))
            .get_content()
            for recipients, content in self.mails
            if address in recipients
        ]


@pytest.fixture(scope="module")
def mailbox(admin):
    """The mail server of the shop; the shop writes at any hour meanwhile."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    vals = {
        "name": "Mailbox",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_encryption": "none",
        "sequence": 1,
    }
    (server_id,) = admin.call("ir.mail_server", "create", [vals])
    (company,) = admin.find("res.company", [], *SETTINGS)[:1]
    admin.call("res.company", "write", [company["id"]], SETTINGS)
    yield box
    admin.call(
        "res.company", "write", [company["id"]], {key: company[key] for key in SETTINGS}
    )
    admin.call("ir.mail_server", "write", [server_id], {"active": False})
    controller.stop()


@pytest.fixture
def ready(manager):
    """The stage in which goods wait for the customer."""
    (stage,) = manager.find("crm_orders.stage", [("kind", "=", "ready")], "name")[:1]
    return stage["id"]


def order_of(seller, partner_id, **vals):
    """A confirmed order."""
    (order_id,) = seller.call(
        "sale.order", "create", [{"partner_id": partner_id, **vals}]
    )
    seller.call("sale.order", "action_confirm", [order_id])
    return order_id


def told(shop, order_id, stage_id, state="sent"):
    return shop.wait_for(
        "crm_orders.order.notice",
        [
            ("order_id", "=", order_id),
            ("stage_id", "=", stage_id),
            ("state", "=", state),
        ],
        "channel",
        "recipient",
        "error",
        "attempts",
    )


def test_customer_is_told_by_mail_and_stops_it(
    mailbox, manager, seller, ready, people, picture
):
    (partner_id,) = seller.call(
        "res.partner",
        "create",
        [{"name": "Inka Salo", "email": ADDRESS, "lang": "fi_FI"}],
    )
    order_id = order_of(seller, partner_id)
    (order,) = seller.find("sale.order", [("id", "=", order_id)], "name")
    move = {"crm_orders_stage_id": ready}
    seller.call("sale.order", "write", [order_id], move)
    told(seller, order_id, ready)
    texts = [text for text in mailbox.texts_to(ADDRESS) if "on valmis" in text]
    assert len(texts) == 1
    assert order["name"] in texts[0]

    # The page of the order opens from the mail, without a login.
    path = re.search(r"/track/[\w-]+", texts[0])[0]
    page = people.visitor("customer", phone=True)
    page.goto(manager.base_url + path)
    expect(page.get_by_text(order["name"]).first).to_be_visible()
    picture(page, "track-told")
    page.get_by_role("button", name="Älkää lähettäkö").click()
    expect(page.get_by_text("Et saa viestejä")).to_be_visible()
    picture(page, "track-quiet")

    # Who wants no more messages gets none.
    before = len(mailbox.texts_to(ADDRESS))
    seller.call(
        "sale.order", "write", [order_id], {"commitment_date": "2031-05-05 12:00:00"}
    )
    seller.call(
        "sale.order", "write", [order_id], {"commitment_date": "2031-06-05 12:00:00"}
    )
    time.sleep(QUIET_TIME)
    assert len(mailbox.texts_to(ADDRESS)) == before


def test_server_that_is_away_is_tried_again(mailbox, seller, manager, ready):
    address = f"away.{NUMBER}@customer.example"
    (partner_id,) = seller.call(
        "res.partner", "create", [{"name": "Outi Lahti", "email": address}]
    )
    order_id = order_of(seller, partner_id)
    mailbox.is_away = True
    try:
        seller.call("sale.order", "write", [order_id], {"crm_orders_stage_id": ready})
        waiting = [
            ("order_id", "=", order_id),
            ("stage_id", "=", ready),
            ("attempts", ">", 0),
            ("state", "=", "waiting"),
        ]
        (notice,) = manager.wait_for("crm_orders.order.notice", waiting, "error")
        assert "Try again later" in notice["error"]
    finally:
        mailbox.is_away = False
    assert not [text for text in mailbox.texts_to(address) if "is ready" in text]
    # A minute later it goes out.
    manager.wait_for(
        "crm_orders.order.notice",
        [("id", "=", notice["id"]), ("state", "=", "sent")],
        patience=120,
    )
    assert len([text for text in mailbox.texts_to(address) if "is ready" in text]) == 1


class Sender:
    """A process of its own that sends what is due, and may be killed."""

    def __init__(self):
        command = json.loads(os.environ["E2E_ODOO_COMMAND"])
        command.insert(command.index("--config"), "shell")
        self._process = subprocess.Popen(
            [*command, "--no-http", "--log-level", "error"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._process.stdin.write(b"env['crm_orders.order.notice']._cron_send()\n")
        self._process.stdin.close()

    def kill(self):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)

    def is_at_work(self):
        return self._process.poll() is None


def test_killed_senders_tell_nobody_twice(mailbox, admin, manager, ready):
    """Each order's customer is told once at most, whenever whoever sends is killed."""
    chance = random.Random(NUMBER)
    (cron,) = admin.find(
        "ir.model.data",
        [("module", "=", "crm_orders_notify"), ("name", "=", "ir_cron_send")],
        "res_id",
    )
    admin.call("ir.cron", "write", [cron["res_id"]], {"active": False})
    mailbox.slowness = 0.05
    kills = 0
    try:
        people = manager.call(
            "res.partner",
            "create",
            [
                {"name": f"Kill {n}", "email": f"kill.{NUMBER}.{n}@customer.example"}
                for n in range(TOLD)
            ],
        )
        orders = manager.call(
            "sale.order", "create", [{"partner_id": partner} for partner in people]
        )
        manager.call("sale.order", "action_confirm", orders)
        manager.call("sale.order", "write", orders, {"crm_orders_stage_id": ready})
        sender = Sender()
        end = time.monotonic() + 240
        aim = chance.randrange(1, TOLD // KILLS)
        while sender.is_at_work() and time.monotonic() < end:
            if kills < KILLS and len(kill_mails(mailbox)) >= aim:
                time.sleep(chance.random() * 2 * mailbox.slowness)
                sender.kill()
                kills += 1
                aim = len(kill_mails(mailbox)) + chance.randrange(1, TOLD // KILLS)
                sender = Sender()
            time.sleep(0.01)
        assert not sender.is_at_work(), "The last one should have sent the rest."
    finally:
        mailbox.slowness = 0
        admin.call("ir.cron", "write", [cron["res_id"]], {"active": True})
    assert kills == KILLS
    notices = manager.find(
        "crm_orders.order.notice",
        [("order_id", "in", orders), ("stage_id", "=", ready)],
        "partner_id",
        "state",
    )
    assert len(notices) == TOLD
    mails = kill_mails(mailbox)
    assert len(mails) == len(set(mails)), "Somebody was told twice."
    names = dict(zip(people, range(TOLD), strict=True))
    for notice in notices:
        address = f"kill.{NUMBER}.{names[notice['partner_id'][0]]}@customer.example"
        if notice["state"] == "sent":
            assert address in mails
        else:
            # Nobody knows; after ten minutes people are asked.
            assert notice["state"] == "sending"
    under_way = [one for one in notices if one["state"] == "sending"]
    assert len(under_way) <= KILLS
    # Leave the board as it was.
    manager.call("sale.order", "action_cancel", orders)


def kill_mails(mailbox):
    """Who was told that the goods are ready, each as often as it was."""
    return [
        recipient
        for recipients, content in list(mailbox.mails)
        for recipient in recipients
        if f"kill.{NUMBER}" in recipient and b"is ready" in content
    ]


def test_customer_is_told_on_telegram(mailbox, manager, seller, provider, ready):
    simulator = provider("telegram")
    source_id = connect("telegram", manager, simulator)
    user = {"id": NUMBER, "first_name": "Ilta", "username": f"ilta{NUMBER}"}
    assert simulator.message("Onko pyyhkeitä?", user=user)["status"] == 200
    manager.wait_until_worked_on(source_id)
    (event,) = manager.events(source_id, "lead_id")
    address = f"ilta.{NUMBER}@customer.example"
    (partner_id,) = manager.call(
        "res.partner", "create", [{"name": "Ilta Koski", "email": address}]
    )
    order_id = order_of(manager, partner_id, opportunity_id=event["lead_id"][0])
    manager.call("sale.order", "write", [order_id], {"crm_orders_stage_id": ready})
    (notice,) = told(manager, order_id, ready)
    assert notice["channel"] == "messenger"
    sent = [values for _method, values in simulator.get_sent()]
    ready_texts = [values["text"] for values in sent if "is ready" in values["text"]]
    assert len(ready_texts) == 1
    assert str(sent[-1]["chat_id"]) == str(NUMBER)
    assert not mailbox.texts_to(address)
