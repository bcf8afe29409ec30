"""Run Odoo's own tests on an installed database and write each one's outcome as JSON.

Odoo runs `at_install` tests only while it installs their module; here both kinds run on
the finished database, so that two databases can be compared.

Usage: run_suites.py RESULT.json DATABASE TAGS [Odoo options]
"""

import json
import logging
import sys
import threading
from pathlib import Path

import odoo.cli
import odoo.http
from odoo import api
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tests import loader
from odoo.tests.result import OdooTestResult
from odoo.tools import config


class RecordingResult(OdooTestResult):
    """Odoo's result that also remembers what became of each test."""

    outcomes: dict[str, str] = {}

    def _record(self, test, outcome):
        # The worst counts: a subtest's failure stays when its test goes on.
        name = getattr(test, "test_case", test).id()
        order = ("passed", "skipped", "failed")
        known = self.outcomes.get(name, "passed")
        self.outcomes[name] = max(known, outcome, key=order.index)

    def startTest(self, test):
        self._record(test, "passed")
        super().startTest(test)

    def addSkip(self, test, reason):
        self._record(test, "skipped")
        super().addSkip(test, reason)

    def addError(self, test, err):
        if not self._soft_fail:
            self._record(test, "failed")
        super().addError(test, err)

    def addFailure(self, test, err):
        if not self._soft_fail:
            self._record(test, "failed")
        super().addFailure(test, err)


def main(result_file, database, tags, *options):
    config.parse_config(
        ["--database", database, "--test-tags", tags, *options], setup_logging=True
    )
    loader.OdooTestResult = RecordingResult
    server.load_server_wide_modules()
    server.server = server.ThreadedServer(odoo.http.root)
    server.server.start(stop=True)
    threading.current_thread().dbname = database
    # Left on, Odoo would run tests between the modules that it loads.
    config["test_enable"] = False
    registry = Registry(database)
    config["test_enable"] = True
    names = sorted(registry._init_modules)
    for position in ("at_install", "post_install"):
        suite = loader.make_suite(names, position)
        if suite.has_http_case():
            with registry.cursor() as cr:
                env = api.Environment(cr, api.SUPERUSER_ID, {})
                env["ir.qweb"]._pregenerate_assets_bundles()
        # Results of both positions are only added up, never reset.
        loader.run_suite(suite)
    Path(result_file).write_text(json.dumps(RecordingResult.outcomes, indent=1))
    logging.shutdown()
    server.server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
