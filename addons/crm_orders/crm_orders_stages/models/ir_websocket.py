from odoo import models

from .crm_orders_order_live import BOARD_CHANNEL
from .crm_orders_stage import STAGE_GROUP


class IrWebsocket(models.AbstractModel):
    """Who may see the board hears when orders of the own companies move."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        channels = super()._build_bus_channel_list(channels)
        user = self.env.user
        if user.has_group(STAGE_GROUP):
            # sudo: the companies of a user are his or her own to know.
            companies = user.sudo().company_ids
            channels.extend((company, BOARD_CHANNEL) for company in companies)
        return channels
