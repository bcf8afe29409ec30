import pytz

from odoo import fields, models

from odoo.addons.base.models.res_partner import _tz_get

from ..tools import engine


class ResCompany(models.Model):
    """Days are counted in the time zone of the company, not of the user."""

    _inherit = "res.company"

    loyalty_tz = fields.Selection(
        _tz_get,
        string="Time Zone of Business Days",
        help="A purchase belongs to the day it was made in this time zone. Without "
        "one, that of the company's address or of its working hours is used.",
    )
    loyalty_backfill_from = fields.Date(
        help="Technical: past documents from this day on still wait to be counted."
    )

    def _get_loyalty_tz(self):
        self.ensure_one()
        name = self.loyalty_tz or self.partner_id.tz or self.resource_calendar_id.tz
        return pytz.timezone(name or "UTC")

    def _get_loyalty_day(self, moment):
        """Business day of a moment that is given in UTC, as fields store it."""
        self.ensure_one()
        return pytz.utc.localize(moment).astimezone(self._get_loyalty_tz()).date()

    def _get_loyalty_today(self):
        return self._get_loyalty_day(fields.Datetime.now())

    def _start_loyalty(self):
        """The first tier was made: count what was bought in the window before."""
        for company in self:
            # sudo: managers of loyalty need not administer companies
            company.sudo().loyalty_backfill_from = engine.window_start(
                company._get_loyalty_today()
            )
        if self:
            self.env.ref("loyalty_tiers.ir_cron_catch_up").sudo()._trigger()
