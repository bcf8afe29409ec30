from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.crm_orders_order_way import Move

MAX_REASON = 500


class CrmOrdersStageMove(models.TransientModel):
    """Asks why orders are moved back, or on although not everything is done."""

    _name = "crm_orders.stage.move"
    _description = "Move Orders With a Reason"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True)
    stage_id = fields.Many2one(
        "crm_orders.stage",
        "To Stage",
        required=True,
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', possible_stage_ids)]",
    )
    possible_stage_ids = fields.Many2many(
        "crm_orders.stage", compute="_compute_possible_stage_ids"
    )
    unmet_text = fields.Text("Still to Be Done", compute="_compute_unmet_text")
    reason = fields.Char(
        required=True, help="Everybody who may see the order's history reads it there."
    )

    @api.depends("order_ids")
    def _compute_possible_stage_ids(self):
        for wizard in self:
            orders = wizard.order_ids._origin
            ways = [way for way, _orders in orders._group_by_crm_orders_way()]
            possible = ways[0] if ways else self.env["crm_orders.stage"]
            for way in ways[1:]:
                possible &= way
            wizard.possible_stage_ids = possible - orders.crm_orders_stage_id

    @api.depends("order_ids")
    def _compute_stage_id(self):
        """Where orders mostly go back to: the stage before theirs."""
        for wizard in self:
            if wizard.stage_id:
                continue
            current = wizard.order_ids._origin.sudo().crm_orders_stage_id[:1]
            earlier = wizard.possible_stage_ids._origin.filtered(
                lambda stage, at=current: stage._is_before(at)
            )
            wizard.stage_id = earlier[-1:]

    @api.depends("order_ids", "stage_id")
    def _compute_unmet_text(self):
        for wizard in self:
            wizard.unmet_text = False
            if wizard.stage_id:
                ahead = wizard._get_moving_on()
                unmet = ahead._get_crm_orders_unmet(wizard.stage_id._origin)
                wizard.unmet_text = "\n".join(
                    f"{order.name}: {'; '.join(texts)}"
                    for order, texts in unmet.items()
                )

    def _get_moving_on(self):
        stage = self.stage_id._origin.sudo()
        return self.order_ids._origin.filtered(
            lambda order: not stage._is_before(order.crm_orders_stage_id)
        )

    def action_move(self):
        """Move the orders and write the reason into their history."""
        self.ensure_one()
        # Orders that the user may not see are none here.
        orders = self.order_ids.exists()
        if not orders:
            raise UserError(self.env._("There is no order that you could move."))
        orders.check_access("write")
        stage, reason = self.stage_id, (self.reason or "").strip()[:MAX_REASON]
        if not reason:
            raise UserError(self.env._("Write why, in a few words."))
        orders._crm_orders_lock()
        orders._crm_orders_check_stage(stage)
        for way, group in orders._group_by_crm_orders_way():
            group._crm_orders_check_on_way(stage.sudo(), way)
        ahead = self._get_moving_on()
        for order in (orders - ahead).sudo():
            order._crm_orders_check_back_rule(self.env.user)
        if ahead._get_crm_orders_unmet(stage) and not self.env.user.has_group(
            "crm_orders_base.group_manager"
        ):
            raise UserError(
                self.env._("Only a manager can move orders on before all is done.")
            )
        orders._crm_orders_move(stage, Move("person", reason, is_checked=True))
        return {"type": "ir.actions.act_window_close"}
