import re
import secrets
from datetime import datetime, time, timedelta

import pytz
from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import track_timeline
from .crm_orders_stage import CANCELLED

TOKEN_BYTES = 24
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{32}")
LATE_COLOR = 1
STAGE_GROUP = "crm_orders_base.group_user"


class SaleOrder(models.Model):
    """Confirmed orders pass through the stages of their company, if it has any."""

    _inherit = "sale.order"

    crm_orders_stage_id = fields.Many2one(
        "crm_orders.stage",
        "Order Stage",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        group_expand="_group_expand_crm_orders_stage",
        groups=STAGE_GROUP,
        help="Where the order is on its way through the shop.",
    )
    crm_orders_stage_kind = fields.Selection(
        related="crm_orders_stage_id.kind", groups=STAGE_GROUP
    )
    crm_orders_user_id = fields.Many2one(
        "res.users",
        "Stage Responsible",
        copy=False,
        index="btree_not_null",
        domain=[("share", "=", False)],
        groups=STAGE_GROUP,
        help="Who looks after the order in its present stage.",
    )
    crm_orders_entered_date = fields.Datetime(
        "In Stage Since", copy=False, readonly=True, groups=STAGE_GROUP
    )
    crm_orders_planned_date = fields.Datetime(
        "Planned Date",
        copy=False,
        groups=STAGE_GROUP,
        help="When the order should leave its present stage. It follows from the time "
        "that the stage allows, and can be changed.",
    )
    crm_orders_due = fields.Selection(
        [("planned", "On schedule"), ("today", "Due today"), ("late", "Late")],
        "Schedule",
        compute="_compute_crm_orders_due",
        search="_search_crm_orders_due",
        groups=STAGE_GROUP,
        help="How the planned date compares with now.",
    )
    crm_orders_log_ids = fields.One2many(
        "crm_orders.stage.log", "order_id", "Stage History", groups=STAGE_GROUP
    )
    crm_orders_has_stages = fields.Boolean(
        "Uses Stages",
        compute="_compute_crm_orders_has_stages",
        groups=STAGE_GROUP,
    )
    crm_orders_color = fields.Integer(
        "Color on the Board", compute="_compute_crm_orders_color", groups=STAGE_GROUP
    )
    # Nobody reads or chooses it by hand: whoever knows it sees the tracking page.
    crm_orders_track_token = fields.Char(
        "Tracking Token", copy=False, groups=fields.NO_ACCESS
    )
    crm_orders_has_track_link = fields.Boolean(
        "Has a Tracking Link",
        compute="_compute_crm_orders_has_track_link",
        compute_sudo=True,
        groups=STAGE_GROUP,
    )

    _crm_orders_track_token_uniq = models.UniqueIndex(
        "(crm_orders_track_token) WHERE crm_orders_track_token IS NOT NULL"
    )
    _crm_orders_planned_idx = models.Index(
        "(crm_orders_planned_date) WHERE crm_orders_planned_date IS NOT NULL"
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

    @api.depends("company_id")
    def _compute_crm_orders_has_stages(self):
        companies = self.env["crm_orders.stage"]._companies_with_stages(self.company_id)
        for order in self:
            order.crm_orders_has_stages = order.company_id in companies

    @api.depends("crm_orders_stage_id.color", "crm_orders_due")
    def _compute_crm_orders_color(self):
        for order in self:
            late = order.crm_orders_due == "late"
            order.crm_orders_color = (
                LATE_COLOR if late else order.crm_orders_stage_id.color
            )

    @api.depends("crm_orders_track_token")
    def _compute_crm_orders_has_track_link(self):
        for order in self:
            order.crm_orders_has_track_link = bool(order.crm_orders_track_token)

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
    def _has_field_access(self, field, operation):
        """Nobody sets by hand when an order entered its stage; moving it does."""
        if (
            operation == "write"
            and field.name == "crm_orders_entered_date"
            and not self.env.su
        ):
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _group_expand_crm_orders_stage(self, stages, domain):
        """Every stage is a column of the board, also without orders."""
        usable = stages._get_company_domain(self.env.companies)
        return stages.search(Domain("id", "in", stages.ids) | usable)

    @api.model_create_multi
    def create(self, vals_list):
        name = "crm_orders_stage_id"
        vals_list = [
            {**vals, name: self._crm_orders_to_stage(vals[name]).id}
            if name in vals
            else vals
            for vals in vals_list
        ]
        orders = super().create(vals_list)
        given = self.env.context.get(f"default_{name}")
        if given or any(vals.get(name) for vals in vals_list):
            # Only code can do this, for example an import of running orders.
            for stage, group in orders.sudo().grouped("crm_orders_stage_id").items():
                if stage:
                    group._crm_orders_check_stage(stage)
                    group._crm_orders_enter(stage, {})
        return orders

    def write(self, vals):
        if "crm_orders_stage_id" not in vals:
            return super().write(vals)
        stage = self._crm_orders_to_stage(vals["crm_orders_stage_id"])
        vals = {**vals, "crm_orders_stage_id": stage.id}
        moving = self.filtered(
            lambda order: order.sudo().crm_orders_stage_id.id != stage.id
        )
        staying = self - moving
        if staying:
            super(SaleOrder, staying).write(vals)
        if moving:
            moving._crm_orders_lock()
            moving._crm_orders_check_stage(stage)
            before = {order: order.sudo().crm_orders_stage_id for order in moving}
            # The stay is closed while its planned date is still the order's.
            moving._crm_orders_leave()
            super(SaleOrder, moving).write(vals)
            moving._crm_orders_enter(stage, before, kept=vals.keys())
        return True

    def action_draft(self):
        """A quotation is in no stage."""
        result = super().action_draft()
        self._crm_orders_clear_stage()
        return result

    def action_crm_orders_next_stage(self):
        """Move orders one stage on; those at the end stay there.

        Whoever presses the button means the stage that the order is in on the screen.
        The button tells it as `crm_orders_from_stage_id` in the context, so that an
        order that was moved meanwhile is not moved by one stage too many.
        """
        self.check_access("write")
        message = self.env._(
            "The order has been changed meanwhile. Look where it is now, then move it on."
        )
        try:
            self._crm_orders_lock()
        except SerializationFailure:
            # Starting over, as Odoo does then, would move it on from its new stage.
            raise UserError(message) from None
        expected = self.env.context.get("crm_orders_from_stage_id")
        if expected and any(order.crm_orders_stage_id.id != expected for order in self):
            raise UserError(message)
        moved = self._crm_orders_move_on()
        if not moved:
            raise UserError(
                self.env._(
                    "There is no next stage: the order must be confirmed and not yet at"
                    " the end of the way."
                )
            )
        return True

    def action_crm_orders_put_on_board(self):
        """Let confirmed orders that are in no stage enter the first one."""
        self.check_access("write")
        orders = self.filtered(
            lambda order: order.state == "sale" and not order.crm_orders_stage_id
        )
        if not orders or not orders._crm_orders_enter_first_stage():
            raise UserError(
                self.env._(
                    "Choose confirmed orders that are not on the board yet. Stages are"
                    " set up under Orders, Configuration, Order Stages."
                )
            )
        return True

    def action_crm_orders_copy_tracking_link(self):
        """Copy the address of the tracking page of this order."""
        self.ensure_one()
        self.check_access("read")
        if not self.crm_orders_stage_id:
            raise UserError(
                self.env._("The order has no tracking page before it enters a stage.")
            )
        return {
            "type": "ir.actions.client",
            "tag": "crm_orders_stages.copy_link",
            "params": {"url": self._crm_orders_get_tracking_url()},
        }

    def action_crm_orders_revoke_tracking_link(self):
        """Make the address given out so far useless."""
        self.check_access("write")
        # The token is out of everybody's reach, so only this method can remove it.
        self.sudo().crm_orders_track_token = False
        return True

    def action_crm_orders_view_log(self):
        """Open the stage history of this order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_stages.crm_orders_stage_log_order_action"
        )
        return {
            **action,
            "domain": [("order_id", "=", self.id)],
            "context": {"active_id": self.id, "crm_orders_one_order": True},
        }

    def _action_confirm(self):
        result = super()._action_confirm()
        # Whoever confirms, perhaps the customer on the portal, needs no right on stages.
        self.sudo()._crm_orders_enter_first_stage()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        orders = self.sudo().filtered("crm_orders_stage_id")
        if orders:
            cancelled = orders.env["crm_orders.stage"]._get_cancelled(orders.company_id)
            for company, group in orders.grouped("company_id").items():
                group.crm_orders_stage_id = cancelled.get(company, False)
        return result

    # --- stages ---

    def _crm_orders_enter_first_stage(self):
        """Put orders without a stage at the start of the way; return those moved."""
        ways = self.env["crm_orders.stage"]._get_way(self.company_id)
        moved = self.browse()
        if ways:
            waiting = self.filtered(lambda order: not order.crm_orders_stage_id)
            for company, orders in waiting.grouped("company_id").items():
                if first := ways.get(company, waiting.crm_orders_stage_id)[:1]:
                    orders.crm_orders_stage_id = first
                    moved |= orders
        return moved

    def _crm_orders_move_on(self):
        """Move confirmed orders to the stage after theirs; return those moved."""
        ways = self.env["crm_orders.stage"]._get_way(self.company_id)
        targets = {}
        for order in self.filtered(lambda order: order.state == "sale"):
            way = ways.get(order.company_id, order.crm_orders_stage_id)
            current = order.crm_orders_stage_id
            if not current:
                following = way
            else:
                following = way.filtered(
                    lambda stage, at=current: (
                        (stage.sequence, stage.id) > (at.sequence, at.id)
                    )
                )
            if following:
                targets.setdefault(following[0], self.browse())
                targets[following[0]] |= order
        moved = self.browse()
        for stage, orders in targets.items():
            orders.crm_orders_stage_id = stage
            moved |= orders
        return moved

    def _crm_orders_lock(self):
        """Wait until nobody else moves these orders.

        When somebody has moved one since this transaction began, the database refuses
        with `SerializationFailure` and Odoo starts over with what is true now.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    "SELECT FROM sale_order WHERE id IN %s"
                    " ORDER BY id FOR NO KEY UPDATE",
                    tuple(self.ids),
                ),
                log_exceptions=False,
            )

    def _crm_orders_clear_stage(self):
        self.sudo().filtered("crm_orders_stage_id").crm_orders_stage_id = False

    @api.model
    def _crm_orders_to_stage(self, value):
        """The stage that a caller names by its id, or none; all else is refused."""
        if value is True or not isinstance(value, int | None):
            raise UserError(
                self.env._("An order is moved to one stage, named by its number.")
            )
        return self.env["crm_orders.stage"].browse(value or ())

    def _crm_orders_check_stage(self, stage):
        """Raise when the state of an order and its stage would tell different things."""
        if not stage:
            return
        if not stage.sudo().active:
            raise UserError(
                self.env._(
                    "Stage %s is archived, so no order can enter it.", stage.sudo().name
                )
            )
        kind = stage.sudo().kind
        for order in self:
            if order.state in ("draft", "sent"):
                raise UserError(
                    self.env._(
                        "Confirm quotation %s first; it then enters the first stage.",
                        order.name,
                    )
                )
            if order.state == "cancel" and kind != CANCELLED:
                raise UserError(
                    self.env._("Order %s is cancelled and cannot move on.", order.name)
                )
            if order.state != "cancel" and kind == CANCELLED:
                raise UserError(
                    self.env._(
                        "Cancel order %s itself; it then moves to this stage.",
                        order.name,
                    )
                )

    def _crm_orders_leave(self):
        """Close the stay in the stages that these orders are about to leave.

        The history is asked, not the order: a stay left open would hold it up for ever.
        """
        self.env["crm_orders.stage.log"].sudo()._close(self, fields.Datetime.now())

    def _crm_orders_enter(self, stage, before, kept=()):
        """Set what follows from entering `stage` and write the history.

        :param before: the stage that each order comes from
        :param kept: names of fields that were set together with the stage
        """
        orders = self.sudo()
        now = fields.Datetime.now()
        for company, group in orders.grouped("company_id").items():
            vals = group._prepare_crm_orders_stage_vals(stage.sudo(), company, now)
            for user, same in group.grouped(
                lambda order: stage.sudo().user_id or order.user_id
            ).items():
                changes = {**vals, "crm_orders_user_id": user.id if stage else False}
                same.write({k: v for k, v in changes.items() if k not in kept})
        if stage:
            orders.env["crm_orders.stage.log"].create(
                [
                    order._prepare_crm_orders_log_vals(
                        stage, before.get(order, stage.browse()), now
                    )
                    for order in orders
                ]
            )

    def _prepare_crm_orders_stage_vals(self, stage, company, now):
        """Values that follow from entering a stage; other modules extend the dict."""
        return {
            "crm_orders_entered_date": now if stage else False,
            "crm_orders_planned_date": (
                stage._get_planned_date(company, now) if stage else False
            ),
        }

    def _prepare_crm_orders_log_vals(self, stage, from_stage, now):
        """Values of the row of the history; other modules extend the dict."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "from_stage_id": from_stage.id,
            "stage_id": stage.id,
            "user_id": self.env.uid,
            "entered_date": now,
        }

    # --- the customer's page ---

    def _crm_orders_ensure_track_token(self):
        """Give orders without a tracking token one, all in one go."""
        for order in self.sudo():
            if not order.crm_orders_track_token:
                order.crm_orders_track_token = secrets.token_urlsafe(TOKEN_BYTES)

    def _crm_orders_get_tracking_url(self):
        """The address of the customer's page; it is made when first asked for."""
        self.ensure_one()
        self._crm_orders_ensure_track_token()
        token = self.sudo().crm_orders_track_token
        return f"{self.get_base_url()}/track/{token}"

    @api.model
    def _crm_orders_get_by_track_token(self, token):
        """The order that a tracking address is of, with all rights, or none.

        Quotations and orders without a stage have no page, whatever their token.
        """
        if not TOKEN_PATTERN.fullmatch(token):
            return self.sudo().browse()
        return self.sudo().search(
            [
                ("crm_orders_track_token", "=", token),
                ("crm_orders_stage_id", "!=", False),
                ("state", "in", ("sale", "cancel")),
            ],
            limit=1,
        )

    def _get_crm_orders_tracking_values(self):
        """What the customer's page shows; prices and people are no part of it."""
        self.ensure_one()
        stages = self.env["crm_orders.stage"].search(
            self.env["crm_orders.stage"]._get_company_domain(self.company_id)
            | Domain("id", "=", self.crm_orders_stage_id.id)
        )
        log = self.crm_orders_log_ids.sorted(lambda row: (row.entered_date, row.id))
        timeline = track_timeline.build(
            [
                {
                    "id": stage.id,
                    "name": stage.public_name or stage.name,
                    "kind": stage.kind,
                    "public": stage.is_public,
                }
                for stage in stages
            ],
            [(row.stage_id.id, row.entered_date) for row in log],
        )
        return {
            "order": self,
            "shop": self.company_id.partner_id,
            "timeline": timeline,
            "expected_date": self._get_crm_orders_expected_date(timeline),
            "updated_date": log[-1:].entered_date or self.crm_orders_entered_date,
        }

    def _get_crm_orders_tracking_tz(self):
        """The clock that the customer's page shows: that of the shop."""
        self.ensure_one()
        company = self.company_id
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    def _get_crm_orders_expected_date(self, timeline):
        """When the customer may expect the order: what was promised, else planned."""
        self.ensure_one()
        if timeline["cancelled"] or timeline["complete"]:
            return False
        return self.commitment_date or self.crm_orders_planned_date
