"""`make shell`: `odoo shell` on the shop database."""

import subprocess

from . import databases, setup
from .console import Fault
from .settings import ROOT
from .shop import DATABASE


def main(arguments):
    with setup.odoo_with_database_server() as odoo:
        if not databases.exists(DATABASE):
            raise Fault("There is no shop yet: `make run` builds it.")
        command = odoo.command(
            *("shell", "--config", "odoo.conf", "--database", DATABASE),
            *("--no-http", "--log-level=warn", "--max-cron-threads=0", *arguments),
        )
        return subprocess.run(command, cwd=ROOT, check=False).returncode
