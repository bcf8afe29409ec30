from odoo import fields, models


class CrmOrdersStageLog(models.Model):
    """The till is a cause of moves."""

    _inherit = "crm_orders.stage.log"

    cause = fields.Selection(
        selection_add=[("till", "It was handed over at the till")],
        ondelete={"till": "set default"},
    )
