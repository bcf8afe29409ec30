from odoo import Command
from odoo.fields import Datetime
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_inbound.tools.channel import SendError, Status
from odoo.addons.crm_orders_messenger.tests.common import MessengerMixin
from odoo.addons.crm_orders_notify.tests.common import NoticeMixin


@tagged("post_install", "-at_install")
class TestMessengerNotices(NoticeMixin, MessengerMixin, TransactionCase):
    """Customers are told in the messenger that they wrote from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_notices()
        cls._set_up_messenger()
        cls.source.company_id = cls.company
        cls.customer.write({"email": "aino@example.com", "phone": False})

    def _run(self, xml_id="crm_orders_notify.ir_cron_send"):
        with self.mock_smtplib_connection():
            MessengerMixin._run(self, xml_id)

    def _order(self):
        self.lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        self.lead.partner_id = self.customer
        order = self._confirmed_orders(1, opportunity_id=self.lead.id)
        order.crm_orders_stage_id = self.stage_ready
        return order

    def _parts(self):
        return self.lead.crm_orders_conversation_ids.outgoing_ids

    def test_customer_is_told_where_the_lead_came_from(self):
        order = self._order()
        notice = order.crm_orders_notice_ids
        self.assertEqual(notice.channel, "messenger")
        self._run()
        self.assertEqual(notice.state, "sending")
        self.assertFalse(self.provider.calls)
        self._send()
        self.assertEqual(notice.state, "sent")
        sent = " ".join(call.json["text"] for call in self.provider.calls)
        self.assertIn(order.name, sent)
        self.assertIn("/track/", sent)
        self.assertIn(order.name, self.lead.message_ids[0].body)
        self.assertFalse(self.emails)
        self._run()
        self.assertEqual(notice.state, "sent")

    def test_it_is_no_answer_of_a_person(self):
        self._order()
        self.lead.user_id = self.seller
        self._run()
        self._send()
        self.assertEqual(self.lead.message_ids[0].message_type, "auto_comment")
        self.assertFalse(self.lead.message_ids[0].notified_partner_ids)

    def test_mail_when_the_messenger_refuses(self):
        order = self._order()
        self._run()
        self.provider.answers.append(SendError("Blocked by the user", final=True))
        self._send()
        mail, messenger = order.crm_orders_notice_ids.sorted()
        self.assertEqual((messenger.state, mail.channel), ("failed", "mail"))
        self.assertIn("Blocked", messenger.error)
        self._run()
        self.assertEqual(mail.state, "sent")
        self.assertEqual(len(self.emails), 1)

    def test_mail_when_it_is_too_late_to_write(self):
        order = self._order()
        self.adapter.reply_hours = 24
        self.addCleanup(setattr, self.adapter, "reply_hours", None)
        self.lead.crm_orders_conversation_ids.last_in_date = "2020-01-01"
        self.assertEqual(order._get_crm_orders_notice_channels(), ["mail"])
        self._run()
        self.assertEqual(
            [(one.channel, one.state) for one in order.crm_orders_notice_ids.sorted()],
            [("mail", "sent"), ("messenger", "failed")],
        )

    def test_nobody_knows_whether_it_went_out(self):
        order = self._order()
        notice = order.crm_orders_notice_ids
        self._run()
        self.provider.answers.append(SendError("Broken off", uncertain=True))
        self._send()
        self.assertEqual(notice.state, "unknown")
        self.assertEqual(len(order.crm_orders_notice_ids), 1)
        # Then the provider tells that it has arrived.
        self._parts()[0]._apply_status(Status("delivered", [], "4711"))
        self.assertEqual(notice.state, "sent" if len(self._parts()) == 1 else "unknown")

    def test_process_that_dies_leaves_it_to_the_queue_of_the_messenger(self):
        order = self._order()
        notice = order.crm_orders_notice_ids
        self._run()
        notice.state_date = Datetime.subtract(Datetime.now(), hours=1)
        self._run()
        self.assertEqual(notice.state, "sending")
        self._send()
        self.assertEqual(notice.state, "sent")

    def test_sent_again_by_hand(self):
        order = self._order()
        self.rule = order.crm_orders_notice_ids.rule_id
        self.rule.channel = "messenger"
        self._run()
        self.provider.answers.append(SendError("Blocked by the user", final=True))
        self._send()
        notice = order.crm_orders_notice_ids
        self.assertEqual(notice.mapped("state"), ["failed"])
        notice.action_send_again()
        self._run()
        self._send()
        self.assertEqual(notice.state, "sent")

    def test_preferred_way_comes_first(self):
        self.customer.crm_orders_preferred_channel = "email"
        self.assertEqual(self._order().crm_orders_notice_ids.channel, "mail")

    def test_order_without_a_lead_of_a_known_person(self):
        lead = self._receive({"id": "2", "text": "Hei"}).lead_id
        lead.partner_id = self.customer
        conversation = lead.crm_orders_conversation_ids
        conversation.identity_id.partner_id = self.customer
        order = self._confirmed_orders(1)
        self.assertEqual(order._get_crm_orders_conversation(), conversation)
        self.source.company_id = self._new_company("Other Oy")
        self.env.invalidate_all()
        self.assertFalse(order._get_crm_orders_conversation())

    def test_many_orders_are_asked_about_at_once(self):
        orders = self._confirmed_orders(12)
        for order in orders:
            order.partner_id = self.customer.copy({"email": f"{order.id}@example.com"})
        self.stage_ready.notice_rule_ids = [Command.clear()]
        rule = self._new_rule(self.stage_ready)
        orders.crm_orders_stage_id = self.stage_ready
        orders.crm_orders_notice_ids.sudo().unlink()
        self.env.flush_all()
        counts = []
        for group in (orders[:2], orders[2:]):
            self.env.invalidate_all()
            group.mapped("partner_id.email_normalized")
            before = self.env.cr.sql_log_count
            self.notices._queue_for(group.browse(group.ids), "entered", rule)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
