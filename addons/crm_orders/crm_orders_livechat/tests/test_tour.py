from odoo.tests import HttpCase, new_test_user, tagged

from .common import MINUTES, ChatMixin


@tagged("post_install", "-at_install")
class TestTour(ChatMixin, HttpCase):
    """From the visitor's page to the seller's screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_chat()

    def test_unanswered_chat(self):
        self.start_tour(
            f"/im_livechat/support/{self.channel.id}",
            "crm_orders_livechat.visitor_waits_in_vain",
        )
        chat = self.chats.search([("livechat_channel_id", "=", self.channel.id)])
        self._pass_minutes(MINUTES, chat)
        lead = self._find().lead_id
        self.assertEqual(lead.email_from, "aino.tour@example.com", lead.description)
        new_test_user(
            self.env,
            "orders_chat_seller",
            groups="crm_orders_base.group_user",
            password="orders_chat_seller",
        )
        self.start_tour(
            f"/odoo/crm.lead/{lead.id}",
            "crm_orders_livechat.seller_reads_the_chat",
            login="orders_chat_seller",
        )
