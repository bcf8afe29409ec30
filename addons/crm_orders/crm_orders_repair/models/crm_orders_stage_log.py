from odoo import fields, models


class CrmOrdersStageLog(models.Model):
    """Repairs are a cause of moves."""

    _inherit = "crm_orders.stage.log"

    cause = fields.Selection(
        selection_add=[
            ("repair_started", "Repair started"),
            ("repairs_done", "All repairs done"),
        ],
        ondelete={"repair_started": "set default", "repairs_done": "set default"},
    )
