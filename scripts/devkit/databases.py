"""Databases with their filestores: create, clone, rename, drop, and keep as templates.

A database under its final name is complete: it is built under another name and renamed
at the end. The name of a template says what it was made from.
"""

import contextlib
import os
import re
import shutil

from . import locks, postgres
from .console import step
from .settings import DATA, RUN, STATE, digest

# On a server that several checkouts use, each keeps to names of its own.
MINE = digest(str(STATE))[:6]
TEMPLATE = f"tpl_{MINE}"
# Templates that were not used lately go first; a core one makes several others.
KEPT_TEMPLATES = 10


def exists(name):
    return bool(postgres.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def create(name):
    """An empty database, replacing any of that name."""
    drop(name)
    postgres.query(
        f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
    )


def clone(source, name):
    """Copy `source`, on which nobody may be working, to `name`."""
    drop(name)
    # Files instead of the write-ahead log: a copy need not survive a power cut, and
    # PostgreSQL 14 knows no other way.
    strategy = " STRATEGY FILE_COPY" if server_version() >= 15 else ""
    postgres.query(f'CREATE DATABASE "{name}" TEMPLATE "{source}"{strategy}')
    if filestore(source).is_dir():
        # Odoo never changes a stored file, so both may share it.
        shutil.copytree(filestore(source), filestore(name), copy_function=os.link)


def drop(name):
    postgres.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name), ignore_errors=True)


def rename(name, new_name):
    """Files first: a database under its final name has all of its files."""
    shutil.rmtree(filestore(new_name), ignore_errors=True)
    if filestore(name).is_dir():
        os.replace(filestore(name), filestore(new_name))
    postgres.query(f'ALTER DATABASE "{name}" RENAME TO "{new_name}"')


def set_comment(name, text):
    """Keep a text with the database; it stays through a rename."""
    quoted = text.replace("'", "''")
    postgres.query(f"COMMENT ON DATABASE \"{name}\" IS '{quoted}'")


def comment(name):
    rows = postgres.query(
        "SELECT coalesce(shobj_description(oid, 'pg_database'), '')"
        f" FROM pg_database WHERE datname = '{name}'"
    )
    return "\n".join("|".join(row) for row in rows)


def filestore(name):
    return DATA / "filestore" / name


def server_version():
    (row,) = postgres.query("SHOW server_version_num")
    return int(row[0]) // 10000


def template(kind, key, build, what):
    """Name of the template database `kind` for `key`; `build(name)` makes a missing one."""
    name = f"{TEMPLATE}_{kind}_{key}"
    # One of a kind at a time: they are built under one name.
    with locks.exclusive(RUN / f"{TEMPLATE}_{kind}.lock", f"it builds {what}"):
        if not exists(name):
            building = f"building_{MINE}_{kind}"
            with step(f"Building {what}"):
                build(building)
                rename(building, name)
        _note_use(name)
    _forget_old_templates(keep=name)
    return name


@contextlib.contextmanager
def copy_of(template_name, purpose):
    """A database cloned from the template for the time of the block."""
    name = f"{purpose}_{MINE}_{os.getpid()}"
    handle = locks.share(RUN / f"{name}.use")
    clone(template_name, name)
    try:
        yield name
    finally:
        drop(name)
        handle.close()
        (RUN / f"{name}.use").unlink(missing_ok=True)


def drop_leftovers():
    """Drop what commands that were killed left behind."""
    for (name,) in postgres.query("SELECT datname FROM pg_database"):
        match = re.fullmatch(rf"[a-z]+_{MINE}_(\d+)", name)
        if match and not _runs(int(match[1])):
            drop(name)
    for note in RUN.glob("*.use"):
        pid = note.stem.rpartition("_")[2]
        if pid.isdecimal() and not _runs(int(pid)):
            note.unlink(missing_ok=True)


def _runs(pid):
    return os.path.exists(f"/proc/{pid}")


def _note_use(name):
    (RUN / f"{name}.used").touch()


def _forget_old_templates(keep):
    rows = postgres.query(
        f"SELECT datname FROM pg_database WHERE datname LIKE '{TEMPLATE}%'"
    )

    def last_use(name):
        note = RUN / f"{name}.used"
        return note.stat().st_mtime if note.exists() else 0

    names = sorted((name for (name,) in rows), key=last_use, reverse=True)
    for name in names[KEPT_TEMPLATES:]:
        if name != keep:
            drop(name)
            for suffix in ("used", "lock"):
                (RUN / f"{name}.{suffix}").unlink(missing_ok=True)
