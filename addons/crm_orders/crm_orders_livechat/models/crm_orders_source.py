from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.chat_channel import CHAT

DEFAULT_MINUTES = 5


class CrmOrdersSource(models.Model):
    """A live chat channel is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("livechat", "Live chat")], ondelete={"livechat": "set default"}
    )
    livechat_channel_id = fields.Many2one(
        "im_livechat.channel",
        "Live Chat Channel",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Chats of this channel that nobody answers become leads. After how many "
        "minutes is set on the channel.",
    )

    _livechat_channel_uniq = models.UniqueIndex(
        "(livechat_channel_id)", "This live chat channel has a lead source already."
    )

    @api.constrains("kind", "livechat_channel_id")
    def _check_livechat_channel(self):
        for source in self:
            if source.kind == "livechat" and not source.livechat_channel_id:
                raise ValidationError(
                    self.env._("Choose the live chat channel of this source.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        sources = super().create(vals_list)
        # Whoever sets up sources need not be one who looks after chats.
        silent = sources.sudo().livechat_channel_id.filtered(
            lambda channel: not channel.crm_orders_unanswered_minutes
        )
        if silent:
            silent.crm_orders_unanswered_minutes = DEFAULT_MINUTES
        return sources

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "livechat": CHAT}

    @api.model
    def _get_kinds_without_hook(self):
        return super()._get_kinds_without_hook() | {"livechat"}

    def _get_default_dedupe_hours(self):
        # Whoever closed the chat and opened another one goes on with the same matter.
        return 24 if self.kind == "livechat" else super()._get_default_dedupe_hours()
