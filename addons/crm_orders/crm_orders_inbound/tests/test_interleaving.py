import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import TransactionRollbackError

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions

KEY = "key of the test of interleavings"
MODEL_LOGGER = "odoo.addons.crm_orders_inbound.models.crm_orders_event"

# Three people of whom one writes three times; every request has an id of its own.
REQUESTS = [("1", "a"), ("2", "a"), ("3", "a"), ("4", "b"), ("5", "c")]
# What happens, in any order: a request comes (again), a worker takes some of what waits
# and ends well, dies before its work or in the middle of it, or time goes by.
STEPS = st.one_of(
    st.tuples(st.just("come"), st.sampled_from(REQUESTS)),
    st.tuples(st.just("come_and_die"), st.sampled_from(REQUESTS)),
    st.tuples(st.just("work"), st.integers(1, 5)),
    st.tuples(st.just("die_after_claiming"), st.integers(1, 5)),
    st.tuples(st.just("die_while_working"), st.integers(1, 5)),
    st.tuples(st.just("two_at_once"), st.integers(1, 3)),
    st.tuples(st.just("wait"), st.just(0)),
)


@tagged("post_install", "-at_install")
class TestInterleaving(SeveralTransactions):
    """Whatever comes twice and whoever dies: one lead for each request, none without."""

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            source = env["crm_orders.source"].create(
                {"name": "Interleavings", "rate_limit": 0}
            )
            source._set_key(KEY)
            self.source_id = source.id
        self.registry.clear_cache()
        self.addCleanup(self._clean_up, True)

    def _clean_up(self, with_source=False):
        with self._new_env() as env:
            source = env["crm_orders.source"].browse(self.source_id)
            source.event_ids.lead_id.unlink()
            source.event_ids.unlink()
            if with_source:
                source.unlink()
            cron = env.ref("crm_orders_inbound.ir_cron_process_events")
            env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.registry.clear_cache()

    @mute_logger(MODEL_LOGGER, "odoo.sql_db")
    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEPS, min_size=5, max_size=14))
    def test_one_lead_for_each_request(self, steps):
        self._clean_up()
        came = set()
        for name, value in steps:
            getattr(self, f"_{name}")(value)
            if name == "come":
                came.add(value[0])
        for _round in range(8):
            self._wait(0)
            self._work(50)
        with self._new_env() as env:
            events = env["crm_orders.source"].browse(self.source_id).event_ids
            self.assertEqual(set(events.mapped("external_id")), came)
            self.assertEqual(len(events), len(came))
            done = events.filtered(lambda event: event.state == "done")
            given_up = events - done
            # Who dies over and over at the same request leaves it to people.
            self.assertEqual(
                set(given_up.mapped("state")),
                {"failed"} & set(given_up.mapped("state")),
            )
            self.assertEqual(len(done.lead_id), len(done))
            leads = env["crm.lead"].search([("crm_orders_event_ids", "in", events.ids)])
            self.assertEqual(
                leads, done.lead_id.sorted(lambda lead: leads.ids.index(lead.id))
            )
            emails = [f"{person}@interleaving.example" for _id, person in REQUESTS]
            everywhere = env["crm.lead"].search_count([("email_from", "in", emails)])
            self.assertEqual(everywhere, len(done), "no lead without its request")

    # --- steps ---

    def _accept(self, env, request):
        external_id, person = request
        body = json.dumps(
            {"external_id": external_id, "email": f"{person}@interleaving.example"}
        )
        env["crm_orders.event"]._accept(
            KEY, body.encode(), "application/json", {}, "192.0.2.1"
        )

    def _come(self, request):
        with self._new_env() as env:
            self._accept(env, request)

    def _come_and_die(self, request):
        with self._new_env() as env:
            self._accept(env, request)
            env.cr.rollback()

    def _claim(self, env, limit):
        events = env["crm_orders.event"]._claim(limit)
        env.cr.commit()
        return events.filtered(lambda event: event.source_id.id == self.source_id)

    def _work(self, limit):
        with self._new_env() as env:
            self._claim(env, limit)._process_patiently()

    def _die_after_claiming(self, limit):
        with self._new_env() as env:
            self._claim(env, limit)

    def _die_while_working(self, limit):
        with self._new_env() as env:
            self._claim(env, limit)._process()
            env.cr.rollback()

    def _two_at_once(self, limit):
        """A second worker that got hold of the same requests ends in the middle."""
        with self._new_env() as one, self._new_env() as other:
            mine = self._claim(one, limit)
            # Its view of the database is older than the other's work.
            same = other["crm_orders.event"].browse(mine.ids)
            same.mapped("state")
            mine._process()
            one.cr.commit()
            try:
                same._process()
                other.cr.commit()
            except TransactionRollbackError:
                other.cr.rollback()

    def _wait(self, _value):
        with self._new_env() as env:
            env.cr.execute(
                "UPDATE crm_orders_event SET next_attempt = '2000-01-01'"
                " WHERE source_id = %s AND state = 'new'",
                [self.source_id],
            )
