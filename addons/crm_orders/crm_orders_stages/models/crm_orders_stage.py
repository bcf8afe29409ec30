from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import ormcache

CANCELLED = "cancelled"
FINAL_KINDS = {"handed_over", "closed", CANCELLED}


class CrmOrdersStage(models.Model):
    """A station on the way of a confirmed order through the shop."""

    _name = "crm_orders.stage"
    _description = "Order Stage"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, translate=True, help="What your own people call this stage."
    )
    public_name = fields.Char(
        "Name for Customers",
        translate=True,
        help="What customers read on the tracking page. Empty: the same name.",
    )
    active = fields.Boolean(
        default=True,
        help="Archive a stage to keep its history but not to use it. It must hold no "
        "orders any more.",
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("new", "New order"),
            ("accepted", "Accepted"),
            ("waiting", "Waiting for goods"),
            ("in_work", "In work"),
            ("ready", "Ready for the customer"),
            ("handed_over", "Handed over"),
            ("closed", "Closed"),
            (CANCELLED, "Cancelled"),
        ],
        required=True,
        default="in_work",
        help="What the stage means, whatever it is called. Orders that are handed over, "
        "closed or cancelled are never late. A cancelled order moves to the stage of "
        "that kind by itself.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        check_company=True,
        help="Orders in this stage are given to this person. Empty: the salesperson of "
        "the order.",
    )
    sla_number = fields.Integer(
        "Time Allowed",
        help="How long an order may stay in this stage, at most 999. 0 means no limit.",
    )
    sla_unit = fields.Selection(
        [("hours", "Hours"), ("days", "Days")],
        "Unit",
        required=True,
        default="days",
    )
    sla_working_time = fields.Boolean(
        "Working Time Only",
        default=True,
        help="Count only the working hours of the company and skip its holidays. "
        "Days then end with the working day.",
    )
    is_public = fields.Boolean(
        "Visible to Customers",
        default=True,
        help="Show this stage on the tracking page.",
    )
    fold = fields.Boolean(
        "Folded on the Board", help="Show the column of this stage folded."
    )
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index="btree_not_null",
        help="Empty: every company uses this stage. Only people who work for all "
        "companies can change it then.",
    )

    # More would reach beyond the dates and working hours that can be counted.
    _sla_number_range = models.Constraint(
        "CHECK (sla_number BETWEEN 0 AND 999)",
        "The time allowed is a number from 0 to 999.",
    )

    @api.constrains("active")
    def _check_archived_without_orders(self):
        """Orders in an archived stage would be off the way, and customers astray."""
        archived = self.filtered(lambda stage: not stage.active)
        if not archived:
            return
        # Whoever archives may see only some of the orders; all of them count.
        groups = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("crm_orders_stage_id", "in", archived.ids)],
                ["crm_orders_stage_id"],
                ["__count"],
            )
        )
        if groups:
            raise UserError(
                self.env._(
                    "Orders are still in the stages that you want to archive: %s. Move"
                    " them to another stage first.",
                    ", ".join(f"{stage.name} ({count})" for stage, count in groups),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        self.env.registry.clear_cache()
        return stages

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id"} & vals.keys():
            self.env.registry.clear_cache()
        if "company_id" in vals:
            # The rules have looked at the old company; the new one counts as well.
            self.check_access("write")
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        logs = self.env["crm_orders.stage.log"].sudo()
        if logs.search_count([("stage_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Orders have been in this stage, so it belongs to their history."
                    " Move the orders that are still in it to another stage, then"
                    " archive it."
                )
            )

    @api.model
    def _get_company_domain(self, companies):
        """Stages that the orders of these companies may be in."""
        return Domain("company_id", "in", [*companies.ids, False])

    @api.model
    def _companies_with_stages(self, companies):
        """Those of the companies that use stages; none do before stages are set up."""
        configured = self._get_configured_company_ids()
        if False in configured:
            return companies
        return companies.filtered(lambda company: company.id in configured)

    @ormcache()
    def _get_configured_company_ids(self):
        # Asked whenever any order is confirmed, also where nobody uses stages.
        groups = self.sudo()._read_group([], ["company_id"])
        return frozenset(company.id for (company,) in groups)

    @api.model
    def _get_way(self, companies):
        """Stages of the normal way of an order, in order, for each company."""
        companies = self._companies_with_stages(companies)
        if not companies:
            return {}
        stages = self.sudo().search(
            self._get_company_domain(companies) & Domain("kind", "!=", CANCELLED)
        )
        return self._by_company(stages, companies)

    @api.model
    def _get_cancelled(self, companies):
        """The stage of cancelled orders for each company that has one."""
        companies = self._companies_with_stages(companies)
        if not companies:
            return {}
        stages = self.sudo().search(
            self._get_company_domain(companies) & Domain("kind", "=", CANCELLED)
        )
        return {
            company: found[:1]
            for company, found in self._by_company(stages, companies).items()
        }

    @api.model
    def _by_company(self, stages, companies):
        return {
            company: stages.filtered(
                lambda stage, company=company: stage.company_id <= company
            )
            for company in companies
        }

    def _get_planned_date(self, company, start):
        """When an order that enters the stage at `start` should leave it, or False."""
        self.ensure_one()
        if not self.sla_number or self.kind in FINAL_KINDS:
            return False
        calendar = company.sudo().resource_calendar_id
        planned = False
        if self.sla_working_time and calendar:
            zone = pytz.timezone(calendar.tz or "UTC")
            local = pytz.utc.localize(start).astimezone(zone)
            if self.sla_unit == "hours":
                planned = calendar.plan_hours(
                    self.sla_number, local, compute_leaves=True
                )
            else:
                planned = self._get_end_of_working_day(calendar, zone, local)
        if not planned:
            return start + timedelta(**{self.sla_unit: self.sla_number})
        return planned.astimezone(pytz.utc).replace(tzinfo=None, microsecond=0)

    def _get_end_of_working_day(self, calendar, zone, start):
        """End of the working day so many working days after `start`, or False.

        Counted from the next morning, so that one day means the next working day.
        """

        def midnight(day):
            return zone.localize(datetime.combine(day, time.min))

        one_day = timedelta(days=1)
        morning = midnight(start.date() + one_day)
        found = calendar.plan_days(self.sla_number, morning, compute_leaves=True)
        if not found:
            return False
        # What was found is the end of the day's first stretch of work, say lunch.
        day = found.date()
        stretches = calendar._work_intervals_batch(
            midnight(day), midnight(day + one_day)
        )[False]
        return max(stop for _start, stop, _meta in stretches)
