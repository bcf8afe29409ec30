from odoo import api, fields, models

from ..tools.viber import Viber

VIBER = Viber()


class CrmOrdersSource(models.Model):
    """A bot in Viber is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("viber", "Viber")], ondelete={"viber": "set default"}
    )

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "viber": VIBER}

    @api.model
    def _get_messenger_kinds(self):
        return super()._get_messenger_kinds() | {"viber"}

    def _get_setting_texts(self):
        if self.kind != "viber":
            return super()._get_setting_texts()
        return {
            "auth_token": (
                self.env._("Token"),
                self.env._(
                    "In Viber's admin panel, in the settings of the bot. Viber also "
                    "signs with it."
                ),
            ),
            "sender_name": (
                self.env._("Name of the Sender"),
                self.env._(
                    "What customers see above an answer; at most 28 characters."
                ),
            ),
            "api_url": (
                self.env._("Address of the API"),
                self.env._("Only for tests, or when Viber moves."),
            ),
            "media_url": (
                self.env._("Address of Files"),
                self.env._(
                    "Files are fetched from Viber's own addresses and this one."
                ),
            ),
        }
