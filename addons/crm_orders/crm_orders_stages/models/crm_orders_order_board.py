from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_orders_stage import STAGE_GROUP

LATE_COLOR = 1


class CrmOrdersOrderBoard(models.AbstractModel):
    """What the board shows: the columns, and how the planned dates compare with now."""

    _name = "crm_orders.order.board"
    _description = "Order on the Board"

    crm_orders_due = fields.Selection(
        [("planned", "On schedule"), ("today", "Due today"), ("late", "Late")],
        "Schedule",
        compute="_compute_crm_orders_due",
        search="_search_crm_orders_due",
        groups=STAGE_GROUP,
        help="How the planned date compares with now.",
    )
    crm_orders_color = fields.Integer(
        "Color on the Board", compute="_compute_crm_orders_color", groups=STAGE_GROUP
    )

    @api.depends("crm_orders_planned_date")
    @api.depends_context("tz")
    def _compute_crm_orders_due(self):
        now = fields.Datetime.now()
        today = fields.Date.context_today(self)
        for order in self:
            planned = order.crm_orders_planned_date
            if not planned:
                order.crm_orders_due = False
            elif planned < now:
                order.crm_orders_due = "late"
            elif fields.Datetime.context_timestamp(self, planned).date() == today:
                order.crm_orders_due = "today"
            else:
                order.crm_orders_due = "planned"

    def _search_crm_orders_due(self, operator, value):
        """Find orders by their schedule, as a click on the bar of a column does."""
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        tomorrow = fields.Date.context_today(self) + timedelta(days=1)
        midnight = self.env.tz.localize(datetime.combine(tomorrow, time.min))
        midnight = midnight.astimezone(pytz.utc).replace(tzinfo=None)
        planned = "crm_orders_planned_date"
        domains = {
            "late": Domain(planned, "<", now),
            "today": Domain(planned, ">=", now) & Domain(planned, "<", midnight),
            "planned": Domain(planned, ">=", now) & Domain(planned, ">=", midnight),
            False: Domain(planned, "=", False),
        }
        return Domain.OR(domains[due] for due in value if due in domains)

    @api.depends("crm_orders_stage_id.color", "crm_orders_due")
    def _compute_crm_orders_color(self):
        for order in self:
            late = order.crm_orders_due == "late"
            order.crm_orders_color = (
                LATE_COLOR if late else order.crm_orders_stage_id.color
            )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let the board count late orders for each column in the database."""
        if field_expr != "crm_orders_due":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["crm_orders_due"], "read")
        planned = self._field_to_sql(alias, "crm_orders_planned_date", query)
        zone = self.env.tz.zone
        now = fields.Datetime.now()
        return SQL(
            """CASE
                WHEN %(planned)s IS NULL THEN NULL
                WHEN %(planned)s < %(now)s THEN 'late'
                WHEN (%(planned)s AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                    = (%(now)s AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                    THEN 'today'
                ELSE 'planned'
            END""",
            planned=planned,
            now=now,
            zone=zone,
        )

    @api.model
    def _group_expand_crm_orders_stage(self, stages, domain):
        """Every stage is a column of the board, also without orders."""
        usable = stages._get_company_domain(self.env.companies)
        return stages.search(Domain("id", "in", stages.ids) | usable)
