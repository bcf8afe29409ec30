from odoo import api, fields, models

from ..tools.vk import Vk

VK = Vk()


class CrmOrdersSource(models.Model):
    """A community in VK is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("vk", "VK")], ondelete={"vk": "set default"}
    )

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "vk": VK}

    @api.model
    def _get_messenger_kinds(self):
        return super()._get_messenger_kinds() | {"vk"}

    def _get_setting_texts(self):
        if self.kind != "vk":
            return super()._get_setting_texts()
        return {
            "group_id": (
                self.env._("Community Id"),
                self.env._("The number in the settings of the community."),
            ),
            "confirmation": (
                self.env._("Confirmation Code"),
                self.env._(
                    "In the community under Manage, API usage, Callback API: the text "
                    "that the server must return."
                ),
            ),
            "secret": (
                self.env._("Secret Key"),
                self.env._(
                    "Think up at most 50 letters and digits. Fill in the same in VK, or "
                    "press Connect."
                ),
            ),
            "access_token": (
                self.env._("Access Token"),
                self.env._(
                    "In the community under Manage, API usage, Access tokens: with the "
                    "rights to messages, photos, files and management."
                ),
            ),
            "api_url": (
                self.env._("Address of the API"),
                self.env._("Only for tests, or when VK moves."),
            ),
            "api_version": (
                self.env._("Version of the API"),
                self.env._("Choose the same version beside the address in VK."),
            ),
        }
