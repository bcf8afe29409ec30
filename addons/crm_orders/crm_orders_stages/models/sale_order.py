from odoo import api, fields, models
from odoo.fields import Domain

from .crm_orders_order_way import Move
from .crm_orders_stage import FINAL_KINDS, STAGE_GROUP

# What somebody might want to change on the quiet.
TRACED = {
    "client_order_ref",
    "commitment_date",
    "crm_orders_planned_date",
    "crm_orders_user_id",
    "date_order",
    "fiscal_position_id",
    "note",
    "origin",
    "partner_invoice_id",
    "partner_shipping_id",
    "payment_term_id",
    "pricelist_id",
    "team_id",
}


class SaleOrder(models.Model):
    """Confirmed orders pass through the stages of their company, if it has any."""

    _name = "sale.order"
    _inherit = [
        "crm_orders.order.board",
        "crm_orders.order.way",
        "crm_orders.order.paid",
        "crm_orders.order.stay",
        "crm_orders.order.tracking",
        "crm_orders.trace",
        "crm_orders.order.live",
        "mail.tracking.duration.mixin",
        "sale.order",
    ]
    _track_duration_field = "crm_orders_stage_id"

    crm_orders_type_id = fields.Many2one(
        "crm_orders.order.type",
        "Order Type",
        compute="_compute_crm_orders_type_id",
        store=True,
        readonly=False,
        # It follows from the products of the copy; who copies may know nothing of it.
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        groups=STAGE_GROUP,
        help="Which way the order takes through the shop.",
    )
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
    # The name is the one that Odoo's marking of forgotten records looks for.
    date_last_stage_update = fields.Datetime(
        "In Stage Since", copy=False, readonly=True, groups=STAGE_GROUP
    )
    crm_orders_planned_date = fields.Datetime(
        "Planned Date",
        copy=False,
        groups=STAGE_GROUP,
        help="When the order should leave its present stage. It follows from the time "
        "that the stage allows, and can be changed.",
    )
    crm_orders_log_ids = fields.One2many(
        "crm_orders.stage.log", "order_id", "Stage History", groups=STAGE_GROUP
    )
    crm_orders_has_stages = fields.Boolean(
        "Uses Stages",
        compute="_compute_crm_orders_has_stages",
        groups=STAGE_GROUP,
    )
    crm_orders_check_ids = fields.One2many(
        "crm_orders.order.check", "order_id", "Tasks to Tick Off", groups=STAGE_GROUP
    )
    crm_orders_open_check_count = fields.Integer(
        "Open Tasks",
        compute="_compute_crm_orders_open_check_count",
        groups=STAGE_GROUP,
    )
    # Like the stage that they are made of, these are of no concern to others.
    duration_tracking = fields.Json(groups=STAGE_GROUP)
    rotting_days = fields.Integer(groups=STAGE_GROUP)
    is_rotting = fields.Boolean("Forgotten", groups=STAGE_GROUP)

    _crm_orders_planned_idx = models.Index(
        "(crm_orders_planned_date) WHERE crm_orders_planned_date IS NOT NULL"
    )

    @api.depends("company_id", "order_line.product_id")
    def _compute_crm_orders_type_id(self):
        types = self.env["crm_orders.order.type"]._get_for_companies(self.company_id)
        # Types are of no concern to those who may write orders and no more.
        for order, ours in zip(self, self.sudo(), strict=True):
            known = types.get(order.company_id)
            current = ours.crm_orders_type_id & known if known else known
            if not known:
                order.crm_orders_type_id = False
            elif not current or not ours.crm_orders_stage_id:
                templates = ours.order_line.product_id.product_tmpl_id
                wanted = templates.with_company(order.company_id).crm_orders_type_id
                found = known.filtered(lambda one, wanted=wanted: one in wanted)
                order.crm_orders_type_id = found[:1] or current or known[:1]
            else:
                order.crm_orders_type_id = current

    @api.depends("company_id")
    def _compute_crm_orders_has_stages(self):
        companies = self.env["crm_orders.stage"]._companies_with_stages(self.company_id)
        for order in self:
            order.crm_orders_has_stages = order.company_id in companies

    @api.depends("crm_orders_check_ids.is_done", "crm_orders_stage_id")
    def _compute_crm_orders_open_check_count(self):
        for order in self:
            here = order.crm_orders_check_ids.filtered(
                lambda check, order=order: check.stage_id == order.crm_orders_stage_id
            )
            order.crm_orders_open_check_count = len(here) - sum(here.mapped("is_done"))

    def _compute_duration_tracking(self):
        """Seconds in each stage, of our own history: moves are not in the chatter."""
        rows = self.env["crm_orders.stage.log"].search([("order_id", "in", self.ids)])
        by_order = rows.grouped("order_id")
        for order in self:
            seconds = {}
            for row in by_order.get(order, ()):
                key = str(row.stage_id.id)
                # Hours are no whole numbers: cutting off would lose seconds.
                seconds[key] = seconds.get(key, 0) + round(row.hours_so_far * 3600)
            order.duration_tracking = seconds

    def _get_rotting_domain(self):
        """Orders that are on their way can be forgotten, others not."""
        return super()._get_rotting_domain() & Domain(
            "crm_orders_stage_id.kind", "not in", list(FINAL_KINDS)
        )

    @api.model
    def _has_field_access(self, field, operation):
        """Nobody sets by hand when an order entered its stage; moving it does."""
        if (
            operation == "write"
            and field.name == "date_last_stage_update"
            and not self.env.su
        ):
            return False
        return super()._has_field_access(field, operation)

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
                    group._crm_orders_enter(stage, {}, fields.Datetime.now(), Move())
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
            move = moving._get_crm_orders_move()
            moving._crm_orders_lock()
            moving._crm_orders_check_stage(stage)
            if not move.is_checked:
                moving._crm_orders_check_move(stage)
            now = fields.Datetime.now()
            before = {order: order.sudo().crm_orders_stage_id for order in moving}
            # The stay is closed while its planned date is still the order's.
            moving._crm_orders_leave(now)
            super(SaleOrder, moving).write(vals)
            moving._crm_orders_enter(stage, before, now, move, kept=vals.keys())
        return True

    @api.model
    def _get_crm_orders_traced_fields(self):
        # Odoo notes the others.
        return TRACED - self._track_get_fields()

    def _get_crm_orders_traced_order(self):
        return self

    def action_draft(self):
        """A quotation is in no stage."""
        result = super().action_draft()
        self.sudo().filtered("crm_orders_stage_id").crm_orders_stage_id = False
        return result

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
                stage = cancelled.get(company, orders.crm_orders_stage_id.browse())
                group._crm_orders_move(stage, Move("cancelled", is_checked=True))
        return result

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
