from odoo import fields, models


class CrmOrdersSourceKey(models.AbstractModel):
    """The window that shows a new key once; nothing of it is ever stored."""

    _name = "crm_orders.source.key"
    _description = "New Key of a Lead Source"

    # The form asks for its defaults with an onchange, which needs a field `id`.
    id = fields.Id()
    key = fields.Char(readonly=True)
    endpoint_url = fields.Char("Address", readonly=True)
    example = fields.Text("Try It", readonly=True)
