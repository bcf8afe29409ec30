from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tools.discuss import Store

from .common import MessengerMixin


@tagged("post_install", "-at_install")
class TestStates(MessengerMixin, HttpCase):
    """What became of a message in the messenger is said in words, beside the mails."""

    browser_size = "1366x768"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_messenger()
        cls.seller.password = "talk_seller"

    def setUp(self):
        super().setUp()
        self.lead = self._receive({"id": "1", "text": "Hei"}).lead_id
        self.lead.user_id = self.seller

    def _mark(self, message):
        return message.notification_ids.filtered(
            lambda one: one.notification_type == "crm_orders"
        )

    def test_client_hears_the_state_and_the_reason(self):
        message = self._answer(self.lead, "Hei")
        mark = self._mark(message)
        self.assertEqual(mark.crm_orders_state, "waiting")
        self.provider.answers = [403]
        self._send()
        (told,) = Store().add(mark).get_result()["mail.notification"]
        self.assertEqual(told["crm_orders_state"], "failed")
        self.assertEqual(told["crm_orders_channel"], "Talk")
        self.assertEqual(told["failure_reason"], "Refused with 403.")

    def test_read_is_more_than_delivered(self):
        message = self._answer(self.lead, "Hei")
        self._send()
        sent = self.lead.crm_orders_conversation_id.outgoing_ids.external_id
        for state in ("delivered", "read"):
            self._receive({"id": state, "status": state, "ids": [sent]})
            self.assertEqual(self._mark(message).crm_orders_state, state)

    def test_mails_of_others_tell_nothing_new(self):
        mail = self.env["mail.notification"].create(
            {
                "mail_message_id": self._answer(self.lead, "Hei").id,
                "notification_type": "email",
                "res_partner_id": self.manager.partner_id.id,
                "failure_reason": "secret of the server",
            }
        )
        (told,) = Store().add(mail).get_result()["mail.notification"]
        self.assertNotIn("failure_reason", told)
        self.assertNotIn("crm_orders_state", told)

    def test_page_says_it_in_words(self):
        colleague = self.env["res.partner"].create(
            {"name": "Colleague of the tour", "email": "c@tour.example"}
        )
        good = self._answer(self.lead, "Blue it is")
        self._send()
        sent = self.lead.crm_orders_conversation_id.outgoing_ids.external_id
        self._receive({"id": "s1", "status": "read", "ids": [sent]})
        self.env["mail.notification"].create(
            {
                "mail_message_id": good.id,
                "notification_type": "email",
                "notification_status": "exception",
                "failure_type": "mail_smtp",
                "res_partner_id": colleague.id,
            }
        )
        self.provider.answers = [403]
        self._answer(self.lead, "Or red")
        self._send()
        self.env.flush_all()
        self.start_tour(
            f"/odoo/crm.lead/{self.lead.id}",
            "crm_orders_messenger_states",
            login="talk_seller",
            timeout=120,
        )
