from odoo import fields, models


class CrmOrdersIdentity(models.Model):
    """What somebody is known by in a messenger leads to what was written there."""

    _inherit = "crm_orders.identity"

    conversation_ids = fields.One2many("crm_orders.conversation", "identity_id")
