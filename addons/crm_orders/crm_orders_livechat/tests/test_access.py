from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestAccess(TransactionCase):
    """Those who look after chats switch it on; those of Orders look after sources."""

    def test_manager_of_chats_switches_it_on(self):
        user = new_test_user(
            self.env,
            "orders_chat_manager",
            groups="im_livechat.im_livechat_group_manager",
        )
        channel = (
            self.env["im_livechat.channel"].with_user(user).create({"name": "Chat"})
        )
        self.assertFalse(channel.sudo().crm_orders_source_id)
        channel.crm_orders_unanswered_minutes = 3
        source = channel.sudo().crm_orders_source_id
        self.assertEqual(source.company_id, user.company_id)
        with self.assertRaises(AccessError):
            source.with_user(user).read(["name"])

    def test_manager_of_orders_makes_the_source(self):
        user = new_test_user(
            self.env, "orders_manager_chat", groups="crm_orders_base.group_manager"
        )
        channel = self.env["im_livechat.channel"].create({"name": "Chat"})
        sources = self.env["crm_orders.source"].with_user(user)
        sources.create(
            {"name": "Chat", "kind": "livechat", "livechat_channel_id": channel.id}
        )
        self.assertTrue(channel.crm_orders_unanswered_minutes)
        with self.assertRaises(ValidationError):
            sources.create({"name": "Chat", "kind": "livechat"})

    def test_sellers_and_others_change_nothing(self):
        channel = self.env["im_livechat.channel"].create({"name": "Chat"})
        for login, groups in (
            ("orders_chat_seller", "crm_orders_base.group_user"),
            ("orders_chat_employee", "base.group_user"),
            ("orders_chat_portal", "base.group_portal"),
        ):
            user = new_test_user(self.env, login, groups=groups)
            with self.assertRaises(AccessError):
                channel.with_user(user).crm_orders_unanswered_minutes = 3
