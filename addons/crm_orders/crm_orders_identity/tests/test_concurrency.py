import threading
import time

from psycopg2.errors import SerializationFailure

from odoo.exceptions import LockError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions

TELEGRAM = {"kind": "telegram", "value": 4242424242}
PHONE = {"kind": "phone", "value": "+358 40 4242424"}
WHATSAPP = {"kind": "whatsapp", "value": "358404242424"}


@tagged("post_install", "-at_install")
class TestConcurrency(SeveralTransactions):
    """Two workers at once, each with a connection and a transaction of its own.

    `SerializationFailure` makes a worker begin anew.
    """

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            self.partner_id = env["res.partner"].create({"name": "Concurrency"}).id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._new_env() as env:
            env["crm_orders.identity"].search([("value", "=", "4242424242")]).unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _claim(self, env):
        partner = env["res.partner"].browse(self.partner_id)
        return env["crm_orders.identity"]._claim([TELEGRAM], partner=partner)

    def _while_waiting(self, function, then):
        """Result or error of `function`, run until it waits; `then` lets it go on."""
        outcome = []

        def work():
            try:
                with mute_logger("odoo.sql_db"), self._new_env() as env:
                    # What this transaction sees is settled from here on.
                    env.cr.execute("SELECT pg_backend_pid()")
                    outcome.append(env.cr.fetchone()[0])
                    started.set()
                    outcome.append(function(env))
            except SerializationFailure as error:
                outcome.append(error)

        started = threading.Event()
        thread = threading.Thread(target=work)
        thread.start()
        started.wait()
        with self._new_env() as watcher:
            while thread.is_alive() and not self._waits_for_lock(watcher, outcome[0]):
                time.sleep(0.02)
        then()
        thread.join()
        return outcome[1]

    @staticmethod
    def _waits_for_lock(env, pid):
        env.cr.rollback()
        env.cr.execute(
            "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s",
            [pid],
        )
        [waits] = env.cr.fetchone() or [False]
        return waits

    def test_account_claimed_twice_at_once_is_one_row(self):
        with self._new_env() as env:
            identity = self._claim(env)
            error = self._while_waiting(self._claim, env.cr.commit)
            self.assertIsInstance(error, SerializationFailure)
        with self._new_env() as again:
            self.assertEqual(self._claim(again).id, identity.id)
            found = again["crm_orders.identity"].search([("value", "=", "4242424242")])
            self.assertEqual(len(found), 1)

    def test_claim_goes_on_when_the_other_one_failed(self):
        with self._new_env() as env:
            self._claim(env)
            result = self._while_waiting(
                lambda other: self._claim(other).id, env.cr.rollback
            )
        with self._new_env() as again:
            self.assertEqual(self._claim(again).id, result)

    def test_customers_merged_twice_at_once_are_merged_once(self):
        with self._new_env() as env:
            ids = env["res.partner"].create([{"name": "Kept"}, {"name": "Merged"}]).ids

        def merge(env):
            kept, merged = env["res.partner"].browse(ids)
            return env["crm_orders.merge"]._merge(kept, merged)

        def clean_up():
            with self._new_env() as env:
                env["crm_orders.merge"].search([("kept_id", "in", ids)]).unlink()
                env["res.partner"].browse(ids).unlink()

        self.addCleanup(clean_up)
        with self._new_env() as env, self._new_env() as other:
            other.cr.execute("SELECT 1")
            merge(env)
            with self.assertRaises(LockError):
                merge(other)
            other.cr.rollback()
            other.transaction.clear()
            other.cr.execute("SELECT 1")
            env.cr.commit()
            # Begun before the other one was done, so it has to begin anew.
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                merge(other)
            other.cr.rollback()
            other.transaction.clear()
            with self.assertRaises(UserError):
                merge(other)

    def test_locked_person_is_somebody_elses_until_the_end(self):
        """Also for another handle of the same person: WhatsApp tells the phone."""
        with self._new_env() as env:
            env["crm_orders.identity"]._lock([TELEGRAM, PHONE])
            error = self._while_waiting(
                lambda other: other["crm_orders.identity"]._lock([WHATSAPP]),
                env.cr.commit,
            )
        self.assertIsInstance(error, SerializationFailure)
        with self._new_env() as again:
            again["crm_orders.identity"]._lock([WHATSAPP])

    def test_lock_tells_that_this_transaction_is_too_old(self):
        """Who looks before locking could miss what the other one has made meanwhile."""
        with self._new_env() as old:
            old.cr.execute("SELECT 1")
            with self._new_env() as env:
                env["crm_orders.identity"]._lock([TELEGRAM])
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                old["crm_orders.identity"]._lock([TELEGRAM])
            old.cr.rollback()
            old["crm_orders.identity"]._lock([TELEGRAM])

    def test_other_people_are_not_locked(self):
        with self._new_env() as env, self._new_env() as other:
            env["crm_orders.identity"]._lock([TELEGRAM])
            other["crm_orders.identity"]._lock([{"kind": "telegram", "value": 17}])
            other["crm_orders.identity"]._lock([])

    def test_locks_taken_crosswise_do_not_block_each_other_for_good(self):
        with self._new_env() as env:
            env["crm_orders.identity"]._lock([TELEGRAM, PHONE])
            error = self._while_waiting(
                lambda other: other["crm_orders.identity"]._lock([PHONE, TELEGRAM]),
                env.cr.rollback,
            )
        self.assertIsNone(error)
