from odoo import fields, models


class CrmOrdersStage(models.Model):
    """Where people take orders themselves, they may be named."""

    _inherit = "crm_orders.stage"

    user_ids = fields.Many2many(
        help="Who may be given, or may take, the orders in this stage. Where people take"
        " orders themselves, empty means every worker."
    )
