from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date, formatLang

from ..tools.errors import PayrollError
from ..tools.functions import Table
from ..tools.guard import deferring_checks


def decimal_text(value):
    """Shortest exact text of a float field, e.g. "7.3"."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class PayrollLiteParameterValue(models.Model):
    """What a parameter is from a day on."""

    _name = "payroll.lite.parameter.value"
    _inherit = ["payroll.lite.company.mixin"]
    _description = "Pay Parameter Value"
    _order = "date_from desc, id desc"

    parameter_id = fields.Many2one(
        "payroll.lite.parameter", required=True, ondelete="cascade"
    )
    kind = fields.Selection(related="parameter_id.kind")
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        default=lambda self: self._default_company_id(),
        help="Set it for a figure of one company, e.g. the rate of its insurance policy. "
        "It wins over the common figure from its date on.",
    )
    date_from = fields.Date(
        required=True,
        string="In Force From",
        help="First payment date the figure is used for.",
    )
    value = fields.Float(digits=(16, 6))
    band_ids = fields.One2many("payroll.lite.parameter.band", "value_id", copy=True)
    source = fields.Char(help="Where the figure was published, for whoever checks it.")
    display_value = fields.Char(compute="_compute_display_value", string="Figure")

    _date_uniq = models.UniqueIndex(
        "(parameter_id, COALESCE(company_id, 0), date_from)",
        "The parameter already has a value from that day on.",
    )

    _value_size = models.Constraint(
        "CHECK (abs(value) < 10000000000000)", "The figure is too large."
    )

    @api.depends("kind", "value", "band_ids.lower", "band_ids.rate")
    @api.depends_context("lang")
    def _compute_display_value(self):
        for value in self:
            if value.kind == "table":
                value.display_value = "; ".join(
                    value._get_band_text(band)
                    for band in value.band_ids.sorted("lower")
                )
            else:
                value.display_value = value._format(value.value)

    @api.depends("parameter_id.name", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for value in self:
            day = format_date(self.env, value.date_from)
            value.display_name = f"{value.parameter_id.name} · {day}"

    def _get_band_text(self, band):
        """A band as people say it; one from 0 on is just its figure."""
        figure = self._format(band.rate)
        if not band.lower:
            return figure
        return self.env._(
            "from %(limit)s: %(figure)s",
            limit=self._format(band.lower),
            figure=figure,
        )

    def _format(self, number):
        """``number`` in the reader's language, without needless zeros."""
        _whole, _point, decimals = decimal_text(number).partition(".")
        return formatLang(
            self.env, number, digits=len(decimals), grouping=bool(decimals)
        )

    @api.constrains("band_ids", "parameter_id")
    def _check_bands(self, without=None):
        for value in self:
            if value.kind != "table":
                continue
            bands = value.band_ids - (without or value.band_ids.browse())
            try:
                Table(value._to_source(bands)["bands"])
            except PayrollError:
                raise ValidationError(
                    self.env._(
                        "A table needs at least one band, each with its own limit."
                    )
                ) from None

    def write(self, vals):
        # one save of the form may replace all bands; the result is checked
        return super(PayrollLiteParameterValue, deferring_checks(self)).write(vals)

    def _to_source(self, bands=None):
        """Plain data of the value; decimals as text, because JSON has only floats."""
        self.ensure_one()
        source = {"date_from": str(self.date_from), "source": self.source or ""}
        if self.kind == "table":
            source["bands"] = [
                [decimal_text(band.lower), decimal_text(band.rate)]
                for band in (self.band_ids if bands is None else bands).sorted("lower")
            ]
        else:
            source["value"] = decimal_text(self.value)
        return source
