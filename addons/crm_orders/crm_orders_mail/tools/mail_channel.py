"""Mails, as an adapter like those of providers; they are worked on when they come in."""

from odoo.addons.crm_orders_inbound.tools import channel
from odoo.addons.crm_orders_inbound.tools.speech import Speech

speech = Speech(__name__)


class MailChannel(channel.Channel):
    """Shows what was noted of a mail."""

    kind = "mail"

    def split(self, request):
        return [None]

    def read(self, request, index, settings):
        reason = request.json.get("ignored")
        return channel.Ignored(
            reason if isinstance(reason, str) else speech._("A mail.")
        )


MAIL = MailChannel()
