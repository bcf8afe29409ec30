"""Chats, as an adapter like those of providers: what is noted of one is its number."""

from dataclasses import dataclass

from odoo.addons.crm_orders_inbound.tools import channel
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)


@dataclass
class Chat:
    """A chat that nobody answered."""

    chat_id: int


class ChatChannel(channel.Channel):
    """Reads what was noted of a chat."""

    kind = "livechat"

    def split(self, request):
        return [None]

    def read(self, request, index, settings):
        number = request.json.get("chat")
        if not isinstance(number, int) or isinstance(number, bool):
            raise channel.Unreadable(speech._("There is no chat in it."))
        return Chat(number)


CHAT = ChatChannel()
