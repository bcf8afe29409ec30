from odoo import fields, models


class CrmOrdersSourceKey(models.TransientModel):
    """The window that shows a new key once; nothing of it is ever stored."""

    _name = "crm_orders.source.key"
    _description = "New Key of a Lead Source"

    key = fields.Char(store=False, readonly=True)
    endpoint_url = fields.Char("Address", store=False, readonly=True)
    example = fields.Text("Try It", store=False, readonly=True)
