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
    with locks.exclusive(settings.RUN / "setup.lock", "it installs"):
        system_packages.ensure(*_sections(with_tests))
        source = odoo_source.ensure()
        python = environments.odoo(source, with_tests)
    return Odoo(source, python)


def _sections(with_tests=False):
    """Parts of requirements/debian.txt that are needed."""
    sections = ["odoo"]
    if not os.environ.get("PGHOST"):
        sections.append("database")
    if with_tests:
        sections.append("test")
    return sections


@contextlib.contextmanager
def odoo_with_database_server(with_tests=False):
    """An `Odoo` with PostgreSQL running, for the time of the block."""
    ready = odoo(with_tests)
    with postgres.server():
        databases.drop_leftovers()
        yield ready


def main(arguments):
    """Install everything, or only the step that is named: an image's layer each."""
    settings.prepare_state()
    if arguments == ["packages"]:
        system_packages.ensure(*_sections())
    elif arguments == ["source"]:
        odoo_source.ensure()
    else:
        odoo()
        environments.proxy()
        print("Everything is installed. `make run` starts the shop.")
