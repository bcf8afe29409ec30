"""Everything that must be there before Odoo can start, in order."""

import contextlib
import os

from . import (
    databases,
    environments,
    locks,
    odoo_source,
    postgres,
    settings,
    system_packages,
)
from .odoo_command import Odoo


def odoo(with_tests=False):
    """An `Odoo` that can be started; installs what is missing."""
    settings.prepare_state()
    settings.require_disk_space()
    sections = ["odoo"]
    if not os.environ.get("PGHOST"):
        sections.append("database")
    if with_tests:
        sections.append("test")
    with locks.exclusive(settings.RUN / "setup.lock", "it installs"):
        system_packages.ensure(*sections)
        source = odoo_source.ensure()
        python = environments.odoo(source, with_tests)
    return Odoo(source, python)


@contextlib.contextmanager
def odoo_with_database_server(with_tests=False):
    """An `Odoo` with PostgreSQL running, for the time of the block."""
    ready = odoo(with_tests)
    with postgres.server():
        databases.drop_leftovers()
        yield ready


def main(_arguments):
    odoo()
    environments.proxy()
    print("Everything is installed. `make run` starts the shop.")
