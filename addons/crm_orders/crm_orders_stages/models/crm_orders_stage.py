from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

STAGE_GROUP = "crm_orders_base.group_user"
CANCELLED = "cancelled"
FINAL_KINDS = {"handed_over", "closed", CANCELLED}
# What the ways of orders are made of.
WAY_FIELDS = {"active", "company_id", "kind", "sequence", "type_ids"}


class CrmOrdersStage(models.Model):
    """A station on the way of a confirmed order through the shop."""

    _name = "crm_orders.stage"
    _inherit = "crm_orders.setup"
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
    public_hint = fields.Text(
        "What the Customer Should Do",
        translate=True,
        help="Shown on the tracking page while the order is here, for example where to "
        "fetch it and what to bring.",
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
    type_ids = fields.Many2many(
        "crm_orders.order.type",
        "crm_orders_stage_order_type_rel",
        "stage_id",
        "type_id",
        "Order Types",
        check_company=True,
        help="Only orders of these types come through this stage. Empty: all do.",
    )
    user_rule = fields.Selection(
        [
            ("seller", "Salesperson of the order"),
            ("person", "One person"),
            ("least", "Whoever has the fewest orders"),
            ("taker", "Whoever takes it"),
        ],
        "Given To",
        compute="_compute_user_rule",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Who becomes responsible when an order enters this stage.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        check_company=True,
        help="Orders in this stage are given to this person.",
    )
    user_ids = fields.Many2many(
        "res.users",
        "crm_orders_stage_user_rel",
        "stage_id",
        "user_id",
        "People",
        domain=[("share", "=", False)],
        check_company=True,
        help="Who may be given the orders in this stage.",
    )
    enter_on = fields.Selection(
        [
            ("confirmed", "The order is confirmed"),
            ("deposit", "The deposit is paid"),
            ("paid", "It is paid in full"),
        ],
        "Entered by Itself When",
        help="An order moves here by itself when this happens, if it is not further on "
        "already and nothing else has to be done before.",
    )
    back_rule = fields.Selection(
        [
            ("reason", "With a reason"),
            ("manager", "By managers, with a reason"),
            ("free", "Just so"),
            ("never", "Never"),
        ],
        "Moved Back From Here",
        required=True,
        default="reason",
        help="Whether an order in this stage can be moved back to an earlier one.",
    )
    condition_ids = fields.One2many(
        "crm_orders.stage.condition",
        "stage_id",
        "Conditions",
        copy=True,
        help="What must hold before an order enters this stage or goes on from here.",
    )
    rotting_threshold_days = fields.Integer(
        "Days to Rot",
        help="Orders that stay here longer are marked as forgotten. 0: never.",
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

    _rotting_range = models.Constraint(
        "CHECK (rotting_threshold_days BETWEEN 0 AND 999)",
        "Days to rot are a number from 0 to 999.",
    )
    # More would reach beyond the dates and working hours that can be counted.
    _sla_number_range = models.Constraint(
        "CHECK (sla_number BETWEEN 0 AND 999)",
        "The time allowed is a number from 0 to 999.",
    )

    @api.depends("user_id")
    def _compute_user_rule(self):
        for stage in self:
            if stage.user_id:
                stage.user_rule = "person"
            elif not stage.user_rule or stage.user_rule == "person":
                stage.user_rule = "seller"

    @api.constrains("user_rule", "user_id", "user_ids")
    def _check_people(self):
        for stage in self:
            if stage.user_rule == "person" and not stage.user_id:
                raise ValidationError(
                    self.env._("Choose who is given the orders in %s.", stage.name)
                )
            if stage.user_rule == "least" and not stage.user_ids:
                raise ValidationError(
                    self.env._("Choose who may be given the orders in %s.", stage.name)
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

    @api.model
    def _get_cached_fields(self):
        return WAY_FIELDS

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

    def _set_local_names(self, vals):
        """Write the names of a ready-made stage in the language of the context."""
        self.ensure_one()
        names = ("name", "public_name", "public_hint")
        self.write({name: vals[name] for name in names if name in vals})
        texts = [command[2] for command in vals.get("condition_ids", ())]
        for condition, text in zip(self.condition_ids, texts, strict=True):
            condition.name = text["name"]

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
    def _get_way(self, company, order_type):
        """Stages of the normal way of orders of a type, in order; none without set-up.

        Orders without a type, say from before there were any, may be in every stage.
        """
        if not self._companies_with_stages(company):
            return self.sudo().browse()
        return self.sudo().browse(self._get_way_ids(company.id, order_type.id))

    @ormcache("company_id", "type_id")
    def _get_way_ids(self, company_id, type_id):
        # Asked whenever any order moves.
        stages = self.sudo().search(
            [("company_id", "in", [company_id, False]), ("kind", "!=", CANCELLED)]
        )
        return stages.filtered(
            lambda stage: (
                not type_id or not stage.type_ids or type_id in stage.type_ids.ids
            )
        )._ids

    def _get_conditions(self):
        """What must hold before an order enters this stage or goes on from here."""
        return self.env["crm_orders.stage.condition"].browse(
            self._get_condition_ids(self.id)
        )

    @ormcache("stage_id")
    def _get_condition_ids(self, stage_id):
        # Asked whenever any order moves.
        return self.sudo().browse(stage_id).condition_ids._ids

    def _is_before(self, other):
        """Whether orders come through this stage before the other one."""
        return (self.sequence, self.id) < (other.sequence, other.id)

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
        zone = pytz.timezone(calendar.tz or company.sudo().partner_id.tz or "UTC")
        local = pytz.utc.localize(start).astimezone(zone)
        planned = False
        if self.sla_working_time and calendar:
            if self.sla_unit == "hours":
                planned = calendar.plan_hours(
                    self.sla_number, local, compute_leaves=True
                )
            else:
                planned = self._get_end_of_working_day(calendar, zone, local)
        if not planned and self.sla_unit == "hours":
            planned = local + timedelta(hours=self.sla_number)
        elif not planned:
            # The same time of day, also when clocks are changed meanwhile.
            days = timedelta(days=self.sla_number)
            planned = zone.localize(local.replace(tzinfo=None) + days)
        return planned.astimezone(pytz.utc).replace(tzinfo=None, microsecond=0)

    def _get_ready_date(self, company, start):
        """When an order that goes through these stages from `start` on will be ready.

        Each that comes before the goods are ready takes the time that it is allowed. To
        wait for goods is not expected of an order that does not.
        """
        moment = start
        for stage in self:
            if stage.kind == "ready" or stage.kind in FINAL_KINDS:
                break
            if stage.kind != "waiting":
                moment = stage._get_planned_date(company, moment) or moment
        return moment

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
