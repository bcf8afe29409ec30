from unittest.mock import patch

import psycopg2.errors

from odoo.fields import Datetime
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models import crm_orders_event
from ..models.crm_orders_event import MAX_ATTEMPTS, CrmOrdersEvent
from ..tools.lead_payload import PayloadError
from .common import FORM_TYPE, KEY, InboundMixin

MODEL_LOGGER = "odoo.addons.crm_orders_inbound.models.crm_orders_event"
CRON_LOGGER = "odoo.addons.base.models.ir_cron"


@tagged("post_install", "-at_install")
class TestProcessing(InboundMixin, TransactionCase):
    """Stored requests become leads: all of them, once, whatever happens between."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_source()

    # --- storing ---

    def test_request_is_stored_as_it_came(self):
        event = self._accept(
            b'{"phone": "040 1234567",  "external_id": "A-1"}',
            headers={
                "Content-Type": "application/json",
                "User-Agent": "shop/1.0",
                "X-Source-Key": KEY,
                "Authorization": "Bearer secret",
                "Cookie": "session_id=secret",
            },
        )
        self.assertEqual(event.body, '{"phone": "040 1234567",  "external_id": "A-1"}')
        self.assertEqual(event.external_id, "A-1")
        self.assertEqual(event.source_id, self.source)
        self.assertEqual(event.remote_addr, "192.0.2.1")
        self.assertEqual(event.state, "new")
        self.assertEqual(event.attempts, 0)
        self.assertIn("User-Agent: shop/1.0", event.headers)
        self.assertNotIn("secret", event.headers)
        self.assertNotIn(KEY, event.headers)

    def test_same_external_id_is_one_request(self):
        first = self._accept({"external_id": "A-1", "email": "a@example.com"})
        second = self._accept({"external_id": "A-1", "email": "other@example.com"})
        self.assertEqual(second, first)
        self.assertEqual(self.source.event_ids, first)
        self.assertIn("a@example.com", first.body)

    def test_same_external_id_of_another_source_is_another_request(self):
        other = self.env["crm_orders.source"].create({"name": "Partner"})
        other._set_key("key of the partner")
        first = self._accept({"external_id": "A-1", "email": "a@example.com"})
        second = self._accept(
            {"external_id": "A-1", "email": "a@example.com"}, key="key of the partner"
        )
        self.assertNotEqual(second, first)
        self.assertEqual(second.source_id, other)

    def test_requests_without_external_id_are_each_their_own(self):
        first = self._accept({"email": "a@example.com"})
        second = self._accept({"email": "a@example.com"})
        self.assertNotEqual(second, first)

    def test_header_gives_external_id_to_senders_that_have_no_field(self):
        headers = {"Idempotency-Key": "K-1"}
        first = self._accept({"email": "a@example.com"}, headers=headers)
        second = self._accept({"email": "a@example.com"}, headers=headers)
        self.assertEqual(second, first)
        self.assertEqual(first.external_id, "K-1")

    def test_rate_limit_refuses_new_requests_but_not_repeated_ones(self):
        self.source.rate_limit = 3
        events = self._accept_many(3)
        with self.assertRaises(PayloadError) as caught:
            self._accept({"external_id": "more", "email": "a@example.com"})
        self.assertEqual(caught.exception.status, 429)
        repeated = self._accept({"external_id": "id-1", "email": "a@example.com"})
        self.assertEqual(repeated, events[1])
        self.env.cr.execute(
            "UPDATE crm_orders_event SET create_date = create_date - interval '2 minutes'"
            " WHERE id = %s",
            [events[0].id],
        )
        self.assertTrue(self._accept({"external_id": "more", "email": "a@example.com"}))

    def test_storing_takes_one_query_while_the_job_is_awake(self):
        self._accept({"email": "warm.up@example.com"})
        with self.assertQueryCount(1):
            self._accept({"external_id": "A-1", "email": "a@example.com"})

    def test_first_waiting_request_wakes_the_job(self):
        cron = self.env.ref("crm_orders_inbound.ir_cron_process_events")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        domain = [("cron_id", "=", cron.id)]
        events = self._accept_many(3)
        self.assertEqual(self.env["ir.cron.trigger"].search_count(domain), 1)
        events.write({"state": "done"})
        self.env.flush_all()
        self._accept({"email": "later@example.com"})
        self.assertEqual(self.env["ir.cron.trigger"].search_count(domain), 2)

    def test_request_wakes_the_job_again_when_the_one_before_was_left_waiting(self):
        cron = self.env.ref("crm_orders_inbound.ir_cron_process_events")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        event = self._accept({"email": "a@example.com"})
        event.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_orders_event"
            " SET create_date = create_date - interval '1 hour',"
            "     next_attempt = next_attempt - interval '1 hour'"
            " WHERE id = %s",
            [event.id],
        )
        self._accept({"email": "b@example.com"})
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after - before, 2)

    def test_request_of_a_killed_process_is_met_when_it_is_due(self):
        cron = self.env.ref("crm_orders_inbound.ir_cron_process_events")
        triggers = self.env["ir.cron.trigger"]
        event = self._accept({"email": "a@example.com"})
        self.env["crm_orders.event"]._claim(5)
        # The process is gone here, and its trigger still stands.
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        for _run in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            due = triggers.search([("cron_id", "=", cron.id)]).mapped("call_at")
            self.assertEqual(len(due), 1)
        self.assertGreaterEqual(due[0], event.next_attempt)

    # --- from request to lead ---

    def test_fields_reach_the_lead(self):
        seller = new_test_user(
            self.env,
            "inbound_seller",
            groups="crm_orders_base.group_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        team = self.env["crm.team"].create(
            {"name": "Web", "company_id": self.company.id, "use_leads": False}
        )
        medium = self.env["utm.medium"].create({"name": "Test shop form"})
        campaign = self.env["utm.campaign"].create({"name": "Spring of the test"})
        self.source.write(
            {"user_id": seller.id, "team_id": team.id, "utm_medium_id": medium.id}
        )
        event = self._accept(
            {
                "external_id": "A-1",
                "name": "Aino Lähde",
                "company": "Lähde Oy",
                "email": "aino@example.com",
                "phone": "040 123 4567",
                "subject": "Blue chair",
                "message": "Do you have it <b>in blue</b>?\nAino",
                "street": "Mannerheimintie 1",
                "zip": "00100",
                "city": "Helsinki",
                "country": "fi",
                "lang": "en",
                "utm_campaign": "spring of the TEST",
                "utm_source": "no such origin",
                "size": "L",
            }
        )
        self._run_job()
        self.assertEqual(event.state, "done")
        self.assertEqual(event.attempts, 1)
        lead = event.lead_id
        self.assertRecordValues(
            lead,
            [
                {
                    "name": "Blue chair",
                    "type": "opportunity",
                    "contact_name": "Aino Lähde",
                    "partner_name": "Lähde Oy",
                    "email_from": "aino@example.com",
                    "phone": "+358 40 1234567",
                    "phone_sanitized": "+358401234567",
                    "street": "Mannerheimintie 1",
                    "zip": "00100",
                    "city": "Helsinki",
                    "country_id": self.env.ref("base.fi").id,
                    "lang_id": self.env.ref("base.lang_en").id,
                    "company_id": self.company.id,
                    "user_id": seller.id,
                    "team_id": team.id,
                    "medium_id": medium.id,
                    "campaign_id": campaign.id,
                    "source_id": False,
                    "partner_id": False,
                }
            ],
        )
        self.assertIn("&lt;b&gt;in blue&lt;/b&gt;?", lead.description)
        self.assertIn("<b>size</b>: L", lead.description)
        self.assertIn("no such origin", lead.description)
        self.assertEqual(lead.crm_orders_event_count, 1)

    def test_enrichment_leaves_leads_alone_unless_the_shop_asks(self):
        """Odoo's lead enrichment sends the domain of an address to a service."""
        if "iap_enrich_done" not in self.leads._fields:
            self.skipTest("Lead enrichment is not installed.")
        asked = []
        self.patch(
            type(self.env["iap.enrich.api"]),
            "_request_enrich",
            lambda _api, domains: asked.append(domains) or {},
        )
        left_alone = self._accept({"email": "aino@private-shop.example"})
        self._run_job()
        self.source.allow_enrichment = True
        wished = self._accept({"email": "aino@other-shop.example"})
        self._run_job()
        self.leads.search(
            [("id", "not in", (left_alone | wished).lead_id.ids)]
        ).iap_enrich_done = True
        self.leads._iap_enrich_leads_cron()
        self.assertEqual(asked, [{wished.lead_id.id: "other-shop.example"}])

    def test_form_reaches_the_lead(self):
        event = self._accept(
            b"name=Aino+L%C3%A4hde&phone=09+1234567&message=Hei", mimetype=FORM_TYPE
        )
        self._run_job()
        self.assertEqual(event.lead_id.contact_name, "Aino Lähde")
        self.assertEqual(event.lead_id.phone, "+358 9 1234567")

    def test_phone_is_read_with_the_country_of_the_sender(self):
        swedish = self._accept({"phone": "070-123 45 67", "country": "SE"})
        strange = self._accept({"phone": "12"})
        self._run_job()
        self.assertEqual(swedish.lead_id.phone_sanitized, "+46701234567")
        self.assertEqual(strange.lead_id.phone, "12", "kept, as it may still help")

    def test_lead_whose_contact_cannot_be_read_asks_for_a_look(self):
        seller = new_test_user(
            self.env,
            "inbound_looker",
            groups="crm_orders_base.group_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.source.user_id = seller
        bad = self._accept({"phone": "<b>soita</b>", "message": "moi"})
        good = self._accept({"phone": "040 1234567", "email": "aino at example"})
        self._run_job()
        self.assertEqual(bad.state, "done", bad.error)
        lead = bad.lead_id
        self.assertEqual(lead.name, "Request through Web shop")
        self.assertFalse(lead.email_from or lead.phone)
        self.assertIn("<p>moi</p>", lead.description)
        self.assertIn("cannot be read", lead.description)
        self.assertIn("<b>phone</b>: &lt;b&gt;soita&lt;/b&gt;", lead.description)
        self.assertRecordValues(
            lead.activity_ids,
            [{"user_id": seller.id, "summary": "Check the contact details"}],
        )
        self.assertFalse(good.lead_id.activity_ids)
        self.assertNotIn("cannot be read", good.lead_id.description)
        self.assertIn("aino at example", good.lead_id.description)

    def test_look_at_a_lead_of_nobody_is_anybodys(self):
        event = self._accept({"phone": "soita"})
        self._run_job()
        self.assertEqual(event.state, "done", event.error)
        self.assertFalse(event.lead_id.user_id)
        self.assertEqual(len(event.lead_id.activity_ids), 1)
        self.assertFalse(event.lead_id.activity_ids.user_id)

    def test_team_that_works_with_leads_gets_leads(self):
        self.source.team_id = self.env["crm.team"].create(
            {"name": "Web", "company_id": self.company.id, "use_leads": True}
        )
        event = self._accept({"email": "a@example.com"})
        self._run_job()
        self.assertEqual(event.lead_id.type, "lead")
        self.assertFalse(event.lead_id.user_id)

    def test_wild_names_in_marketing_fields_are_no_patterns(self):
        self.env["utm.source"].create({"name": "Anything at all"})
        event = self._accept({"email": "a@example.com", "utm_source": "%"})
        self._run_job()
        self.assertFalse(event.lead_id.source_id)

    def test_batches_are_processed_until_none_is_left(self):
        events = self._accept_many(7)
        with patch.object(crm_orders_event, "BATCH_SIZE", 3):
            self._run_job()
        self.assertEqual(set(events.mapped("state")), {"done"})
        self.assertEqual(len(events.lead_id), 7)

    def test_number_of_queries_does_not_grow_with_the_number_of_requests(self):
        def queries_for(count, prefix):
            events = self._accept_many(count, prefix)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            events._process()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries_for(2, "warm-up")
        few = queries_for(5, "few")
        many = queries_for(50, "many")
        # Odoo itself handles some things of a lead one by one; ours must add nothing
        # to what creating the same leads costs.
        vals_list = [
            {"name": f"Lead {n}", "email_from": f"lead{n}@example.com"}
            for n in range(50)
        ]
        context = {"mail_create_nosubscribe": True}
        leads = self.leads.with_company(self.company).with_context(**context)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        given = {"user_id": False, "team_id": self.source.team_id.id}
        leads.create([{**vals, **given} for vals in vals_list])
        self.env.flush_all()
        core_many = self.env.cr.sql_log_count - before
        self.assertLessEqual(many, core_many + 20)
        self.assertLessEqual(few, many)

    # --- failures ---

    def _break(self, names):
        """Let the leads of the given requests fail, as a faulty module would."""
        original = CrmOrdersEvent._handle_leads

        def handle(events, source, meanings):
            if names & set(self.events.union(*meanings).mapped("external_id")):
                raise ValueError("A module broke on this one")
            return original(events, source, meanings)

        return patch.object(type(self.events), "_handle_leads", handle)

    @mute_logger(MODEL_LOGGER)
    def test_bad_request_does_not_hold_up_the_others(self):
        events = self._accept_many(5)
        with self._break({"id-2"}):
            self._run_job()
        bad = events[2]
        self.assertEqual(set((events - bad).mapped("state")), {"done"})
        self.assertEqual(len((events - bad).lead_id), 4)
        self.assertRecordValues(
            bad,
            [
                {
                    "state": "new",
                    "attempts": 1,
                    "error": "ValueError: A module broke on this one",
                    "lead_id": False,
                }
            ],
        )
        self.assertGreater(bad.next_attempt, Datetime.now())

    @mute_logger(MODEL_LOGGER)
    def test_request_is_tried_again_after_growing_pauses(self):
        event = self._accept({"external_id": "bad", "email": "a@example.com"})
        pauses = []
        with self._break({"bad"}):
            for _attempt in range(MAX_ATTEMPTS):
                self._run_job()
                pauses.append((event.next_attempt - Datetime.now()).total_seconds())
                self._run_job()
                self.assertEqual(event.attempts, len(pauses), "not before its time")
                self._pass_time(event, days=1)
        self.assertEqual(event.state, "failed")
        self.assertEqual([round(pause / 60) for pause in pauses], [1, 4, 16, 64, 256])
        self._run_job()
        self.assertEqual(event.attempts, MAX_ATTEMPTS, "failed ones are left alone")

    @mute_logger(MODEL_LOGGER)
    def test_later_attempt_makes_the_lead(self):
        event = self._accept({"external_id": "bad", "email": "a@example.com"})
        with self._break({"bad"}):
            self._run_job()
        self._pass_time(event, minutes=2)
        self._run_job()
        self.assertEqual(event.state, "done")
        self.assertFalse(event.error)
        self.assertEqual(len(self._leads_of(event)), 1)

    @mute_logger(MODEL_LOGGER)
    def test_replay_makes_the_lead_of_a_failed_request(self):
        event = self._accept({"external_id": "bad", "email": "a@example.com"})
        event.write({"state": "failed", "attempts": MAX_ATTEMPTS, "error": "broken"})
        manager = new_test_user(
            self.env,
            "inbound_manager",
            groups="crm_orders_base.group_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        event.with_user(manager).action_replay()
        self._run_job()
        self.assertEqual(event.state, "done")
        self.assertEqual(event.attempts, 1)
        self.assertEqual(len(self._leads_of(event)), 1)

    # --- kill -9 ---

    def test_process_killed_while_making_leads_makes_them_once_later(self):
        events = self._accept_many(3)
        self.env.flush_all()
        claimed = self.events._claim(10)
        self.assertEqual(claimed, events)
        savepoint = self.env.cr.savepoint(flush=False)
        with savepoint:
            claimed._process()
            self.assertEqual(len(claimed.lead_id), 3)
            # The process dies here: nothing since the claim was committed.
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertEqual(set(events.mapped("state")), {"new"})
        self.assertFalse(self._leads_of(events))
        self._run_job()
        self.assertFalse(self._leads_of(events), "not before the pause is over")
        self._pass_time(events, minutes=2)
        self._run_job()
        self.assertEqual(set(events.mapped("state")), {"done"})
        self.assertEqual(len(self._leads_of(events)), 3)
        self._run_job()
        self.assertEqual(len(self._leads_of(events)), 3)

    def test_request_that_kills_its_process_is_given_up(self):
        event = self._accept({"external_id": "deadly", "email": "a@example.com"})
        event.flush_recordset()
        for _attempt in range(MAX_ATTEMPTS):
            self.assertEqual(self.events._claim(10), event)
            self._pass_time(event, days=1)
            event.flush_recordset()
        self._run_job()
        self.assertEqual(event.state, "failed")
        self.assertIn("stopped", event.error)
        self.assertFalse(event.lead_id)

    def test_requests_that_survived_a_crash_are_processed_alone(self):
        events = self._accept_many(3)
        self.events._claim(10)
        self._pass_time(events, minutes=2)
        self.env.flush_all()
        sizes = []
        original = CrmOrdersEvent._process

        def process(batch):
            sizes.append(len(batch))
            return original(batch)

        with patch.object(type(self.events), "_process", process):
            self._run_job()
        self.assertEqual(sizes, [1, 1, 1])
        self.assertEqual(set(events.mapped("state")), {"done"})

    @mute_logger(CRON_LOGGER, "odoo.sql_db")
    def test_database_that_asks_for_a_new_transaction_gets_one(self):
        event = self._accept({"external_id": "busy", "email": "a@example.com"})

        def fail(events):
            raise psycopg2.errors.SerializationFailure("could not serialize access")

        with patch.object(type(self.events), "_handle", fail):
            self._run_job()
        self.assertEqual(event.state, "new")
        self.assertFalse(event.error)
        self._pass_time(event, minutes=2)
        self._run_job()
        self.assertEqual(event.state, "done")

    # --- erasing ---

    def test_texts_are_erased_after_their_time_but_ids_are_remembered(self):
        self.source.keep_days = 30
        old, fresh = self._accept_many(2)
        self._run_job()
        waiting = self._accept({"external_id": "waiting", "email": "a@example.com"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_orders_event SET create_date = create_date - interval '31 days'"
            " WHERE id IN %s",
            [(old.id, waiting.id)],
        )
        self.events._gc_texts()
        self.assertFalse(old.body)
        self.assertFalse(old.remote_addr)
        self.assertTrue(old.lead_id)
        self.assertTrue(fresh.body)
        self.assertTrue(waiting.body, "not before it is done")
        again = self._accept({"external_id": "id-0", "email": "a@example.com"})
        self.assertEqual(again, old)

    def test_texts_are_kept_for_ever_if_so_wished(self):
        self.source.keep_days = 0
        event = self._accept_many(1)
        self._run_job()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_orders_event SET create_date = create_date - interval '9 years'"
            " WHERE id = %s",
            [event.id],
        )
        self.events._gc_texts()
        self.assertTrue(event.body)
