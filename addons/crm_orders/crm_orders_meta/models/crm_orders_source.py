from odoo import api, fields, models

from ..tools.instagram import Instagram
from ..tools.messenger import Messenger
from ..tools.whatsapp import WhatsApp

CHANNELS = {adapter.kind: adapter for adapter in (WhatsApp(), Messenger(), Instagram())}


class CrmOrdersSource(models.Model):
    """A number in WhatsApp, a page and an account in Instagram are sources."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[
            ("whatsapp", "WhatsApp"),
            ("messenger", "Messenger"),
            ("instagram", "Instagram"),
        ],
        ondelete={
            "whatsapp": "set default",
            "messenger": "set default",
            "instagram": "set default",
        },
    )

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), **CHANNELS}

    @api.model
    def _get_messenger_kinds(self):
        return super()._get_messenger_kinds() | CHANNELS.keys()

    def _get_setting_texts(self):
        if self.kind not in CHANNELS:
            return super()._get_setting_texts()
        address = self.env._("Only for tests, or when Meta moves.")
        if self.kind == "instagram":
            address = self.env._(
                "Leave it as it is. Only an account that is linked to a page and uses "
                "the page's token needs https://graph.facebook.com."
            )
        return {
            "phone_number_id": (
                self.env._("Phone Number Id"),
                self.env._(
                    "In Meta's app dashboard under WhatsApp, API Setup. It is not the "
                    "number itself."
                ),
            ),
            "app_secret": (
                self.env._("App Secret"),
                self._get_app_secret_note(),
            ),
            "verify_token": (
                self.env._("Verify Token"),
                self.env._(
                    "Made here. Paste it into Meta's app dashboard, beside the address."
                ),
            ),
            "access_token": (
                self.env._("Access Token"),
                self._get_access_token_note(),
            ),
            "app_id": (
                self.env._("App Id"),
                self.env._(
                    "With it, the button Connect tells Meta the address. Without it, "
                    "paste the address into Meta's app dashboard by hand."
                ),
            ),
            "api_url": (self.env._("Address of the Graph API"), address),
            "api_version": (
                self.env._("Version of the Graph API"),
                self.env._(
                    "Meta takes a version out of use about two years after it came."
                ),
            ),
            "media_url": (
                self.env._("Address of Files"),
                self.env._("Files are fetched from Meta's own addresses and this one."),
            ),
        }

    def _get_app_secret_note(self):
        if self.kind == "instagram":
            return self.env._(
                "In Meta's app dashboard under Instagram, API setup: the Instagram app "
                "secret. Meta signs with it, so without it nothing is taken in."
            )
        return self.env._(
            "In Meta's app dashboard under App Settings, Basic. Meta signs with it, so "
            "without it nothing is taken in."
        )

    def _get_access_token_note(self):
        if self.kind == "whatsapp":
            return self.env._(
                "Of a system user in Meta's Business Settings, with the permission "
                "whatsapp_business_messaging. The one on the page API Setup ends after "
                "a day."
            )
        if self.kind == "messenger":
            return self.env._(
                "Of the page, in Meta's app dashboard under Messenger, Settings."
            )
        return self.env._(
            "Of the account, in Meta's app dashboard under Instagram, API setup."
        )
