from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import KEY, InboundMixin


@tagged("post_install", "-at_install")
class TestSource(InboundMixin, TransactionCase):
    """Keys are shown once and stored as a hash; the health of a source is visible."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_source()

    def test_key_is_shown_once_and_never_stored(self):
        action = self.source.action_generate_key()
        key = action["context"]["default_key"]
        self.assertGreaterEqual(len(key), 40)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT s::text FROM crm_orders_source s WHERE id = %s", [self.source.id]
        )
        self.assertNotIn(key, self.env.cr.fetchone()[0])
        self.assertEqual(self.source.key_hint[:6], key[:6])
        window = Form(
            self.env["crm_orders.source.key"].with_context(**action["context"])
        )
        self.assertEqual(window.key, key)
        self.assertIn(key, window.example)
        self.assertTrue(window.endpoint_url.endswith("/crm_orders/v1/leads"))

    def test_new_key_replaces_the_old_one(self):
        source_id, _limit = self.source._authenticate(KEY)
        self.assertEqual(source_id, self.source.id)
        key = self.source.action_generate_key()["context"]["default_key"]
        with self.assertRaises(AccessError):
            self.source._authenticate(KEY)
        self.assertEqual(self.source._authenticate(key)[0], self.source.id)

    def test_archived_source_is_refused_at_once(self):
        self.source._authenticate(KEY)
        self.source.active = False
        with self.assertRaises(AccessError):
            self.source._authenticate(KEY)
        self.source.active = True
        self.source._authenticate(KEY)

    def test_new_limit_applies_at_once(self):
        self.assertEqual(self.source._authenticate(KEY)[1], 0)
        self.source.rate_limit = 5
        self.assertEqual(self.source._authenticate(KEY)[1], 5)

    def test_numbers_are_bounded(self):
        for vals in (
            {"keep_days": -1},
            {"keep_days": 3651},
            {"keep_days": 2**31 - 1},
            {"rate_limit": -1},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.source.write(vals)
                self.env.flush_all()
        self.source.write({"keep_days": 3650, "rate_limit": 2**31 - 1})
        self._accept({"email": "a@example.com"})
        self.events._gc_texts()

    def test_unknown_and_empty_keys_are_refused(self):
        for key in ("", "no such key", KEY + "x", KEY[:-1], "\u00e4\ud800"):
            with self.assertRaises(AccessError):
                self.source._authenticate(key)

    def test_copied_source_has_no_key(self):
        copy = self.source.copy()
        self.assertFalse(copy.sudo().key_hash)
        self.assertEqual(copy.health, "no_key")

    def test_source_with_requests_cannot_be_deleted(self):
        self._accept({"email": "a@example.com"})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.source.unlink()

    def test_health_tells_what_to_look_at(self):
        self.assertEqual(self.source.health, "unused")
        event = self._accept({"email": "a@example.com"})
        self.source.invalidate_recordset()
        self.assertEqual(self.source.health, "working")
        self.assertEqual(self.source.waiting_count, 1)
        self.assertEqual(self.source.event_count, 1)
        self.env.cr.execute(
            "UPDATE crm_orders_event SET create_date = %s WHERE id = %s",
            [Datetime.now() - timedelta(hours=1), event.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.source.health, "delayed")
        event.state = "failed"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.source.health, "failing")
        self.assertEqual(self.source.failed_count, 1)
        self.assertEqual(self.source.waiting_count, 0)

    def test_health_of_many_sources_takes_three_queries(self):
        sources = self.source
        for number in range(20):
            sources |= self.source.create({"name": f"Source {number}"})
        self.env.flush_all()
        self.env.invalidate_all()
        sources.mapped("name")
        with self.assertQueryCount(3):
            sources.mapped("health")

    def test_new_source_has_the_team_that_odoo_would_give(self):
        company = self.env["res.company"].create({"name": "Team Oy"})
        self.env.user.company_ids |= company
        team, _other = self.env["crm.team"].create(
            [
                {"name": "First", "company_id": company.id, "sequence": -5},
                {"name": "Second", "company_id": company.id, "sequence": -4},
            ]
        )
        sources = self.env["crm_orders.source"].with_context(
            allowed_company_ids=company.ids
        )
        with Form(sources) as form:
            form.name = "Shop"
            self.assertEqual(form.team_id, team)
        source = form.save()
        self.assertEqual(source.team_id, team)
        source.team_id = False
        source.name = "Another name"
        self.assertFalse(source.team_id, "who wants none gets none")
        chosen = sources.create({"name": "Chosen", "team_id": False})
        self.assertFalse(chosen.team_id)

    def test_lead_knows_its_source(self):
        event = self._accept({"email": "source@example.com"})
        self._run_job()
        lead = event.lead_id
        self.assertEqual(lead.crm_orders_source_id, self.source)
        manager = new_test_user(
            self.env,
            "source_manager",
            groups="crm_orders_base.group_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            lead.with_user(manager).crm_orders_source_id = False
        with self.assertRaises(AccessError):
            lead.with_user(manager).create(
                {"name": "x", "crm_orders_source_id": self.source.id}
            )
        other = self.leads.create(
            {"name": "x", "company_id": self.company.id, "probability": 99}
        )
        merged = (lead | other).merge_opportunity()
        self.assertEqual(merged, other)
        self.assertEqual(merged.crm_orders_source_id, self.source)
