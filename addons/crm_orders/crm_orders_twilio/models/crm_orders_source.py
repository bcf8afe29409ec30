from odoo import api, fields, models

from ..tools.twilio import Twilio

TWILIO = Twilio()


class CrmOrdersSource(models.Model):
    """A number at Twilio is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("twilio", "Twilio")], ondelete={"twilio": "set default"}
    )

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "twilio": TWILIO}

    @api.model
    def _get_telephony_kinds(self):
        return super()._get_telephony_kinds() | {"twilio"}

    @api.model
    def _get_public_kinds(self):
        return super()._get_public_kinds() | {"twilio"}

    @api.model
    def _get_messenger_kinds(self):
        return super()._get_messenger_kinds() | {"twilio"}

    def _get_setting_texts(self):
        if self.kind != "twilio":
            return super()._get_setting_texts()
        return {
            "account_sid": (
                self.env._("Account SID"),
                self.env._("On the first page of Twilio's console."),
            ),
            "auth_token": (
                self.env._("Auth Token"),
                self.env._("Beside the Account SID; it signs what Twilio sends."),
            ),
            "number": (
                self.env._("Number"),
                self.env._("Your number at Twilio, such as +358401234567."),
            ),
            "forward_to": (
                self.env._("Ring These Numbers"),
                self.env._(
                    "Separated by commas; all ring at once. Leave it empty when"
                    " Twilio is told elsewhere what to do with calls."
                ),
            ),
            "greeting": (
                self.env._("Greeting"),
                self.env._(
                    "Said when nobody answers, before the caller may leave a"
                    " message. Empty: no message can be left."
                ),
            ),
            "language": (
                self.env._("Language of the Greeting"),
                self.env._("Such as fi-FI or en-US."),
            ),
            "record": (
                self.env._("Record Calls"),
                self.env._("Write yes to record calls. Callers must be told so."),
            ),
            "api_url": (
                self.env._("Address of the API"),
                self.env._("Only for a service that stands in for Twilio."),
            ),
        }
