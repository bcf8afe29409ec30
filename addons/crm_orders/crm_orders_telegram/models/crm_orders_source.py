from odoo import api, fields, models

from ..tools.telegram import Telegram

TELEGRAM = Telegram()


class CrmOrdersSource(models.Model):
    """A bot in Telegram is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("telegram", "Telegram")], ondelete={"telegram": "set default"}
    )

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "telegram": TELEGRAM}

    @api.model
    def _get_messenger_kinds(self):
        return super()._get_messenger_kinds() | {"telegram"}

    def _get_setting_texts(self):
        if self.kind != "telegram":
            return super()._get_setting_texts()
        return {
            "bot_token": (
                self.env._("Bot Token"),
                self.env._(
                    "Write to @BotFather in Telegram, send /newbot, and copy the token"
                    " from its answer."
                ),
            ),
            "webhook_secret": (
                self.env._("Secret of the Webhook"),
                self.env._("Made here; the button Connect hands it over."),
            ),
            "api_url": (
                self.env._("Address of the Bot API"),
                self.env._("Only for a Bot API server of your own."),
            ),
        }
