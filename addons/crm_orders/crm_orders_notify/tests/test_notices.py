from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPServerDisconnected
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.sms.tools.sms_api import SmsApi

from ..models.crm_orders_order_notice import MAX_ATTEMPTS, Undelivered
from .common import NoticeMixin


@tagged("post_install", "-at_install")
class TestNotices(NoticeMixin, TransactionCase):
    """Customers are told once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_notices()

    def _order(self, stage=None, **vals):
        order = self._confirmed_orders(1, **vals)
        order.crm_orders_stage_id = stage or self.stage_ready
        return order

    def _mails(self, order):
        return self.env["mail.mail"].search(
            [("model", "=", "sale.order"), ("res_id", "=", order.id)]
        )

    # --- once ---

    def test_customer_is_told(self):
        order = self._order()
        notice = order.crm_orders_notice_ids
        self.assertEqual((notice.state, notice.channel), ("waiting", "mail"))
        self._run()
        self.assertEqual(notice.state, "sent", notice.error)
        self.assertEqual(notice.recipient, "aino@example.com")
        self.assertIn(f"Order {order.name} is Ready.", notice.text)
        self.assertIn("/track/", notice.text)
        self.assertEqual(len(self._mails(order)), 1)
        self.assertIn("Told aino@example.com", order.message_ids[0].body)

    def test_customer_is_told_once(self):
        order = self._order()
        self._run()
        self.stage_ready.back_rule = "free"
        order.crm_orders_stage_id = self.stage_work
        order.crm_orders_stage_id = self.stage_ready
        self._run()
        self.assertEqual(order.crm_orders_notice_ids.mapped("state"), ["sent"])
        self.assertEqual(len(self._mails(order)), 1)

    def test_stages_without_messages_tell_nothing(self):
        order = self._order(self.stage_work)
        self.assertFalse(order.crm_orders_notice_ids)

    def test_stages_without_messages_cost_nothing(self):
        orders = self._confirmed_orders(2)
        self.stage_work._get_notice_events()
        with self.assertQueryCount(0):
            self.assertFalse(self.stage_work._get_notice_events())
        self.assertEqual(len(orders), 2)

    def test_move_by_mistake_is_not_told(self):
        self.company.crm_orders_notice_delay = 5
        self.stage_ready.back_rule = "free"
        order = self._order()
        notice = order.crm_orders_notice_ids
        self._run()
        self.assertEqual(notice.state, "waiting")
        order.crm_orders_stage_id = self.stage_work
        with freeze_time(Datetime.now() + timedelta(minutes=6)):
            self._run()
        self.assertEqual(notice.state, "cancelled")
        self.assertIn("moved on", notice.error)
        self.assertFalse(self._mails(order))

    def test_order_that_comes_back_is_told_after_all(self):
        self.company.crm_orders_notice_delay = 5
        self.stage_ready.back_rule = "free"
        order = self._order()
        order.crm_orders_stage_id = self.stage_work
        with freeze_time(Datetime.now() + timedelta(minutes=6)):
            self._run()
            self.assertEqual(order.crm_orders_notice_ids.state, "cancelled")
            order.crm_orders_stage_id = self.stage_ready
        with freeze_time(Datetime.now() + timedelta(minutes=12)):
            self._run()
        self.assertEqual(order.crm_orders_notice_ids.mapped("state"), ["sent"])
        self.assertEqual(len(self._mails(order)), 1)

    def test_what_people_cancelled_stays_so(self):
        order = self._order()
        order.crm_orders_notice_ids.action_cancel()
        self.notices._queue_for(order, "entered")
        self._run()
        self.assertEqual(order.crm_orders_notice_ids.mapped("state"), ["cancelled"])

    def test_other_way_when_the_best_one_fails(self):
        self.customer.write({"phone": "040 123 4567"})
        self.customer.country_id = self.env.ref("base.fi")
        order = self._order()
        notices = type(self.notices)
        with (
            patch.object(notices, "_send_mail", self._refuse),
            patch.object(notices, "_send_sms", self._refuse),
        ):
            self._run()
        self.assertEqual(
            [(one.channel, one.state) for one in order.crm_orders_notice_ids.sorted()],
            [("sms", "failed"), ("mail", "failed")],
        )
        told = order.message_ids.filtered(lambda one: "could not be told" in one.body)
        self.assertEqual(len(told), 1, "when there is no other way left")
        self.assertIn("Nobody there", told.body)

    def test_no_other_way_where_one_was_chosen(self):
        self.rule.channel = "mail"
        self.customer.phone = "+358401234567"
        order = self._order()
        with patch.object(type(self.notices), "_send_mail", self._refuse):
            self._run()
        self.assertEqual(order.crm_orders_notice_ids.mapped("state"), ["failed"])

    def _refuse(self, _subject, _text):
        raise Undelivered("Nobody there", final=True)

    def test_night_is_quiet(self):
        self.company.partner_id.tz = "Europe/Helsinki"
        self.company.write({"crm_orders_quiet_from": 20, "crm_orders_quiet_to": 8})
        with freeze_time("2026-01-15 19:00:00"):
            order = self._order()
            notice = order.crm_orders_notice_ids
            self._run()
            self.assertEqual(notice.state, "waiting")
        self.assertEqual(
            notice.next_attempt, Datetime.to_datetime("2026-01-16 06:00:00")
        )
        with freeze_time("2026-01-16 06:00:01"):
            self._run()
        self.assertEqual(notice.state, "sent")

    def test_many_orders_are_queued_at_once(self):
        orders = self._confirmed_orders(12)
        self.env.flush_all()
        counts = []
        for group in (orders[:2], orders[2:]):
            self.env.invalidate_all()
            group.mapped("partner_id.email_normalized")
            before = self.env.cr.sql_log_count
            self.notices._queue_for(group, "entered", self.rule)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertEqual(
            self.notices.search_count([("order_id", "in", orders.ids)]), 12
        )

    def test_time_that_the_customer_likes(self):
        self.customer.write(
            {
                "tz": "Europe/Helsinki",
                "crm_orders_preferred_from": 17,
                "crm_orders_preferred_to": 24,
            }
        )
        self.company.write({"crm_orders_quiet_from": 20, "crm_orders_quiet_to": 8})
        for now, expected in (
            ("2026-01-15 08:00:00", "2026-01-15 15:00:00"),
            ("2026-01-15 16:00:00", "2026-01-15 16:00:00"),
            ("2026-01-15 19:00:00", "2026-01-16 15:00:00"),
        ):
            with freeze_time(now):
                order = self._order()
            self.assertEqual(
                order.crm_orders_notice_ids.next_attempt, Datetime.to_datetime(expected)
            )
        # Nobody is written to at night.
        self.customer.write(
            {"crm_orders_preferred_from": 2, "crm_orders_preferred_to": 4}
        )
        with freeze_time("2026-01-15 08:00:00"):
            order = self._order()
        self.assertEqual(
            order.crm_orders_notice_ids.next_attempt,
            Datetime.to_datetime("2026-01-15 08:00:00"),
        )

    # --- who and how ---

    def test_way_that_the_customer_prefers(self):
        self.customer.write(
            {"phone": "+358401234567", "crm_orders_preferred_channel": "sms"}
        )
        self.assertEqual(self._order().crm_orders_notice_ids.channel, "sms")
        self.customer.crm_orders_preferred_channel = "viber"
        self.assertEqual(self._order().crm_orders_notice_ids.channel, "mail")

    def test_customer_who_wants_no_messages(self):
        self.customer.crm_orders_no_notices = True
        self.assertFalse(self._order().crm_orders_notice_ids)
        self.customer.crm_orders_no_notices = False
        order = self._order()
        order.crm_orders_is_quiet = True
        self._run()
        self.assertEqual(order.crm_orders_notice_ids.state, "cancelled")

    def test_customer_without_a_mail_address_gets_a_text_message(self):
        self.customer.write({"email": False, "phone": "040 123 4567"})
        self.customer.country_id = self.env.ref("base.fi")
        order = self._order()
        notice = order.crm_orders_notice_ids
        self.assertEqual(notice.channel, "sms")
        answers = [{"state": "success", "uuid": None, "credit": 1}]

        def send(_api, messages, **_more):
            answers[0]["uuid"] = messages[0]["numbers"][0]["uuid"]
            answers.append(messages[0])
            return answers[:1]

        with patch.object(SmsApi, "_send_sms_batch", send):
            self._run()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(notice.recipient, "+358401234567")
        self.assertIn(order.name, answers[1]["content"])

    def test_customer_who_cannot_be_reached(self):
        self.customer.write({"email": False, "phone": False})
        self.assertFalse(self._order().crm_orders_notice_ids)
        self.rule.channel = "mail"
        seller = self._new_user("notice_seller", "crm_orders_base.group_user")
        order = self._order(user_id=seller.id)
        self._run()
        self.assertEqual(order.crm_orders_notice_ids.state, "failed")
        self.assertEqual(order.crm_orders_unsent_count, 1)
        told = order.message_ids.filtered(lambda one: "could not be told" in one.body)
        self.assertEqual(told.notified_partner_ids, seller.partner_id)

    def test_customer_reads_the_own_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.rule.with_context(lang="fi_FI").text = "Tilaus {order}: {stage}."
        self.stage_ready.with_context(lang="fi_FI").public_name = "Noudettavissa"
        self.customer.lang = "fi_FI"
        order = self._order()
        self._run()
        self.assertEqual(
            order.crm_orders_notice_ids.text, f"Tilaus {order.name}: Noudettavissa."
        )

    # --- when things go wrong ---

    def test_provider_that_is_away_is_tried_again(self):
        order = self._order()
        notice = order.crm_orders_notice_ids
        with self._no_server():
            self._run()
            self.assertEqual((notice.state, notice.attempts), ("waiting", 1))
            self.assertTrue(notice.error)
            self.assertGreater(notice.next_attempt, Datetime.now())
        notice.next_attempt = Datetime.now()
        self._run()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(len(self._mails(order)), 1)

    @contextmanager
    def _no_server(self):
        away = ConnectionRefusedError("Connection refused")
        with patch.object(IrMail_Server, "_connect__", side_effect=away):
            yield

    def test_connection_that_breaks_is_left_to_people(self):
        order = self._order()
        broken = SMTPServerDisconnected("Connection unexpectedly closed")
        with (
            patch.object(IrMail_Server, "send_email", side_effect=broken),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self._run()
        notice = order.crm_orders_notice_ids
        self.assertEqual(notice.state, "unknown")
        self.assertIn("unexpectedly", notice.error)

    def test_provider_that_stays_away_is_given_up(self):
        order = self._order()
        notice = order.crm_orders_notice_ids
        with self._no_server():
            for _attempt in range(MAX_ATTEMPTS):
                self.assertEqual(notice.state, "waiting")
                notice.next_attempt = Datetime.now()
                self._run()
        self.assertEqual(notice.state, "failed")
        notice.action_send_again()
        self._run()
        self.assertEqual(notice.state, "sent")

    def test_process_that_dies_sends_nothing_twice(self):
        order = self._order()
        notice = self.notices._claim()
        notice._set_state("sending")
        # The process is gone here.
        self._run()
        self.assertEqual(notice.state, "sending")
        notice.state_date = Datetime.now() - timedelta(minutes=11)
        self._run()
        self.assertEqual(notice.state, "unknown")
        self.assertFalse(self._mails(order))
        notice.action_send_again()
        self._run()
        self.assertEqual(notice.state, "sent")

    def test_people_decide_only_on_what_is_open(self):
        order = self._order()
        notice = order.crm_orders_notice_ids
        with self.assertRaises(UserError):
            notice.action_send_again()
        notice.action_cancel()
        self._run()
        self.assertEqual(notice.state, "cancelled")
        with self.assertRaises(UserError):
            notice.action_cancel()

    # --- delays and reminders ---

    def test_customer_hears_of_a_delay(self):
        self._new_rule(self.stage_work, event="delayed", text="It takes until {date}.")
        order = self._order(self.stage_work, commitment_date="2027-05-17 12:00:00")
        order.commitment_date = "2027-05-17 15:00:00"
        self.assertFalse(order.crm_orders_notice_ids, "the same day")
        order.commitment_date = "2027-05-10 12:00:00"
        self.assertFalse(order.crm_orders_notice_ids, "sooner")
        order.commitment_date = "2027-05-20 12:00:00"
        self._run()
        self.assertIn("05/20/2027", order.crm_orders_notice_ids.text)
        order.commitment_date = "2027-05-27 12:00:00"
        self._run()
        self.assertEqual(order.crm_orders_notice_ids.mapped("state"), ["sent"] * 2)

    def test_customer_is_reminded(self):
        rule = self._new_rule(self.stage_ready, event="reminder", days=3)
        self.rule.active = False
        order, done = self._order(), self._order()
        done.crm_orders_stage_id = self.stage_done
        (order | done).date_last_stage_update = Datetime.now() - timedelta(days=2)
        self._run("ir_cron_remind")
        self.assertFalse(order.crm_orders_notice_ids)
        (order | done).date_last_stage_update = Datetime.now() - timedelta(days=4)
        for _time in range(2):
            self._run("ir_cron_remind")
            self._run()
        self.assertEqual(order.crm_orders_notice_ids.mapped("state"), ["sent"])
        self.assertEqual(order.crm_orders_notice_ids.rule_id, rule)
        self.assertFalse(done.crm_orders_notice_ids)

    # --- texts ---

    def test_unknown_gap_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "prise"):
            self.rule.text = "It costs {prise}"
        with self.assertRaises(ValidationError):
            self.rule.subject = "{x}"
        with self.assertRaises(ValidationError):
            self.rule.text = "x" * 3000

    def test_preview_shows_what_the_customer_reads(self):
        order = self._order()
        preview = self.env["crm_orders.notify.preview"].create(
            {"rule_id": self.rule.id}
        )
        self.assertEqual(preview.order_id.crm_orders_stage_id, self.stage_ready)
        preview.order_id = order
        self.assertIn(order.name, preview.text)
        self.assertEqual(preview.subject, f"Order {order.name}")
        self.assertIn(str(len(preview.text)), preview.length_text)

    def test_usual_messages(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        stage = self._new_stage("Shelf", "ready", 70)
        stage.action_write_usual_notices()
        self.assertEqual(stage.notice_rule_ids.mapped("event"), ["entered", "reminder"])
        self.assertIn("is ready", stage.notice_rule_ids[0].text)
        finnish = stage.with_context(lang="fi_FI").notice_rule_ids[0]
        self.assertIn("on valmis", finnish.text)
        with self.assertRaises(UserError):
            stage.action_write_usual_notices()
        stage = self._new_stage("Gone", "closed", 80)
        with self.assertRaises(UserError):
            stage.action_write_usual_notices()

    def test_ready_made_stages_tell_customers(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        company = self._new_company("New Oy")
        loads = self.env["crm_orders.stage.load"].with_company(company)
        for stage_set in ("delivery", "pickup"):
            loads.create({"stage_set": stage_set}).action_load()
        rules = self.notices.env["crm_orders.order.notice.rule"].search(
            [("company_id", "=", company.id)]
        )
        told = {
            (rule.stage_id.name, rule.event, rule.days * (rule.event == "reminder"))
            for rule in rules
        }
        self.assertEqual(len(told), len(rules))
        self.assertIn(("On its way", "entered", 0), told)
        self.assertIn(("Ready for pick-up", "reminder", 5), told)
        self.assertIn(("New order", "entered", 0), told)
        for rule in rules:
            self.assertNotEqual(rule.text, rule.with_context(lang="fi_FI").text)

    def test_rules_of_a_copied_stage(self):
        copy = self.stage_ready.copy({"name": "Ready too"})
        self.assertEqual(copy.notice_rule_ids.mapped("text"), [self.rule.text])
        self.stage_ready.notice_rule_ids = [Command.clear()]
        self.assertFalse(self.stage_ready._get_notice_events())
