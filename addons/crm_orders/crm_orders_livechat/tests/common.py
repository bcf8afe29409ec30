from odoo.fields import Command, Datetime
from odoo.tests import new_test_user

from odoo.addons.crm_orders_inbound.tests.common import InboundMixin

MINUTES = 5


class ChatMixin(InboundMixin):
    """A live chat channel with an agent, and visitors who write."""

    @classmethod
    def _set_up_chat(cls, **vals):
        cls.agent = new_test_user(
            cls.env,
            "orders_chat_agent",
            groups="im_livechat.im_livechat_group_user",
            name="Sami",
        )
        cls.channel = cls.env["im_livechat.channel"].create(
            {
                "name": "Support Channel",
                "user_ids": [cls.agent.id],
                "crm_orders_unanswered_minutes": MINUTES,
                **vals,
            }
        )
        cls.env.company.country_id = cls.env.ref("base.fi")
        cls.source = cls.channel.crm_orders_source_id
        cls.events = cls.env["crm_orders.event"]
        cls.chats = cls.env["discuss.channel"]

    def setUp(self):
        super().setUp()
        self.env["mail.presence"]._update_presence(self.agent)

    def _start_chat(self, *texts, **params):
        """A visitor's chat, over real HTTP as the visitor's page does it."""
        self.authenticate(None, None)
        answer = self.make_jsonrpc_request(
            "/im_livechat/get_session",
            {"channel_id": self.channel.id, **params},
        )
        chat = self.chats.browse(answer["channel_id"])
        self.guest_token = (
            answer["store_data"].get("Store", {}).get("guest_token", False)
        )
        for text in texts:
            self._write(chat, text)
        return chat

    def _write(self, chat, text):
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "discuss.channel",
                "thread_id": chat.id,
                "post_data": {
                    "body": text,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
            },
            cookies={"dgid": self.guest_token} if self.guest_token else None,
        )

    def _add_bot(self, *steps):
        """Let a chatbot receive the visitors; steps are `(type, message)`."""
        script = self.env["chatbot.script"].create(
            {
                "title": "Bot",
                "script_step_ids": [
                    Command.create({"step_type": kind, "message": message})
                    for kind, message in steps
                ],
            }
        )
        self.channel.rule_ids = [
            Command.create({"chatbot_script_id": script.id, "sequence": 1})
        ]
        return script

    def _answer(self, chat, text="Hei!"):
        chat.with_user(self.agent).message_post(
            body=text, message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def _pass_minutes(self, minutes, chat):
        """Let that much time pass for the messages of this chat."""
        self.env.flush_all()
        for message in chat.message_ids:
            message.date = Datetime.subtract(message.date, minutes=minutes)
        self.env.flush_all()

    def _find(self):
        """Run both jobs, as the scheduler does."""
        self.chats._cron_crm_orders_find_unanswered()
        self._run_job()
        return self.source.event_ids
