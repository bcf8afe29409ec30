from odoo import fields, models


class CrmOrdersStage(models.Model):
    """Repairs can bring orders to a stage, and a stage can start repairs."""

    _inherit = "crm_orders.stage"

    enter_on = fields.Selection(
        selection_add=[
            ("repair_started", "A repair is started"),
            ("repairs_done", "All repairs are done"),
        ],
        ondelete={"repair_started": "set null", "repairs_done": "set null"},
    )
    starts_repairs = fields.Boolean(
        help="The repairs of an order are started when it enters this stage."
    )
