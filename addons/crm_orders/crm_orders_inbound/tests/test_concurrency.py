import json
import threading

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions

KEY = "key of the concurrency test"


@tagged("post_install", "-at_install")
class TestConcurrency(SeveralTransactions):
    """Two processes at once, each with a connection and transactions of its own."""

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            source = env["crm_orders.source"].create(
                {"name": "Concurrency test", "rate_limit": 0}
            )
            source._set_key(KEY)
            self.source_id = source.id
        self.registry.clear_cache()
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._new_env() as env:
            events = env["crm_orders.event"].search(
                [("source_id", "=", self.source_id)]
            )
            events.lead_id.unlink()
            events.unlink()
            env["crm_orders.source"].browse(self.source_id).unlink()
            cron = env.ref("crm_orders_inbound.ir_cron_process_events")
            env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.registry.clear_cache()

    def _accept(self, env, external_id="A-1"):
        email = f"{external_id}@example.com"
        body = json.dumps({"external_id": external_id, "email": email})
        return env["crm_orders.event"]._accept(
            KEY, body.encode(), "application/json", {}, "192.0.2.1"
        )

    def _results(self):
        with self._new_env() as env:
            events = env["crm_orders.event"].search(
                [("source_id", "=", self.source_id)]
            )
            leads = env["crm.lead"].search([("crm_orders_event_ids", "in", events.ids)])
            return len(events), len(leads), set(events.mapped("state"))

    def test_same_request_at_the_same_time_is_stored_once(self):
        """The second sender waits for the first and hears the same answer."""
        outcomes = []

        def accept(env):
            try:
                outcomes.append(self._accept(env))
            except SerializationFailure as error:
                outcomes.append(error)

        with self._new_env() as first, self._new_env() as second:
            first_id = self._accept(first)
            # Only the statement runs in the thread: the tests hold the lock that a
            # new environment needs.
            thread = threading.Thread(target=accept, args=[second])
            thread.start()
            thread.join(0.5)
            self.assertTrue(thread.is_alive(), "it waits until the first is certain")
            first.cr.commit()
            thread.join(30)
            if isinstance(outcomes[0], SerializationFailure):
                # What `retrying` does around every request.
                second.cr.rollback()
                second.transaction.clear()
                accept(second)
        self.assertEqual(outcomes[-1], first_id)
        with self._new_env() as env:
            env["crm_orders.event"]._cron_process()
        self.assertEqual(self._results(), (1, 1, {"done"}))

    def test_sender_that_fails_leaves_the_id_to_the_next(self):
        with self._new_env() as first:
            self._accept(first)
            first.cr.rollback()
        with self._new_env() as second:
            self.assertTrue(self._accept(second))
        self.assertEqual(self._results()[0], 1)

    def test_two_jobs_share_the_work(self):
        with self._new_env() as env:
            for number in range(6):
                self._accept(env, f"N-{number}")
        with self._new_env() as one, self._new_env() as other:
            mine = one["crm_orders.event"]._claim(3)
            theirs = other["crm_orders.event"]._claim(10)
            self.assertEqual(len(mine), 3)
            self.assertEqual(len(theirs), 3, "locked requests are left to the other")
            self.assertFalse(set(mine.ids) & set(theirs.ids))
            one.cr.commit()
            other.cr.commit()
            mine._process()
            theirs._process()
        self.assertEqual(self._results(), (6, 6, {"done"}))

    @mute_logger("odoo.sql_db")
    def test_request_that_another_job_works_on_is_not_processed_twice(self):
        """A second job that got hold of the same request, say after its pause."""
        with self._new_env() as env:
            self._accept(env)
        with self._new_env() as one, self._new_env() as other:
            events = one["crm_orders.event"]._claim(10)
            one.cr.commit()
            events._process()
            same = other["crm_orders.event"].browse(events.ids)
            same._process()
            other.cr.commit()
            one.cr.commit()
            try:
                same.invalidate_recordset()
                same._process()
                other.cr.commit()
            except SerializationFailure:
                other.cr.rollback()
        self.assertEqual(self._results(), (1, 1, {"done"}))

    def test_process_killed_between_storing_and_processing(self):
        """What was answered is on disk, and becomes one lead when a job runs."""
        with self._new_env() as env:
            event_id = self._accept(env)
        with self._new_env() as env:
            events = env["crm_orders.event"]._claim(10).browse(event_id)
            env.cr.commit()
            events._process()
            self.assertEqual(len(events.lead_id), 1)
            # The process is gone before it could commit: the database rolls back.
            env.cr.close()
        self.assertEqual(self._results(), (1, 0, {"new"}))
        with self._new_env() as env:
            env["crm_orders.event"]._cron_process()
        self.assertEqual(self._results(), (1, 0, {"new"}), "its pause is not over")
        with self._new_env() as env:
            events = env["crm_orders.event"].browse(events.ids)
            events.next_attempt = events.create_date
        with self._new_env() as env:
            env["crm_orders.event"]._cron_process()
        self.assertEqual(self._results(), (1, 1, {"done"}))
