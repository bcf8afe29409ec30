from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import AssignMixin

START = datetime(2026, 3, 2, 10)
LATER = START + timedelta(minutes=20)


@tagged("post_install", "-at_install")
class TestFirstResponse(AssignMixin, TransactionCase):
    """Only a person's answer to the customer stops the clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls._new_policy()
        with freeze_time(START):
            cls.lead = cls._new_leads(
                user_id=cls.aino.id,
                partner_id=cls.customer.id,
                email_from=cls.customer.email,
            )

    def setUp(self):
        super().setUp()
        clock = freeze_time(LATER)
        clock.start()
        self.addCleanup(clock.stop)

    def _post(self, user=None, **vals):
        values = {
            "body": "Hello",
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
            **vals,
        }
        lead = self.lead.with_user(user or self.aino)
        return lead.message_post(**values)

    def _assert_answered(self, user=None):
        self.assertEqual(self.lead.crm_orders_first_response_date, LATER)
        self.assertEqual(self.lead.crm_orders_first_response_user_id, user or self.aino)
        self.assertEqual(self.lead.crm_orders_response_minutes, 20)
        self.assertEqual(self.lead.crm_orders_sla_state, "answered")
        self.assertEqual(self.lead.crm_orders_turn, "customer")
        self.assertFalse(self.lead.crm_orders_sla_next_date)

    def _assert_running(self):
        self.assertFalse(self.lead.crm_orders_first_response_date)
        self.assertEqual(self.lead.crm_orders_sla_state, "running")
        self.assertEqual(self.lead.crm_orders_turn, "us")

    def test_message_to_the_customer(self):
        self._post(partner_ids=self.customer.ids)
        self._assert_answered()

    def test_message_to_a_customer_who_follows(self):
        self.lead.message_subscribe(partner_ids=self.customer.ids)
        self._post()
        self._assert_answered()

    def test_message_of_a_colleague(self):
        self._post(self.manager, partner_ids=self.customer.ids)
        self._assert_answered(self.manager)

    def test_message_to_an_address_without_a_contact(self):
        self.lead.write(
            {"partner_id": False, "email_from": "Somebody <NEW@example.com>"}
        )
        self._post(outgoing_email_to="new@example.com")
        self._assert_answered()

    def test_reply_of_an_employee_by_mail(self):
        self._post(message_type="email", partner_ids=self.customer.ids)
        self._assert_answered()

    def test_composer(self):
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.aino)
            .with_context(
                default_composition_mode="comment",
                default_model="crm.lead",
                default_res_ids=self.lead.ids,
            )
            .create(
                {
                    "body": "<p>Hello</p>",
                    "partner_ids": [Command.set(self.customer.ids)],
                }
            )
        )
        composer._action_send_mail()
        self._assert_answered()

    def test_message_that_reaches_no_customer(self):
        self._post()
        self._post(partner_ids=self.manager.partner_id.ids)
        self._assert_running()

    def test_message_to_somebody_else_outside(self):
        vendor = self.env["res.partner"].create(
            {"name": "Vendor", "email": "vendor@example.com"}
        )
        self._post(partner_ids=vendor.ids)
        self._assert_running()

    def test_internal_note(self):
        self._post(subtype_xmlid="mail.mt_note", partner_ids=self.customer.ids)
        self._assert_running()

    def test_automatic_message(self):
        self._post(message_type="auto_comment", partner_ids=self.customer.ids)
        self._post(message_type="notification", partner_ids=self.customer.ids)
        self._post(self.env.ref("base.user_root"), partner_ids=self.customer.ids)
        self._assert_running()

    def test_mail_by_a_template(self):
        template = self.env["mail.template"].create(
            {
                "name": "We have got your request",
                "model_id": self.env.ref("crm.model_crm_lead").id,
                "subject": "Thank you",
                "body_html": "<p>Thank you</p>",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        template.with_user(self.manager).send_mail(self.lead.id)
        self.lead.with_user(self.aino).message_post_with_source(
            template, message_type="auto_comment", subtype_xmlid="mail.mt_comment"
        )
        self._assert_running()

    def test_change_of_stage_is_no_answer(self):
        stages = self.env["crm.stage"].search([("is_won", "=", False)])
        self.lead.with_user(self.aino).stage_id = (stages - self.lead.stage_id)[:1]
        self.env.flush_all()
        self.cr.precommit.run()
        self._assert_running()

    def test_button_of_a_seller_who_called(self):
        self.lead.with_user(self.aino).action_crm_orders_mark_answered()
        self._assert_answered()
        self.assertIn("has answered", self.lead.message_ids[0].body)

    def test_customer_writing_is_no_answer(self):
        self.lead.message_post(
            body="Hello?",
            author_id=self.customer.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        self._assert_running()

    def test_turn_goes_back_and_forth(self):
        self._post(partner_ids=self.customer.ids)
        self.lead.message_post(
            body="And in blue?",
            author_id=self.customer.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.lead.crm_orders_turn, "us")
        self._post(partner_ids=self.customer.ids)
        self.assertEqual(self.lead.crm_orders_turn, "customer")
        self.assertEqual(self.lead.crm_orders_first_response_date, LATER)

    def test_mail_from_an_unknown_sender_is_the_customer(self):
        self._post(partner_ids=self.customer.ids)
        self.lead.message_post(
            body="From my other address",
            author_id=False,
            email_from="other@example.com",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.lead.crm_orders_turn, "us")

    def test_only_the_first_answer_counts(self):
        self.lead._crm_orders_note_first_response(user=self.aino)
        self.lead._crm_orders_note_first_response(LATER + timedelta(hours=1), self.eero)
        self._assert_answered()

    def test_call_that_is_logged_late_counts_when_it_was(self):
        self.lead._crm_orders_note_first_response(
            LATER + timedelta(minutes=5), self.eero
        )
        self.lead._crm_orders_note_first_response(LATER, self.aino)
        self._assert_answered()

    def test_call_before_the_lead_was_written_down(self):
        self.lead._crm_orders_note_first_response(
            START - timedelta(minutes=3), self.aino
        )
        self.assertEqual(self.lead.crm_orders_first_response_date, START)
        self.assertEqual(self.lead.crm_orders_response_minutes, 0)

    def test_late_log_of_a_call_does_not_hide_a_newer_message(self):
        self.lead._crm_orders_note_first_response(user=self.aino)
        self.lead._crm_orders_note_customer_message(LATER + timedelta(minutes=10))
        self.lead._crm_orders_note_first_response(
            LATER + timedelta(minutes=5), self.eero
        )
        self.assertEqual(self.lead.crm_orders_turn, "us")

    def test_answer_after_the_deadline(self):
        self.lead._crm_orders_note_first_response(START + timedelta(hours=2), self.aino)
        self.assertEqual(self.lead.crm_orders_sla_state, "answered_late")


@tagged("post_install", "-at_install")
class TestMailGateway(AssignMixin, MailCommon):
    """Mails that come in through the gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls._new_rule()
        cls._new_policy()

    def test_mail_becomes_a_lead_of_a_seller_with_a_clock(self):
        self.company.alias_domain_id = self.mail_alias_domain
        self.team.alias_name = "shop.requests"
        alias = self.team.alias_id
        mail = (
            f"From: Customer <customer@example.com>\nTo: {alias.alias_full_name}\n"
            "Subject: Blue chair\nMessage-Id: <one@example.com>\n"
            "Content-Type: text/plain\n\nDo you have it?"
        )
        with self.mock_mail_gateway():
            lead_id = self.env["mail.thread"].message_process("crm.lead", mail)
        lead = self.env["crm.lead"].browse(lead_id)
        self.assertEqual(lead.user_id, self.aino)
        self.assertEqual(lead.crm_orders_turn, "us")
        self.assertEqual(lead.crm_orders_sla_state, "running")

        with self.mock_mail_gateway():
            lead.with_user(self.aino).message_post(
                body="Yes",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=lead.partner_id.ids or self.customer.ids,
            )
        self.assertEqual(lead.crm_orders_sla_state, "answered")
