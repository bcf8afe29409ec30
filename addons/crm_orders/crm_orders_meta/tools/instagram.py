"""Instagram messages.

https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login
"""

from dataclasses import replace

from odoo.addons.crm_orders_inbound.tools.channel import SendError
from odoo.addons.crm_orders_inbound.tools.reading import line
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from .messaging import MessagingChannel
from .meta import MetaChannel

speech = Speech(__name__)


class Instagram(MessagingChannel):
    """The inbox of a professional account."""

    kind = "instagram"
    webhook_object = "instagram"
    # Instagram counts bytes.
    max_text = 1000
    profile_fields = "name,username"
    settings = tuple(
        replace(
            item,
            default="https://graph.instagram.com",
            help="For an account that is linked to a page and uses the page's token,"
            " https://graph.facebook.com.",
        )
        if item.name == "api_url"
        else item
        for item in MetaChannel.settings
    )

    @staticmethod
    def text_size(text):
        return len(text.encode())

    def register(self, settings, hook_url):
        yield from ()
        raise SendError(
            speech._(
                "Open Meta's app dashboard, Instagram, API setup: paste the address and the verify token there, and subscribe to the field messages."
            ),
            final=True,
        )

    def check(self, settings):
        found = yield from self._graph(settings, "GET", "me?fields=id,name,username")
        return speech._(
            "%(name)s (@%(username)s) answers.",
            name=line(found, "name"),
            username=line(found, "username"),
        )

    def _upload(self, settings, thread, file, kind):
        yield from ()
        raise SendError(
            speech._(
                "Instagram takes files only from a public address; send a link instead."
            ),
            final=True,
        )
