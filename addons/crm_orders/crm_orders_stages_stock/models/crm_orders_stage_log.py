from odoo import fields, models


class CrmOrdersStageLog(models.Model):
    """Goods are a cause of moves."""

    _inherit = "crm_orders.stage.log"

    cause = fields.Selection(
        selection_add=[
            ("goods_ready", "All goods were there"),
            ("goods_delivered", "All goods were handed out"),
        ],
        ondelete={"goods_ready": "set default", "goods_delivered": "set default"},
    )
