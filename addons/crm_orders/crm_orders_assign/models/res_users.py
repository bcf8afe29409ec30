from odoo import models
from odoo.exceptions import ValidationError

from ..tools import schedule


class ResUsers(models.Model):
    """Whether people are at work, as far as their resource tells."""

    _inherit = "res.users"

    def _crm_orders_get_presence(self, companies, now):
        """Who is at work now: dicts `here`, `away` and `next` by user id.

        `here` is None for people without working hours of their own. Leave is that of the
        person and of all who have the same hours, as public holidays.
        """
        users = self.sudo()
        resources = {}
        for user in users:
            found = user.resource_ids.filtered("active")
            own = found.filtered(lambda res: res.company_id in companies)
            resources[user.id] = (own or found)[:1]
        known = users.env["resource.resource"].union(*resources.values())
        periods = {}
        for calendar, group in known.grouped("calendar_id").items():
            periods.update(calendar._crm_orders_get_resource_times(group, now))
        result = {}
        for user in users:
            resource = resources[user.id]
            if not resource:
                result[user.id] = {"here": None, "away": False, "next": None}
                continue
            working, leave = periods[resource.id]
            here, when = schedule.presence(working, now)
            away = any(start <= now < end for start, end in leave)
            result[user.id] = {"here": here, "away": away, "next": when}
        return result

    def _crm_orders_check_sellers(self):
        """Nobody gets leads that this person could not even open."""
        for user in self.filtered("active"):
            if not user.has_group("sales_team.group_sale_salesman"):
                raise ValidationError(
                    self.env._(
                        "%s may not see leads. Make this person a Seller first.",
                        user.name,
                    )
                )

    def _crm_orders_count_open_leads(self):
        """Number of open leads of each of these users, as a dict by id."""
        groups = (
            self.env["crm.lead"]
            .sudo()
            ._read_group(
                [
                    ("user_id", "in", self.ids),
                    ("active", "=", True),
                    ("won_status", "=", "pending"),
                ],
                ["user_id"],
                ["__count"],
            )
        )
        return {user.id: count for user, count in groups}

    def _crm_orders_get_teams(self):
        """The sales teams of each user, as member or leader, as a dict by id."""
        teams = (
            self.env["crm.team"]
            .sudo()
            .search(["|", ("user_id", "in", self.ids), ("member_ids", "in", self.ids)])
        )
        return {
            user.id: teams.filtered(
                lambda team, user=user: user in team.member_ids | team.user_id
            )
            for user in self
        }

    def _crm_orders_get_push_devices(self):
        """Devices of people whom Odoo pushes nothing to, as they read by mail."""
        by_mail = self.sudo().filtered(lambda user: user.notification_type != "inbox")
        return (
            self.env["mail.push.device"]
            .sudo()
            .search([("partner_id", "in", by_mail.partner_id.ids)])
        )
