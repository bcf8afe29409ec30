import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from odoo.tests import BaseCase, HttpCase, tagged

from odoo.addons.crm_orders_telephony.tests.common import CUSTOMER, OTHER
from odoo.addons.crm_orders_telephony.tests.provider import ProviderMixin

from ..tools.spool import Spool
from .exchange import Exchange

SERVICE = Path(__file__).resolve().parents[1] / "service"
PATIENCE = 60


@tagged("post_install", "-at_install")
class TestService(ProviderMixin, HttpCase):
    """The service as a process of its own, between an exchange and Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_provider("asterisk")

    # The service goes on asking while the test itself is at work.
    test_cursor_lock_timeout = 3 * PATIENCE

    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.spool = Path(self.folder, "spool.sqlite")
        self.exchange = Exchange()
        self.addCleanup(self.exchange.close)
        self.process = None
        self.addCleanup(self._stop)

    def _start(self, secret=Exchange.secret):
        path = urlsplit(self.source.hook_url).path
        config = Path(self.folder, "service.ini")
        config.write_text(
            f"""
[asterisk]
host = 127.0.0.1
port = {self.exchange.server_address[1]}
username = odoo
secret = {secret}
[odoo]
hook_url = {self.base_url()}{path}
token = {self.source._get_settings()["token"]}
[service]
spool = {self.spool}
every_seconds = 0.2
"""
        )
        self.log = Path(self.folder, "log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # Alone, so that nothing of Odoo is there by chance.
                [sys.executable, "-I", str(SERVICE), str(config)],
                stderr=log,
                cwd=self.folder,
            )

    def _kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def _stop(self):
        if self.process and self.process.poll() is None:
            with self.allow_requests(all_requests=True):
                self.process.terminate()
                self.assertEqual(self.process.wait(PATIENCE), 0, self.log.read_text())

    def _serve_until(self, condition):
        """Let requests in until something is so."""
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            end = time.monotonic() + PATIENCE
            while not condition():
                self.assertLess(time.monotonic(), end, self.log.read_text())
                self.assertIsNone(self.process.poll(), self.log.read_text())
                with self.exchange.changed:
                    self.exchange.changed.wait(0.05)
        self.env.invalidate_all()

    def _serve_until_said(self, status):
        """Let requests in until the service has said how it is."""
        until = time.monotonic() + PATIENCE
        while not (self.source.asterisk_status or "").startswith(status):
            self.assertLess(time.monotonic(), until, self.log.read_text())
            ends = time.monotonic() + 0.5
            self._serve_until(lambda ends=ends: time.monotonic() > ends)

    def _is_listening(self):
        return bool(self.exchange.sessions)

    def _waiting(self):
        """Number of reports on the disk."""
        with closing(sqlite3.connect(self.spool)) as db:
            return db.execute("SELECT count(*) FROM report").fetchone()[0]

    def _written(self):
        """Number of reports that were ever on the disk."""
        with closing(sqlite3.connect(self.spool)) as db:
            row = db.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = 'report'"
            ).fetchone()
        return row[0] if row else 0

    def _is_delivered(self, count):
        return lambda: self._written() >= count and not self._waiting()

    def test_calls_get_through_and_calls_are_started(self):
        self._start()
        self._serve_until(self._is_listening)
        self.exchange.begin("100.1", CUSTOMER)
        self.exchange.ring("100.1", "101")
        self.exchange.answer("100.1", "101")
        self.exchange.end("100.1")
        self._serve_until(self._is_delivered(4))
        self._process()
        call = self._get("100.1")
        self.assertEqual((call.state, call.user_id), ("answered", self.seller))
        self.assertEqual(call.partner_id, self.customer)

        self._serve_until_said("listening")
        self.assertTrue(self.source.asterisk_is_there, self.source.asterisk_status)
        self.calls.with_user(self.seller).dial(OTHER)
        self._serve_until(
            lambda: any(one["Action"] == "Originate" for one in self.exchange.actions)
        )
        started = next(
            one for one in self.exchange.actions if one["Action"] == "Originate"
        )
        self.assertEqual(started["Channel"], "PJSIP/101")
        self.assertEqual(started["Exten"], OTHER)
        self.assertEqual(started["Context"], "from-internal")

    def test_nothing_is_lost_while_odoo_is_away_and_the_service_is_killed(self):
        self.source.active = False
        self._start()
        self._serve_until(self._is_listening)
        self.exchange.begin("200.1", CUSTOMER)
        self.exchange.ring("200.1", "101")
        self.exchange.answer("200.1", "101")
        self._serve_until(lambda: self._written() >= 3)
        self.assertEqual(self._waiting(), 3)
        self._kill()
        # The call ends while nobody listens.
        self.exchange.end("200.1")
        self.source.active = True
        self._start()
        self._serve_until(self._is_delivered(4))
        self._process()
        call = self._get("200.1")
        self.assertEqual(call.state, "answered")
        self.assertTrue(call.ended)
        self.assertEqual(self.calls.search_count([("external_id", "=", "200.1")]), 1)

    def test_a_call_goes_on_after_the_line_to_the_exchange_broke(self):
        self._start()
        self._serve_until(self._is_listening)
        self.exchange.begin("300.1", CUSTOMER)
        self.exchange.ring("300.1", "101")
        self._serve_until(self._is_delivered(2))
        self.exchange.drop()
        self._serve_until(lambda: not self._is_listening())
        self._serve_until(self._is_listening)
        self.exchange.end("300.1")
        self._serve_until(self._is_delivered(3))
        self._process()
        call = self._get("300.1")
        self.assertEqual(call.state, "missed")
        self.assertEqual(call.callback_id.user_id, self.seller)

    def test_wrong_secret_is_said_in_odoo(self):
        self._start(secret="wrong")
        self._serve_until(
            lambda: any(one["Action"] == "Login" for one in self.exchange.actions)
        )
        self._serve_until_said("refused")
        self.assertFalse(self.source.asterisk_is_there)


@tagged("post_install", "-at_install")
class TestServiceAlone(BaseCase):
    """What needs neither an exchange nor Odoo."""

    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def test_missing_settings_are_named(self):
        config = Path(self.folder, "service.ini")
        config.write_text("[asterisk]\nhost = pbx\nusername = odoo\n")
        done = subprocess.run(
            [sys.executable, "-I", str(SERVICE), str(config)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("secret is missing under [asterisk]", done.stderr)

    def test_spool_keeps_its_order_and_survives(self):
        path = os.path.join(self.folder, "spool.sqlite")
        spool = Spool(path)
        for number in range(3):
            spool.add({"id": str(number)})
        spool.keep_calls({"a": 1})
        report_id, fields = spool.first()
        self.assertEqual(fields, {"id": "0"})
        spool.done(report_id)
        spool.close()
        spool = Spool(path)
        self.addCleanup(spool.close)
        self.assertEqual(spool.kept_calls(), {"a": 1})
        report_id, fields = spool.first()
        self.assertEqual(fields, {"id": "1"})
        spool.refuse(report_id, "413")
        self.assertEqual(spool.count(), (1, 1))
        self.assertEqual(spool.first()[1], {"id": "2"})
