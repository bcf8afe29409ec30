from odoo import fields, models


class CrmOrdersOrderNoticeRule(models.Model):
    """A message about a stage may go to the messenger that the customer wrote from."""

    _inherit = "crm_orders.order.notice.rule"

    channel = fields.Selection(
        selection_add=[("messenger", "Messenger")],
        ondelete={"messenger": "set default"},
    )
