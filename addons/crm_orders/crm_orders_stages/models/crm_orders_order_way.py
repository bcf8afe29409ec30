from dataclasses import dataclass

from psycopg2.errors import SerializationFailure

from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import SQL

from .crm_orders_stage import CANCELLED


@dataclass(frozen=True)
class Move:
    """Why orders move. It comes from code only: nothing that a client sends becomes one."""

    cause: str = "person"
    reason: str | bool = False
    is_checked: bool = False


class CrmOrdersOrderWay(models.AbstractModel):
    """How orders move from stage to stage: by people, and by themselves."""

    _name = "crm_orders.order.way"
    _description = "Order on Its Way"

    # --- by people ---

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

    def action_crm_orders_take(self):
        """Become responsible for the orders in their present stage."""
        self.check_access("write")
        try:
            self._crm_orders_lock()
        except SerializationFailure:
            raise UserError(self.env._("Somebody else was faster.")) from None
        taken = self.filtered(lambda order: order.crm_orders_user_id != self.env.user)
        others = taken.filtered("crm_orders_user_id")
        expected = self.env.context.get("crm_orders_from_user_id", ())
        if expected != () and any(
            order.crm_orders_user_id.id != expected for order in others
        ):
            raise UserError(self.env._("Somebody else was faster."))
        taken.crm_orders_user_id = self.env.user
        return True

    def action_crm_orders_move_back(self):
        """Ask where to and why, before orders are moved back."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move Back"),
            "res_model": "crm_orders.stage.move",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_ids": self.ids},
        }

    # --- by themselves ---

    def _crm_orders_enter_first_stage(self):
        """Put orders without a stage at the start of the way; return those moved."""
        moved = self.browse()
        if not self.env["crm_orders.stage"]._companies_with_stages(self.company_id):
            return moved
        waiting = self.filtered(lambda order: not order.crm_orders_stage_id)
        # Quotations may be older than the types.
        untyped = waiting.filtered(lambda order: not order.crm_orders_type_id)
        untyped._compute_crm_orders_type_id()
        for way, orders in waiting._group_by_crm_orders_way():
            by_itself = way.filtered(lambda stage: stage.enter_on == "confirmed")
            if first := by_itself[:1] or way[:1]:
                orders._crm_orders_move(first, Move("confirmed", is_checked=True))
                moved |= orders
        return moved

    def _crm_orders_move_on(self):
        """Move confirmed orders to the stage after theirs; return those moved."""
        targets = {}
        confirmed = self.filtered(lambda order: order.state == "sale")
        for way, orders in confirmed._group_by_crm_orders_way():
            for current, group in orders.grouped("crm_orders_stage_id").items():
                ahead = way.filtered(
                    lambda stage, at=current: not at or at._is_before(stage)
                )
                if ahead:
                    targets[ahead[0]] = targets.get(ahead[0], self.browse()) | group
        moved = self.browse()
        for stage, orders in targets.items():
            orders.crm_orders_stage_id = stage
            moved |= orders
        return moved

    def _crm_orders_happened(self, cause):
        """Move orders to the stage that something leads to, if it lies ahead of them.

        What has to be done before holds here, too. Those that it holds back stay where
        they are, and the chatter tells why, once.

        :param cause: a value of `crm_orders.stage.enter_on`
        """
        orders = self.sudo().filtered(
            lambda order: order.state == "sale" and order.crm_orders_stage_id
        )
        for way, same_way in orders._group_by_crm_orders_way():
            targets = way.filtered(lambda stage: stage.enter_on == cause)
            if not targets:
                continue
            for current, group in same_way.grouped("crm_orders_stage_id").items():
                ahead = targets.filtered(lambda stage, at=current: at._is_before(stage))
                if ahead:
                    group._crm_orders_move_if_possible(ahead[0], cause)

    def _crm_orders_move_if_possible(self, stage, cause):
        unmet = self._get_crm_orders_unmet(stage)
        ready = self.filtered(lambda order: order not in unmet)
        if ready:
            ready._crm_orders_move(stage, Move(cause, is_checked=True))
        labels = dict(stage._fields["enter_on"]._description_selection(self.env))
        for order, texts in unmet.items():
            stay = order.crm_orders_log_ids.filtered(lambda row: not row.left_date)
            if stay.blocked_cause == cause:
                continue
            stay.blocked_cause = cause
            order.message_post(
                body=self.env._(
                    "%(event)s, but the order cannot move on to %(stage)s yet: "
                    "%(reasons)s",
                    event=labels[cause],
                    stage=stage.name,
                    reasons="; ".join(texts),
                ),
                subtype_xmlid="mail.mt_note",
            )

    # --- the way ---

    def _group_by_crm_orders_way(self):
        """These orders by the way they take: list of `(stages, orders)`."""
        stages = self.env["crm_orders.stage"]
        groups = self.sudo().grouped(
            lambda order: (order.company_id, order.crm_orders_type_id)
        )
        return [
            (stages._get_way(company, order_type), self & orders)
            for (company, order_type), orders in groups.items()
        ]

    def _crm_orders_move(self, stage, move):
        """Move orders to `stage` for a reason that code knows."""
        return self.with_context(crm_orders_move=move).write(
            {"crm_orders_stage_id": stage.id}
        )

    def _get_crm_orders_move(self):
        move = self.env.context.get("crm_orders_move")
        return move if isinstance(move, Move) else Move()

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

    def _crm_orders_check_move(self, stage):
        """Raise when orders may not go from their stage to this one, or not yet."""
        stage = stage.sudo()
        if not stage or stage.kind == CANCELLED:
            return
        for way, orders in self.sudo()._group_by_crm_orders_way():
            orders._crm_orders_check_on_way(stage, way)
            on_the_way = orders.filtered("crm_orders_stage_id")
            back = on_the_way.filtered(
                lambda order: stage._is_before(order.crm_orders_stage_id)
            )
            back._crm_orders_check_back(stage)
            unmet = (orders - back)._get_crm_orders_unmet(stage)
            if unmet:
                self._crm_orders_refuse(stage, unmet)

    def _crm_orders_check_on_way(self, stage, way):
        """Raise when orders of one type do not come through `stage`."""
        if stage not in way:
            raise UserError(
                self.env._(
                    "%(orders)s: orders of type %(type)s do not come through stage"
                    " %(stage)s.",
                    orders=", ".join(self.mapped("name")),
                    type=self.crm_orders_type_id[:1].name or "-",
                    stage=stage.name,
                )
            )

    def _crm_orders_check_back(self, stage):
        """Raise when these orders need a reason, or a manager, to go back."""
        guarded = self.filtered(
            lambda order: order.crm_orders_stage_id.back_rule != "free"
        )
        if not guarded:
            return
        for order in guarded:
            order._crm_orders_check_back_rule(order.env.user)
        self._crm_orders_ask_why(
            guarded,
            stage,
            self.env._(
                "Moving %s back needs a reason.", ", ".join(guarded.mapped("name"))
            ),
        )

    def _crm_orders_check_back_rule(self, user):
        """Raise when nobody, or not this user, may move the order back."""
        self.ensure_one()
        current = self.crm_orders_stage_id
        if current.back_rule == "never":
            raise UserError(
                self.env._(
                    "%(order)s cannot be moved back from %(stage)s.",
                    order=self.name,
                    stage=current.name,
                )
            )
        if current.back_rule == "manager" and not user.has_group(
            "crm_orders_base.group_manager"
        ):
            raise UserError(
                self.env._(
                    "Only a manager can move %(order)s back from %(stage)s.",
                    order=self.name,
                    stage=current.name,
                )
            )

    def _get_crm_orders_unmet(self, stage):
        """What is still to be done before orders can go on to `stage`.

        Stages that are passed over count, too.

        :return: dict of order -> list of texts
        """
        stage = stage.sudo()
        unmet = {}
        for way, orders in self.sudo()._group_by_crm_orders_way():
            for current, group in orders.grouped("crm_orders_stage_id").items():
                if not current:
                    continue
                conditions = stage.condition_ids.browse()
                for one in way:
                    is_left = not one._is_before(current) and one._is_before(stage)
                    is_entered = current._is_before(one) and not stage._is_before(one)
                    conditions |= one._get_conditions().filtered(
                        lambda condition, left=is_left, entered=is_entered: (
                            left if condition.moment == "leave" else entered
                        )
                    )
                unmet |= conditions._get_unmet(group)
        return unmet

    def _crm_orders_refuse(self, stage, unmet):
        """Say what is to be done first; a manager can decide otherwise."""
        message = "\n".join(
            self.env._(
                "%(order)s cannot move on to %(stage)s yet: %(reasons)s",
                order=order.name,
                stage=stage.name,
                reasons="; ".join(texts),
            )
            for order, texts in unmet.items()
        )
        if self.env.user.has_group("crm_orders_base.group_manager"):
            self._crm_orders_ask_why(self.browse(o.id for o in unmet), stage, message)
        raise UserError(message)

    @api.model
    def _crm_orders_ask_why(self, orders, stage, message):
        raise RedirectWarning(
            message,
            self.env.ref("crm_orders_stages.crm_orders_stage_move_action").id,
            self.env._("Give a reason"),
            {"default_order_ids": orders.ids, "default_stage_id": stage.id},
        )
