from odoo import api, fields, models

from ..tools.vonage import Vonage

VONAGE = Vonage()


class CrmOrdersSource(models.Model):
    """A number at Vonage is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("vonage", "Vonage")], ondelete={"vonage": "set default"}
    )

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "vonage": VONAGE}

    @api.model
    def _get_telephony_kinds(self):
        return super()._get_telephony_kinds() | {"vonage"}

    @api.model
    def _get_public_kinds(self):
        return super()._get_public_kinds() | {"vonage"}

    @api.model
    def _get_messenger_kinds(self):
        return super()._get_messenger_kinds() | {"vonage"}

    def _get_setting_texts(self):
        if self.kind != "vonage":
            return super()._get_setting_texts()
        return {
            "signature_secret": (
                self.env._("Signature Secret"),
                self.env._(
                    "In Vonage's dashboard under API Settings; it signs what"
                    " Vonage sends."
                ),
            ),
            "application_id": (
                self.env._("Application Id"),
                self.env._("Under Applications."),
            ),
            "private_key": (
                self.env._("Private Key"),
                self.env._(
                    "Made with the application. Needed to send, to call and to"
                    " fetch recordings."
                ),
            ),
            "number": (
                self.env._("Number"),
                self.env._("Your number at Vonage, such as 358401234567."),
            ),
            "forward_to": (
                self.env._("Ring This Number"),
                self.env._(
                    "Leave it empty when Vonage is told elsewhere what to do with"
                    " calls."
                ),
            ),
            "greeting": (
                self.env._("Greeting"),
                self.env._(
                    "Said when no number is to ring, before the caller may leave a"
                    " message."
                ),
            ),
            "language": (
                self.env._("Language of the Greeting"),
                self.env._("Such as fi-FI or en-US."),
            ),
            "api_url": (
                self.env._("Address of the API"),
                self.env._("Only for a service that stands in for Vonage."),
            ),
        }
