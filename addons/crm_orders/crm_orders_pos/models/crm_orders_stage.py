from odoo import fields, models


class CrmOrdersStage(models.Model):
    """The till can bring orders to a stage."""

    _inherit = "crm_orders.stage"

    enter_on = fields.Selection(
        selection_add=[("till", "It is handed over at the till")],
        ondelete={"till": "set null"},
    )
