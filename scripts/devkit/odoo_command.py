"""Odoo's own command line: install modules with progress, run scripts, start servers."""

import os
import re
import subprocess

from . import databases
from .children import die_with_parent
from .console import Fault, end_progress, progress
from .settings import LOGS, ROOT, prepare_state

# What core warns about itself, and what its libraries deprecate; ours must not warn.
KNOWN_WARNINGS = re.compile(
    r"py\.warnings: \S*(/odoo/addons/|/odoo/orm/|/odoo/tools/|/dist-packages/|/site-packages/)"
)
LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
PROBLEM = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")


class Odoo:
    """An Odoo source with the Python that runs it."""

    def __init__(self, source, python):
        self.source = source
        self.python = python

    def command(self, *arguments):
        """The server's command line with the checkout's configuration."""
        return [self.python, self.source.script, *arguments]

    def install(self, database, modules, *options, log_name=None):
        """Install modules with progress; return the log's warnings and errors."""
        names = ",".join(modules)
        return self._load(database, ["--init", names, *options], log_name)

    def upgrade(self, database, modules):
        # Without overwriting, Odoo keeps the words of the version before: new ones stay
        # English, and changed ones keep their old meaning.
        options = ["--update", ",".join(modules), "--i18n-overwrite"]
        return self._load(database, options, None)

    def _load(self, database, options, log_name):
        log = LOGS / f"{log_name or database}-modules.log"
        command = self.command(
            *("--config", "odoo.conf", "--database", database, *options),
            *("--stop-after-init", "--no-http", "--max-cron-threads=0"),
        )
        problems = []
        prepare_state()
        with (
            log.open("w") as copy,
            subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                preexec_fn=die_with_parent,
            ) as process,
        ):
            try:
                for line in process.stdout:
                    copy.write(line)
                    loading = LOADING.search(line)
                    if loading:
                        progress("module {1} of {2}: {0}".format(*loading.groups()))
                    elif PROBLEM.match(line) and not KNOWN_WARNINGS.search(line):
                        problems.append(line.rstrip())
            except BaseException:
                process.terminate()
                process.wait()
                raise
        end_progress()
        if process.returncode:
            raise Fault(
                f"Odoo could not load its modules: {last_error(log)} (see {log})"
            )
        return problems

    def script(self, database, text, **environment):
        """Run Python text in `odoo shell`; return what it printed."""
        done = subprocess.run(
            self.command(
                *("shell", "--config", "odoo.conf", "--database", database),
                *("--no-http", "--log-level=error", "--max-cron-threads=0"),
            ),
            cwd=ROOT,
            input=text,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            check=False,
        )
        if done.returncode or "Traceback" in done.stderr:
            reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
            raise Fault(
                f"A script on database {database} failed: {reason}\n{done.stderr}"
            )
        return done.stdout

    def build(self, database, modules, base=None):
        """A database with `modules`, from the template `base` or from nothing."""
        if base:
            databases.clone(base, database)
        else:
            databases.create(database)
        return self.install(database, modules) if modules else []


def last_error(log):
    """The line of a log that tells the reason best."""
    lines = log.read_text(errors="replace").strip().splitlines()
    for marker in ("psycopg2.", "Error:", "Exception:", " ERROR ", " CRITICAL "):
        found = [line for line in lines if marker in line]
        if found:
            return found[-1].strip()
    return lines[-1] if lines else "it printed nothing"
