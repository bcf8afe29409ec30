from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.context import KEY, is_sync
from .sale_order_line import PAID


class SaleOrder(models.Model):
    """Orders are made, paid and handed over at the till."""

    _inherit = "sale.order"

    crm_orders_till_uuid = fields.Char(
        "Number Given by the Till", copy=False, readonly=True, groups=fields.NO_ACCESS
    )
    crm_orders_till_session_id = fields.Many2one(
        "pos.session",
        "Made at the Till",
        copy=False,
        readonly=True,
        index="btree_not_null",
        groups="point_of_sale.group_pos_user",
    )
    crm_orders_track_url = fields.Char(
        "Address of the Tracking Page",
        compute="_compute_crm_orders_track_url",
        compute_sudo=True,
        help="Printed on receipts of the till.",
    )
    crm_orders_till_paid = fields.Monetary(
        "Paid Before",
        compute="_compute_crm_orders_till_paid",
        compute_sudo=True,
        help="How much of it is paid, wherever that was.",
    )

    _crm_orders_till_uuid_uniq = models.UniqueIndex(
        "(crm_orders_till_uuid) WHERE crm_orders_till_uuid IS NOT NULL"
    )

    @api.depends("crm_orders_track_token")
    def _compute_crm_orders_track_url(self):
        for order in self:
            order.crm_orders_track_url = (
                order._crm_orders_get_tracking_url()
                if order.crm_orders_track_token
                else False
            )

    def _compute_crm_orders_till_paid(self):
        paid = self._get_crm_orders_paid()
        for order in self:
            order.crm_orders_till_paid = paid[order]

    @api.model
    def _load_pos_data_fields(self, config):
        return [
            *super()._load_pos_data_fields(config),
            "crm_orders_track_url",
            "crm_orders_till_paid",
        ]

    def load_sale_order_from_pos(self, config_id):
        """Cashiers open orders of their till without any right on orders."""
        return super(SaleOrder, self._crm_orders_as_till()).load_sale_order_from_pos(
            config_id
        )

    def _crm_orders_as_till(self):
        """These orders with all rights, where a cashier may not read them otherwise.

        Only orders of a till of that company that the user could find there are opened so.
        """
        user = self.env.user
        if (
            self.has_access("read")
            or not self
            or not user.has_group("point_of_sale.group_pos_user")
        ):
            return self
        orders = self.sudo().exists()
        sessions = self.env["pos.session"].search(
            [("state", "=", "opened"), ("company_id", "in", orders.company_id.ids)]
        )
        till = self.env["crm_orders.till"]
        for config in sessions.config_id:
            orders -= orders.filtered_domain(till._get_open_domain(config))
        return self if orders else self.sudo()

    def action_confirm(self):
        """A receipt is never refused because its order cannot be confirmed."""
        if is_sync(self.env):
            return self.sudo()._crm_orders_confirm_at_till()
        return super().action_confirm()

    def _crm_orders_confirm_at_till(self):
        """Confirm quotations that a till has taken money for.

        The money is in the drawer. What cannot be confirmed, say because the quota is full
        by now, stays a quotation, and somebody is told to look after it.
        """
        confirmed = self.browse()
        for order in self.with_context(**{KEY: None}):
            try:
                with self.env.cr.savepoint():
                    order.action_confirm()
            except UserError as error:
                order._crm_orders_tell_unconfirmed(str(error))
            else:
                confirmed |= order
        return bool(confirmed == self)

    def _crm_orders_tell_unconfirmed(self, reason):
        """Leave a task for the shop, once for each order."""
        self.ensure_one()
        summary = self.env._("Paid at the till, but not confirmed")
        if summary in self.activity_ids.mapped("summary"):
            return
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=self.env._(
                "%s What the customer has paid is kept. Make room and confirm the order,"
                " or give the money back at the till.",
                reason,
            ),
            user_id=self._get_crm_orders_till_responsible().id,
        )

    def _get_crm_orders_till_responsible(self):
        """Who looks after an order that the till could not confirm."""
        self.ensure_one()
        found = self.user_id or self.team_id.user_id
        if found:
            return found
        managers = self.env.ref("crm_orders_base.group_manager").all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        return managers.sorted("id")[:1] or self.env.user

    # --- made at the till ---

    def _get_crm_orders_till_deposit(self):
        """The deposit that the till asks for, in the currency of the order."""
        self.ensure_one()
        return self._get_prepayment_required_amount() if self.require_payment else 0.0

    def _crm_orders_agree_at_till(self, day, deposit):
        """Write down what was agreed; `day` is when the customer expects the goods."""
        self.ensure_one()
        vals = {}
        if day:
            # At noon it is the same day wherever the shop is.
            vals["commitment_date"] = datetime.combine(day, time(12))
        if deposit:
            vals["require_payment"] = True
            vals["prepayment_percent"] = min(1.0, deposit / self.amount_total)
        else:
            vals["require_payment"] = False
        self.write(vals)

    def _crm_orders_check_at_till(self):
        """Raise before any money is taken, if the order could not be confirmed."""
        if self.env["crm_orders.stage"]._companies_with_stages(self.company_id):
            # The receipt of the deposit shows the address of the customer's page.
            self._crm_orders_ensure_track_token()

    def _crm_orders_note_made_at_till(self, session):
        self.message_post(
            body=self.env._(
                "Made by %(cashier)s at the till %(till)s.",
                cashier=self.env.user.name,
                till=session.config_id.name,
            ),
            subtype_xmlid="mail.mt_note",
        )

    def _crm_orders_drop_unpaid(self):
        """Cancel quotations that were made at a till, and for which nothing was paid."""
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))
        paid = quotations._get_crm_orders_paid()
        quotations.filtered(
            lambda order: not paid[order] and not order.pos_order_line_ids
        )._action_cancel()

    # --- paid at the till ---

    def _get_crm_orders_paid(self):
        """What was paid at a till counts, whether the receipt is invoiced or not."""
        paid = super()._get_crm_orders_paid()
        till = self._get_crm_orders_till_sums()
        return {
            order: amount + till.get(order._origin.id, 0)
            for order, amount in paid.items()
        }

    def _get_crm_orders_till_sums(self):
        """What came in at tills, less what went out: dict of id -> amount.

        Settled goods count with what they cost and the deposit that is deducted from them.
        """
        if not self.ids:
            return {}
        self.env["pos.order.line"].flush_model(
            [
                "order_id",
                "price_subtotal_incl",
                "refunded_orderline_id",
                "sale_order_origin_id",
            ]
        )
        self.env["pos.order"].flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sales_id, SUM(amount)
                  FROM (
                      SELECT line.sale_order_origin_id AS sales_id, line.order_id,
                             line.price_subtotal_incl AS amount
                        FROM pos_order_line line
                       WHERE line.sale_order_origin_id IN %(ids)s
                   UNION ALL
                      SELECT sold.sale_order_origin_id, line.order_id,
                             line.price_subtotal_incl
                        FROM pos_order_line sold
                        JOIN pos_order_line line ON line.refunded_orderline_id = sold.id
                       WHERE sold.sale_order_origin_id IN %(ids)s
                         AND line.sale_order_origin_id IS NULL
                  ) lines
                  JOIN pos_order ON pos_order.id = lines.order_id
                 WHERE pos_order.state IN %(paid)s
                 GROUP BY sales_id
                """,
                ids=tuple(self.ids),
                paid=PAID,
            )
        )
        return dict(rows)

    def _get_crm_orders_till_receipts(self):
        """Numbers of the receipts that took money for the order."""
        self.ensure_one()
        receipts = self.pos_order_line_ids.order_id.filtered(
            lambda one: one.state in PAID and not one.is_refund
        )
        return [one.pos_reference for one in receipts if one.pos_reference]

    def _get_crm_orders_till_deductions(self):
        """How much of each down payment is still to be deducted: dict of line -> quantity.

        Odoo deducts one that was given back at the till all the same. Lines below zero are
        deductions themselves, of what was paid on the web.
        """
        self.ensure_one()
        lines = self.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        return {line.id: line._get_crm_orders_till_deduction() for line in lines}

    def _get_crm_orders_till_online(self):
        """What was paid on the web and is deducted nowhere yet, neither on an invoice."""
        self.ensure_one()
        transactions = self.transaction_ids.filtered(
            lambda one: one.state == "done" and not one.invoice_ids
        )
        deductions = self.order_line.filtered(
            lambda line: line.is_downpayment and line.price_unit < 0
        ).pos_order_line_ids.filtered(lambda line: line.order_id.state in PAID)
        deducted = -sum(deductions.mapped("price_subtotal_incl"))
        return max(0, sum(transactions.mapped("amount")) - deducted)

    # --- handed over at the till ---

    def _crm_orders_look_at_till(self):
        """Let orders move on after a till has taken money or handed goods over."""
        orders = self.sudo().filtered(lambda order: order.state == "sale")
        orders._crm_orders_look_at_payments()
        orders.filtered(
            lambda order: order._is_crm_orders_handed_over_at_till()
        )._crm_orders_hand_over_at_till()

    def _is_crm_orders_handed_over_at_till(self):
        """Whether nothing is left of the order after a till has sold some of it."""
        self.ensure_one()
        lines = self._get_crm_orders_label_lines()
        return bool(lines.pos_order_line_ids) and all(
            line._get_crm_orders_till_left() <= 0 for line in lines
        )

    def _crm_orders_hand_over_at_till(self):
        """Move orders to the stage of what is handed over, wherever they are."""
        orders = self.filtered("crm_orders_stage_id")
        for way, same_way in orders._group_by_crm_orders_way():
            targets = way.filtered(lambda stage: stage.enter_on == "till")
            targets = targets or way.filtered(lambda one: one.kind == "handed_over")
            for current, group in same_way.grouped("crm_orders_stage_id").items():
                ahead = targets.filtered(lambda stage, at=current: at._is_before(stage))
                if ahead:
                    group._crm_orders_move_if_possible(ahead[0], "till")

    def _prepare_crm_orders_till_receipt(self, receipt):
        """What the receipt says of the order; other modules extend the dict.

        :param receipt: the paid order of the till
        """
        self.ensure_one()
        paid = self._get_crm_orders_paid()[self]
        lines = receipt.lines.filtered(lambda line: line.sale_order_origin_id == self)
        deposit = sum(
            line.price_subtotal_incl
            for line in lines
            if line.product_id == receipt.config_id.down_payment_product_id
            and line.qty > 0
        )
        return {
            "name": self.name,
            "url": self.crm_orders_track_url or "",
            "deposit": self.currency_id.round(deposit),
            "remaining": max(0, self.currency_id.round(self.amount_total - paid)),
        }
