from odoo import fields, models


class PayrollLiteParameterBand(models.Model):
    """One band of a table: from its lower limit up to the next one."""

    _name = "payroll.lite.parameter.band"
    _description = "Pay Parameter Band"
    _order = "lower, id"

    value_id = fields.Many2one(
        "payroll.lite.parameter.value", required=True, ondelete="cascade", index=True
    )
    lower = fields.Float(
        digits=(16, 2),
        string="From",
        help="Smallest amount or age that belongs to the band.",
    )
    rate = fields.Float(digits=(16, 6), string="Percent")

    _lower_uniq = models.Constraint(
        "UNIQUE(value_id, lower)", "Two bands start at the same limit."
    )
