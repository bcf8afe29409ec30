from odoo import api, models

ICONS = {
    "asterisk": "fa-phone",
    "instagram": "fa-instagram",
    "livechat": "fa-comments-o",
    "mail": "fa-envelope-o",
    "messenger": "fa-facebook",
    "telegram": "fa-telegram",
    "telnyx": "fa-phone",
    "twilio": "fa-phone",
    "viber": "fa-commenting-o",
    "vk": "fa-vk",
    "vonage": "fa-phone",
    "web": "fa-globe",
    "whatsapp": "fa-whatsapp",
}


class CrmLead(models.Model):
    """The inbox shows the lead source that a lead came by."""

    _inherit = "crm.lead"

    @api.depends("crm_orders_source_id")
    def _compute_crm_orders_channel(self):
        return super()._compute_crm_orders_channel()

    def _get_crm_orders_channel(self):
        # Whoever sees a lead may know how it came.
        source = self.sudo().crm_orders_source_id
        if not source:
            return super()._get_crm_orders_channel()
        return ICONS.get(source.kind, "fa-inbox"), source.name
