"""`make run`: the demo shop with its till devices."""

import contextlib
import json
import time

from . import databases, environments, locks, modules, services, settings, setup
from .console import Fault, say, step

DATABASE = "shop"
USERS = {
    "admin": "sets up everything and gives rights",
    "manager": "sees orders, tills and stock of both outlets",
    "seller": "turns leads into orders and moves them through their stages",
    "courier": "takes orders to customers, with the page My Work on a phone",
    "cashier": "sells at the till",
    "payroll": "calculates and confirms the payslips",
}


def main(_arguments):
    port, proxy_port = settings.port(), settings.proxy_port()
    settings.prepare_state()
    running = locks.exclusive_or_fault(
        settings.RUN / "shop.lock",
        "This checkout's shop is running already, in another terminal.",
    )
    with running, contextlib.ExitStack() as stack:
        settings.require_free_port(port, "PORT")
        settings.require_free_port(proxy_port, "PROXY_PORT")
        odoo = stack.enter_context(setup.odoo_with_database_server())
        environments.proxy()
        ensure_database(odoo)
        set_addresses(port, proxy_port)
        serve(odoo, port, proxy_port)


def ensure_database(odoo):
    """The shop database, built when missing, upgraded when our modules changed."""
    wanted = {name: modules.content_digest(name) for name in modules.ours(True)}
    if databases.exists(DATABASE):
        update(odoo, DATABASE, wanted)
    else:
        build(odoo, DATABASE, wanted)


def update(odoo, database, wanted):
    """Upgrade what changed since the database was made, install what is new."""
    if not databases.filestore(database).is_dir():
        raise Fault(
            f"The shop's files are gone from {databases.filestore(database)}; put them "
            "back, or drop the database (`make clean` does) to start anew."
        )
    there = installed_digests(database)
    changed = [name for name in wanted if there.get(name) != wanted[name]]
    new = [name for name in changed if name not in there]
    old = [name for name in changed if name in there]
    if old:
        with step(f"Upgrading {len(old)} changed modules: {', '.join(old)}"):
            odoo.upgrade(database, old)
    if new:
        with step(f"Installing {len(new)} new modules: {', '.join(new)}"):
            odoo.install(database, new)
    if changed:
        note_digests(database, wanted)


def build(odoo, name, wanted=None):
    """A demo database; it gets its name only when it is complete."""
    wanted = wanted or {key: modules.content_digest(key) for key in modules.ours(True)}
    building = f"building_{databases.MINE}_{name}"
    with step("Building the demo shop, once"):
        problems = odoo.build(building, sorted(wanted))
        # The first page must not wait for its scripts and styles to be bundled.
        odoo.script(building, WARM_UP)
        note_digests(building, wanted)
        databases.rename(building, name)
    return problems


WARM_UP = """
views = env["ir.qweb"]
for bundle in (
    "web.assets_web", "web.assets_frontend", "web.assets_frontend_minimal",
    "web.assets_frontend_lazy", "point_of_sale.assets_prod",
):
    views._get_asset_bundle(bundle, css=True, js=False).css()
    views._get_asset_bundle(bundle, css=False, js=True).js()
env.cr.commit()
"""


def note_digests(database, wanted):
    """Write into the database what its modules were made from."""
    text = json.dumps(wanted).replace("'", "''")
    databases.postgres.query(
        "DELETE FROM ir_config_parameter WHERE key = 'asiakaskunta.modules';"
        "INSERT INTO ir_config_parameter (key, value)"
        f" VALUES ('asiakaskunta.modules', '{text}')",
        database,
    )


def installed_digests(database):
    try:
        rows = databases.postgres.query(
            "SELECT value FROM ir_config_parameter WHERE key = 'asiakaskunta.modules'",
            database,
        )
    except Fault:
        rows = []
    if not rows:
        raise Fault(
            f"There is a database '{database}' that was not made by `make run`; "
            "rename it, or use another server (PGHOST=)."
        )
    return json.loads("|".join(rows[0]))


def set_addresses(port, proxy_port, database=DATABASE):
    """Links of this shop lead to this server, its tills print through this proxy."""
    shop, proxy = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{proxy_port}"
    databases.postgres.query(
        f"UPDATE ir_config_parameter SET value = '{shop}' WHERE key = 'web.base.url';"
        # An administrator who logs in through another name does not move the links.
        "INSERT INTO ir_config_parameter (key, value) VALUES"
        " ('web.base.url.freeze', 'True') ON CONFLICT (key) DO NOTHING;"
        f"UPDATE retail_pos_proxy SET url = '{proxy}' WHERE url LIKE 'http://127.0.0.1:%';"
        f"UPDATE pos_config SET proxy_ip = '{proxy}', write_date = now()"
        f" WHERE proxy_ip LIKE 'http://127.0.0.1:%' AND proxy_ip <> '{proxy}'",
        database,
    )


def serve(odoo, port, proxy_port):
    url = f"http://127.0.0.1:{port}"
    devices = f"http://127.0.0.1:{proxy_port}"
    with contextlib.ExitStack() as stack:
        proxy_stack = stack.enter_context(contextlib.ExitStack())
        with step("Starting Odoo and the till devices"):
            server = stack.enter_context(services.odoo_server(odoo, DATABASE, port))
            proxy = start_devices(proxy_stack, proxy_port, port)
            services.wait_for(f"{url}/web/health", server)
        welcome(url, devices)
        beat = 0
        while server.poll() is None:
            time.sleep(0.5)
            beat += 1
            if proxy.poll() is not None:
                # The shop goes on without: tills tell their cashiers what is missing.
                say(
                    f"The till devices ended by themselves ({proxy.log}); starting again."
                )
                time.sleep(1)
                proxy_stack.close()
                proxy = start_devices(proxy_stack, proxy_port, port)
            if beat % 10 == 0:
                databases.postgres.require_private_cluster()
        raise Fault(f"Odoo ended by itself; its last words are in {server.log}")


def start_devices(stack, proxy_port, port):
    proxy = stack.enter_context(services.hardware_proxy(proxy_port, port))
    services.wait_for(f"http://127.0.0.1:{proxy_port}/hw_proxy/hello", proxy)
    return proxy


def welcome(url, devices):
    say()
    say(f"The shop is open: {url}")
    say(f"The till's devices are at {devices}")
    say("Log in (the password is the login):")
    for login, purpose in USERS.items():
        say(f"  {login:<8} {purpose}")
    say("Try first:")
    say(f"  a customer  {url}/crm_orders/v1/form/demo-contact-form")
    say("           write to the shop; seller finds it in Orders > Leads > Inbox")
    say("  seller   Orders > Board: move an order to its next stage, then copy the")
    say("           order's tracking link and open it in a private window")
    say("           Quick Order: a phone number, what it is about, done")
    say("  manager  Orders > Sales > Purchase Plan: what preorders make the shop buy")
    say(f"  courier  {url}/my-work: take an order, make the window as small as a phone")
    say("  cashier  Point of Sale: open the Helsinki till, choose the customer")
    say("           with the Gold badge, sell something, pay cash")
    say(f"           the receipt is printed to {settings.RECEIPTS}")
    say("  payroll  Payroll > Pay runs: open last month, print a payslip")
    say("Ctrl-C stops everything; `make run` continues where you left off.")
