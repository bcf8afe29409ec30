from odoo import fields, models


class CrmOrdersStage(models.Model):
    """Goods can bring orders to a stage."""

    _inherit = "crm_orders.stage"

    enter_on = fields.Selection(
        selection_add=[
            ("goods_ready", "All goods are there"),
            ("goods_delivered", "All goods are handed out"),
        ],
        ondelete={"goods_ready": "set null", "goods_delivered": "set null"},
    )
