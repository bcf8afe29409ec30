from datetime import UTC, datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..tools import funnel

GROUPS = ("source_id", "medium_id", "campaign_id", "channel_id", "team_id", "user_id")
MOST_GROUPS = 50


class CrmOrdersFunnel(models.AbstractModel):
    """The funnel as the screen shows it."""

    _name = "crm_orders.funnel"
    _description = "Funnel"

    @api.model
    @api.readonly
    def get_funnel(self, date_from=None, date_to=None, group_by="source_id"):
        """The funnel of the leads of a period, as a whole and by group.

        :param date_from, date_to: days as text, both of them included; none is no limit
        :param group_by: one of the fields of the report in `GROUPS`
        :return: dict of total and groups, each as `tools.funnel.summarise` makes it with
            id, name and the domain of its rows; the groups with most leads first
        """
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(self.env._("Only managers of Orders see the funnel."))
        if group_by not in GROUPS:
            raise ValidationError(self.env._("The funnel is not grouped by that."))
        domain = self._get_domain(date_from, date_to)
        report = self.env["crm_orders.funnel.report"]
        measures = [*funnel.STEPS, "cost", "revenue"]
        rows = report._read_group(
            domain, [group_by, "company_id"], [f"{one}:sum" for one in measures]
        )
        currency = self.env.company.currency_id
        today = fields.Date.context_today(self)
        sums = {}
        for record, company, *found in rows:
            values = dict(zip(measures, found, strict=True))
            own = company.sudo().currency_id or currency
            for name in ("cost", "revenue"):
                values[name] = own._convert(
                    values[name] or 0, currency, self.env.company, today
                )
            sums[record] = funnel.add(sums.get(record, funnel.empty()), values)
        total = funnel.empty()
        for values in sums.values():
            total = funnel.add(total, values)
        order = sorted(
            sums, key=lambda one: (-sums[one]["leads"], -sums[one]["cost"], one.id)
        )
        shown, others = order[:MOST_GROUPS], order[MOST_GROUPS:]
        # Who sees the report sees what its leads are called by.
        groups = [
            {
                "id": record.id,
                "name": record.sudo().display_name or self.env._("Not known"),
                "domain": [[group_by, "=", record.id]],
                **funnel.summarise(sums[record]),
            }
            for record in shown
        ]
        if others:
            rest = funnel.empty()
            for record in others:
                rest = funnel.add(rest, sums[record])
            groups.append(
                {
                    "id": "others",
                    "name": self.env._("%s others", len(others)),
                    "domain": [[group_by, "in", [record.id for record in others]]],
                    **funnel.summarise(rest),
                }
            )
        return {
            "domain": self._to_json(domain),
            "currency_id": currency.id,
            "total": funnel.summarise(total),
            "groups": groups,
        }

    @api.model
    def _get_domain(self, date_from, date_to):
        """Rows of a period; days begin when they do for whoever looks."""
        try:
            first = datetime.fromisoformat(date_from).date() if date_from else None
            last = datetime.fromisoformat(date_to).date() if date_to else None
            if first and last and last < first:
                raise ValidationError(self.env._("The period ends before it begins."))
            domain = Domain.TRUE
            if first:
                domain &= Domain("date", ">=", self._to_utc(first))
            if last:
                domain &= Domain("date", "<", self._to_utc(last + timedelta(days=1)))
        except (TypeError, ValueError, OverflowError):
            raise ValidationError(self.env._("These are no days.")) from None
        return domain

    @api.model
    def _to_utc(self, day):
        timezone = self.env.tz
        moment = datetime.combine(day, time())
        if hasattr(timezone, "localize"):
            moment = timezone.localize(moment)
        else:
            moment = moment.replace(tzinfo=timezone)
        return moment.astimezone(UTC).replace(tzinfo=None)

    @api.model
    def _to_json(self, domain):
        return [
            [part[0], part[1], fields.Datetime.to_string(part[2])]
            if isinstance(part, tuple | list)
            else part
            for part in domain
            if part not in ((1, "=", 1), [1, "=", 1])
        ]
