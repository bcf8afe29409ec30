from odoo import api, fields, models

from ..tools.guard import are_checks_deferred


class PayrollLiteParameterBand(models.Model):
    """One band of a table: from its lower limit up to the next one."""

    _name = "payroll.lite.parameter.band"
    _inherit = ["payroll.lite.company.mixin"]
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
    _size = models.Constraint(
        "CHECK (abs(lower) < 10000000000000 AND abs(rate) < 10000000000000)",
        "The figure is too large.",
    )

    def write(self, vals):
        values = self.value_id
        result = super().write(vals)
        if "value_id" in vals:
            # bands that move may leave a table without any
            values._check_bands()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last(self):
        if are_checks_deferred(self.env):
            return
        for value in self.value_id:
            value._check_bands(without=self)
