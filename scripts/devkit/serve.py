"""`scripts/dev serve`: a real shop on the server that PGHOST names; what the image runs.

It builds or upgrades the database and then becomes Odoo's server, so that a signal to
the container reaches Odoo itself. `scripts/dev proxy` becomes the till's device service.
"""

import os
import re
import time
from pathlib import Path

from . import (
    databases,
    environments,
    locks,
    modules,
    odoo_source,
    postgres,
    settings,
    shop,
)
from .console import Fault, say, step
from .odoo_command import Odoo
from .settings import DATA, ROOT

# A database server that starts together with this one needs a while.
PATIENCE = 120
# What PostgreSQL says when waiting longer does not help.
REFUSALS = ("authentication failed", "no password supplied", "does not exist", "pg_hba")

SECURE_ADMIN = """
import os
env.ref("base.user_admin").password = os.environ["NEW_ADMIN_PASSWORD"]
env.cr.commit()
"""


def main(arguments):
    database, workers = _database_name(), _workers()
    if not os.environ.get("PGHOST"):
        raise Fault(
            "Set PGHOST (and PGUSER, PGPASSWORD) to the PostgreSQL server to use."
        )
    settings.prepare_state()
    if not os.access(DATA, os.W_OK):
        raise Fault(
            f"{DATA} is closed to this user; do: chown -R {os.geteuid()} {DATA}"
        )
    source = odoo_source.ensure()
    odoo = Odoo(source, environments.odoo(source))
    _wait_for_postgres()
    with locks.exclusive(DATA / "serve.lock", "it prepares the database"):
        ensure_database(odoo, database)
    say(f"Starting Odoo on database {database} with {workers} workers.")
    _become(
        odoo.command(
            *("--config", "odoo.conf", "--database", database),
            *("--workers", str(workers), "--proxy-mode", "--http-interface", "0.0.0.0"),  # noqa: S104
            *arguments,
        )
    )


def main_proxy(arguments):
    settings.prepare_state()
    _become([environments.proxy(), "-m", "hardware_proxy", *arguments])


def _become(command):
    """Replace this process; the secret of the first start is not handed on."""
    for name in ("ADMIN_PASSWORD", "ADMIN_PASSWORD_FILE"):
        os.environ.pop(name, None)
    words = [str(word) for word in command]
    os.chdir(ROOT)
    os.execv(words[0], words)  # noqa: S606


def _database_name():
    name = os.environ.get("ODOO_DATABASE") or "shop"
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
        raise Fault(
            f"ODOO_DATABASE={name} is no good name: up to 40 small letters, digits, - or _."
        )
    return name


def _workers():
    text = os.environ.get("WORKERS") or "2"
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise Fault(f"WORKERS={text} is not a number between 1 and 64.")
    return int(text)


def _with_demo():
    text = (os.environ.get("DEMO") or "0").lower()
    if text not in ("0", "1", "false", "true", "no", "yes"):
        raise Fault(f"DEMO={text} is neither 0 nor 1.")
    return text in ("1", "true", "yes")


def _admin_password():
    """The password for the first start; a guessable one would open the shop to all."""
    file = os.environ.get("ADMIN_PASSWORD_FILE")
    try:
        password = Path(file).read_text().strip() if file else None
    except OSError as error:
        raise Fault(f"ADMIN_PASSWORD_FILE={file}: {error.strerror}.") from None
    password = password or os.environ.get("ADMIN_PASSWORD") or ""
    if len(password) < 8 or password.lower() in ("password", "administrator"):
        raise Fault(
            "The first start needs a password for the user admin: set ADMIN_PASSWORD or "
            "ADMIN_PASSWORD_FILE to one of at least 8 characters that nobody guesses."
        )
    return password


def _wait_for_postgres():
    where = os.environ["PGHOST"]
    deadline = time.monotonic() + PATIENCE
    waiting = False
    while True:
        try:
            postgres.query("SELECT 1")
            return
        except FileNotFoundError:
            raise Fault("psql is missing: install postgresql-client.") from None
        except Fault as fault:
            hopeless = any(text in str(fault) for text in REFUSALS)
            if hopeless or time.monotonic() > deadline:
                raise Fault(f"The PostgreSQL server at {where}: {fault}") from None
        if not waiting:
            say(f"Waiting for the PostgreSQL server at {where} ...")
            waiting = True
        time.sleep(1)


def ensure_database(odoo, name):
    """The database `name` as this image has it: built when missing, else upgraded."""
    with_demo = _with_demo()
    if not databases.exists(name):
        _build(odoo, name, _wanted(odoo, with_demo), _admin_password())
        return
    has_demo = any(map(modules.is_demo, shop.installed_digests(name)))
    if with_demo and not has_demo:
        raise Fault(
            f"The database {name} is a real shop and DEMO=1 would fill it with the demo; "
            "leave DEMO out, or give the demo a database of its own with ODOO_DATABASE=."
        )
    shop.update(odoo, name, _wanted(odoo, has_demo))


def _wanted(odoo, with_demo):
    """What the database's modules are made from; all others are upgraded with base."""
    digests = {name: modules.content_digest(name) for name in modules.ours(with_demo)}
    return {"base": odoo.source.identity, **digests}


def _build(odoo, name, wanted, password):
    """It gets its name only when it is complete; a killed start begins anew."""
    building = f"building_{databases.MINE}_{name}"
    with step(f"Building the database {name}, once"):
        odoo.build(building, sorted(wanted))
        odoo.script(building, SECURE_ADMIN, NEW_ADMIN_PASSWORD=password)
        odoo.script(building, shop.WARM_UP)
        shop.note_digests(building, wanted)
        databases.rename(building, name)
