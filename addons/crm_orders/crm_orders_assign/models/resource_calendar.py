from datetime import timedelta

import pytz

from odoo import models

from ..tools import schedule

# Where people look for the next working time; a shop that is closed longer is asked again.
LOOK_AHEAD = timedelta(days=14)
# How far a deadline may lie in the future before working hours are taken as wrong.
FARTHEST = timedelta(days=400)


def _to_utc(intervals):
    """Intervals of core as plain pairs of naive UTC times."""
    return [
        (
            start.astimezone(pytz.utc).replace(tzinfo=None),
            stop.astimezone(pytz.utc).replace(tzinfo=None),
        )
        for start, stop, _meta in intervals
    ]


class ResourceCalendar(models.Model):
    """Working hours as plain intervals, for the engines."""

    _inherit = "resource.calendar"

    def _crm_orders_get_intervals(self, start, end):
        """Working time without holidays, or None when every minute counts."""
        calendar = self.sudo()
        if not calendar or calendar.flexible_hours:
            return None
        found = calendar._work_intervals_batch(
            pytz.utc.localize(start), pytz.utc.localize(end)
        )[False]
        return _to_utc(found)

    def _crm_orders_get_reaching(self, start, end, minutes):
        """Intervals from `start` on that go so many working minutes beyond `end`.

        Hours in which nobody ever works count as if every minute did: a late answer is
        better than none.
        """
        margin = timedelta(days=7, minutes=4 * minutes)
        while True:
            intervals = self._crm_orders_get_intervals(start, end + margin)
            if intervals is None or schedule.plan(intervals, end, minutes):
                return intervals
            if margin > FARTHEST:
                return None
            margin *= 4

    def _crm_orders_get_resource_times(self, resources, now):
        """Resource id -> `(working time, leave)` from now on."""
        calendar = self.sudo()
        start = pytz.utc.localize(now)
        end = start + LOOK_AHEAD
        resources = resources.sudo()
        leaves = calendar._leave_intervals_batch(start, end, resources)
        if not calendar or calendar.flexible_hours:
            always = [(now, now + LOOK_AHEAD)]
            return {
                resource.id: (
                    schedule.without(always, _to_utc(leaves[resource.id])),
                    _to_utc(leaves[resource.id]),
                )
                for resource in resources
            }
        working = calendar._work_intervals_batch(start, end, resources)
        return {
            resource.id: (
                _to_utc(working[resource.id]),
                _to_utc(leaves[resource.id]),
            )
            for resource in resources
        }
