"""Messenger (https://developers.facebook.com/docs/messenger-platform)."""

import json

from odoo.addons.crm_orders_inbound.tools.channel import SendError, Setting
from odoo.addons.crm_orders_inbound.tools.reading import line, text
from odoo.addons.crm_orders_inbound.tools.speech import Speech

from .messaging import MessagingChannel

speech = Speech(__name__)

FIELDS = (
    "messages,messaging_postbacks,messaging_optins,messaging_referrals,"
    "message_deliveries,message_reads,message_edits"
)


class Messenger(MessagingChannel):
    """The inbox of a Facebook page."""

    kind = "messenger"
    webhook_object = "page"
    max_text = 2000
    profile_fields = "first_name,last_name,name"
    settings = (
        *MessagingChannel.settings,
        Setting(
            "app_id",
            "App Id",
            "With it Connect tells Meta the address; else paste it there by hand.",
            required=False,
        ),
    )

    def register(self, settings, hook_url):
        app = settings["app_id"]
        if not app:
            raise SendError(
                speech._(
                    "Fill in the App Id, or open Meta's app dashboard, Messenger, Webhooks: paste the address and the verify token there."
                ),
                final=True,
            )
        # Meta asks the address at once, so it must be reachable by now. Only the app
        # itself may say where its events go, so its own token is used.
        yield from self._graph(
            _AsApp(settings, f"{app}|{settings.require('app_secret')}"),
            "POST",
            f"{app}/subscriptions",
            data={
                "object": self.webhook_object,
                "callback_url": hook_url,
                "fields": FIELDS,
                "verify_token": settings.require("verify_token"),
            },
        )
        yield from self._graph(
            settings, "POST", "me/subscribed_apps", data={"subscribed_fields": FIELDS}
        )
        page = yield from self._graph(settings, "GET", "me?fields=id,name")
        return speech._("%(name)s sends its messages here.", name=line(page, "name"))

    def _upload(self, settings, thread, file, kind):
        sent = yield from self._graph(
            settings,
            "POST",
            "me/messages",
            data={
                "recipient": json.dumps({"id": thread.partition("/")[2]}),
                "messaging_type": "RESPONSE",
                "message": json.dumps({"attachment": {"type": kind, "payload": {}}}),
            },
            files=[("filedata", file.name, file.content, file.mimetype)],
        )
        return text(sent, "message_id")


class _AsApp:
    """Settings with the token of the app in place of the page's."""

    def __init__(self, settings, token):
        self._settings = settings
        self._token = token

    def __getitem__(self, name):
        return self._settings[name]

    def require(self, name):
        return self._token if name == "access_token" else self._settings.require(name)
