import base64

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import AssignMixin


@tagged("post_install", "-at_install")
class TestReply(AssignMixin, MailCommon, TransactionCase):
    """A seller answers from the card; the customer gets it and the clock stops."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls._new_policy()
        cls.lead = cls._new_leads(
            user_id=cls.aino.id,
            contact_name="Matti",
            email_from="Matti <matti@reply.example>",
            description="<p>Do you have a blue chair?</p>",
        )

    def _open(self, lead=None, user=None, **vals):
        lead = (lead or self.lead).with_user(user or self.aino)
        action = lead.action_crm_orders_reply()
        self.assertEqual(action["target"], "new")
        return (
            self.env[action["res_model"]]
            .with_user(user or self.aino)
            .with_context(**action["context"])
            .create({"body": "We do.\nCome and see.", **vals})
        )

    def test_mail_goes_out_and_the_clock_stops(self):
        reply = self._open()
        self.assertIn("matti@reply.example", reply.way)
        self.assertIn("Do you have a blue chair?", reply.history)
        self.assertFalse(reply.takes)
        with self.mock_mail_gateway():
            reply.action_send()
        self.assertSentEmail(
            self.aino.partner_id, ["matti@reply.example"], body_content="Come and see."
        )
        self.assertTrue(self.lead.crm_orders_first_response_date)
        self.assertEqual(self.lead.crm_orders_first_response_user_id, self.aino)
        self.assertEqual(self.lead.crm_orders_turn, "customer")

    def test_known_customer_is_written_to_as_one(self):
        self.lead.write(
            {"partner_id": self.customer.id, "email_from": self.customer.email}
        )
        with self.mock_mail_gateway():
            self._open().action_send()
        self.assertEqual(self.lead.message_ids[0].partner_ids, self.customer)
        self.assertEqual(self.lead.crm_orders_turn, "customer")

    def test_text_is_text(self):
        with self.mock_mail_gateway():
            self._open(body="<b>1 < 2</b> <script>").action_send()
        self.assertIn("&lt;b&gt;1 &lt; 2", self.lead.message_ids[0].body)

    def test_history_is_text_too(self):
        self.lead.message_post(
            body="I said <img src=x onerror=alert(1)> so",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.customer.id,
        )
        self.customer.name = "<script>alert(1)</script>"
        reply = self._open()
        self.assertNotIn("<script", reply.history)
        self.assertNotIn("<img", reply.history)
        self.assertIn("so", reply.history)

    def test_notes_are_not_in_the_history(self):
        self.lead.message_post(body="A note for colleagues")
        self.assertNotIn("colleagues", self._open().history)

    def test_history_has_the_last_words_only(self):
        for number in range(8):
            self.lead.message_post(
                body=f"Word {number}",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        history = self._open().history
        self.assertNotIn("Word 2", history)
        self.assertLess(history.index("Word 3"), history.index("Word 7"))

    def test_who_answers_takes_the_lead(self):
        self.lead.user_id = False
        reply = self._open(user=self.eero)
        self.assertTrue(reply.takes)
        with self.mock_mail_gateway():
            reply.action_send()
        self.assertEqual(self.lead.user_id, self.eero)

    def test_somebody_else_was_quicker(self):
        self.lead.user_id = False
        reply = self._open(user=self.eero)
        self.assertTrue(reply.takes)
        self.lead.user_id = self.aino
        with self.assertRaises(UserError):
            reply.action_send()

    def test_without_an_address_there_is_nothing_to_send(self):
        lead = self._new_leads(user_id=self.aino.id, phone="+358401234567")
        self.assertFalse(lead.crm_orders_can_reply)
        self.assertTrue(self.lead.crm_orders_can_reply)
        reply = self._open(lead)
        self.assertFalse(reply.way)
        with self.assertRaisesRegex(UserError, "cannot be written to"):
            reply.action_send()
        with self.assertRaises(UserError):
            lead._crm_orders_reply_by_mail(body="x")

    def test_blank_answer_is_refused(self):
        with self.assertRaisesRegex(UserError, "Write something"):
            self._open(body="  \n ").action_send()

    def test_file_goes_along_and_belongs_to_the_lead(self):
        reply = self._open()
        file = (
            self.env["ir.attachment"]
            .with_user(self.aino)
            .create(
                {
                    "name": "chair.txt",
                    "datas": base64.b64encode(b"blue"),
                    "res_model": reply._name,
                    "res_id": 0,
                }
            )
        )
        reply.attachment_ids = [Command.link(file.id)]
        with self.mock_mail_gateway():
            reply.action_send()
        self.assertEqual(self.lead.message_ids[0].attachment_ids, file)
        self.assertEqual((file.res_model, file.res_id), ("crm.lead", self.lead.id))

    def test_files_of_others_do_not_go_along(self):
        secret = self.env["ir.attachment"].create(
            {"name": "wages.txt", "datas": base64.b64encode(b"much")}
        )
        with self.assertRaises(AccessError):
            self._open(attachment_ids=[Command.link(secret.id)]).action_send()

    def test_foreign_leads_are_closed(self):
        foreign = self._new_leads(user_id=self.eero.id, email_from="x@reply.example")
        replies = self.env["crm_orders.reply"].with_user(self.aino)
        reply = replies.create({"lead_id": foreign.id, "body": "Hello"})
        for field in ("history", "way"):
            with self.assertRaises(AccessError):
                reply.mapped(field)
        with self.assertRaises(AccessError):
            reply.action_send()

    def test_others_have_no_business_here(self):
        plain = new_test_user(self.env, "reply_plain", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["crm_orders.reply"].with_user(plain).create(
                {"lead_id": self.lead.id, "body": "Hello"}
            )
