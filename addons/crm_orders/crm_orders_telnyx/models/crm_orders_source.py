from odoo import api, fields, models

from ..tools.telnyx import Telnyx

TELNYX = Telnyx()


class CrmOrdersSource(models.Model):
    """A number at Telnyx is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("telnyx", "Telnyx")], ondelete={"telnyx": "set default"}
    )

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "telnyx": TELNYX}

    @api.model
    def _get_telephony_kinds(self):
        return super()._get_telephony_kinds() | {"telnyx"}

    @api.model
    def _get_public_kinds(self):
        return super()._get_public_kinds() | {"telnyx"}

    @api.model
    def _get_messenger_kinds(self):
        return super()._get_messenger_kinds() | {"telnyx"}

    def _get_setting_texts(self):
        if self.kind != "telnyx":
            return super()._get_setting_texts()
        return {
            "public_key": (
                self.env._("Public Key"),
                self.env._(
                    "In Telnyx's portal under Account, Keys & Credentials, Public Key."
                ),
            ),
            "api_key": (
                self.env._("API Key"),
                self.env._("On the same page."),
            ),
            "number": (
                self.env._("Number"),
                self.env._("Your number at Telnyx, such as +358401234567."),
            ),
            "api_url": (
                self.env._("Address of the API"),
                self.env._("Only for a service that stands in for Telnyx."),
            ),
        }
