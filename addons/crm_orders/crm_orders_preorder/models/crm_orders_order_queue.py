from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare

from odoo.addons.crm_orders_stages.models.crm_orders_order_way import Move
from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP

from .product_template import NoPlace

OPEN_MOVES = ("confirmed", "waiting", "partially_available", "assigned")


class CrmOrdersOrderQueue(models.AbstractModel):
    """Preorders stand in line: whoever paid the deposit first gets the goods first."""

    _name = "crm_orders.order.queue"
    _description = "Order in Line"

    crm_orders_preorder_state = fields.Selection(
        [
            ("deposit", "Waiting for the deposit"),
            ("goods", "Waiting for goods"),
            ("allocated", "Goods are there"),
            ("lapsed", "Not collected in time"),
            ("done", "Handed over"),
        ],
        "Preorder Status",
        readonly=True,
        copy=False,
        groups=STAGE_GROUP,
        help="What a confirmed preorder waits for.",
    )
    crm_orders_queue_date = fields.Datetime(
        "In Line Since",
        readonly=True,
        copy=False,
        groups=STAGE_GROUP,
        help="When the deposit was paid, or the order confirmed where none is asked for. "
        "Goods are given out in this order.",
    )
    crm_orders_allocated_date = fields.Datetime(
        "Goods There Since", readonly=True, copy=False, groups=STAGE_GROUP
    )
    crm_orders_offer_expiry = fields.Datetime(
        "Kept Until",
        copy=False,
        groups=STAGE_GROUP,
        help="When the goods go to the next in line, unless they are collected. Empty: "
        "they are kept.",
    )
    crm_orders_place = fields.Integer(
        "Place in Line",
        compute="_compute_crm_orders_place",
        groups=STAGE_GROUP,
        help="1 gets the next goods. Of several products the longest line counts.",
    )
    crm_orders_is_too_late = fields.Boolean(
        "No Places Left",
        compute="_compute_crm_orders_is_too_late",
        compute_sudo=True,
        groups=STAGE_GROUP,
        help="What is left of the quota is less than this quotation asks for.",
    )

    def _compute_crm_orders_place(self):
        lines = self.order_line.filtered("crm_orders_is_preorder")
        places = self._get_crm_orders_places(lines.product_id)
        for order in self:
            order.crm_orders_place = max(
                (places.get(line.id, 0) for line in order._origin.order_line), default=0
            )

    @api.model
    def _get_crm_orders_places(self, products):
        """The place in line of each order line for these products that has one."""
        if not products.ids:
            return {}
        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id,
                       ROW_NUMBER() OVER (
                           PARTITION BY line.product_id, line.company_id
                           ORDER BY line.crm_orders_queue_date, line.order_id, line.id
                       )
                  FROM sale_order_line line
                  JOIN sale_order ON sale_order.id = line.order_id
                 WHERE line.crm_orders_is_preorder
                   AND line.crm_orders_queue_date IS NOT NULL
                   AND line.product_id IN %s
                   AND sale_order.state = 'sale'
                   AND sale_order.crm_orders_preorder_state = 'goods'
                """,
                tuple(products.ids),
            )
        )
        return dict(rows)

    # --- quota and limit ---

    def _crm_orders_check_places(self):
        """Raise when confirmed preorders are more than a product or a customer may have.

        Called when the orders are confirmed already, so that they are counted, too.
        """
        templates = self.order_line.filtered(
            "crm_orders_is_preorder"
        ).product_id.product_tmpl_id.filtered(
            lambda one: one.crm_orders_preorder_quota or one.crm_orders_preorder_limit
        )
        if not templates:
            return
        templates._crm_orders_take_turn()
        taken = templates._get_crm_orders_preordered()
        for template in templates.filtered("crm_orders_preorder_quota"):
            quota = template.crm_orders_preorder_quota
            digits = {"precision_rounding": template.uom_id.rounding}
            if float_compare(taken.get(template.id, 0), quota, **digits) > 0:
                raise NoPlace(
                    self.env._(
                        "%(product)s: only %(quota)g can be preordered, and with this"
                        " order it would be %(taken)g.",
                        product=template.display_name,
                        quota=quota,
                        taken=taken[template.id],
                    )
                )
        templates.filtered("crm_orders_preorder_limit")._crm_orders_check_limit(self)

    @api.depends("crm_orders_is_preorder", "state")
    def _compute_crm_orders_is_too_late(self):
        asking = self.filtered(
            lambda order: (
                order.crm_orders_is_preorder and order.state in ("draft", "sent")
            )
        )
        lines = asking.order_line.filtered("crm_orders_is_preorder")
        templates = lines.product_id.product_tmpl_id.filtered(
            "crm_orders_preorder_quota"
        )
        taken = templates._get_crm_orders_preordered() if templates else {}
        for order in self:
            order.crm_orders_is_too_late = False
        for order in asking:
            ours = order.order_line.filtered("crm_orders_is_preorder")
            for template in ours.product_id.product_tmpl_id & templates:
                wanted = sum(
                    line.crm_orders_preorder_qty
                    for line in ours
                    if line.product_id.product_tmpl_id == template
                )
                left = template.crm_orders_preorder_quota - taken.get(template.id, 0)
                digits = {"precision_rounding": template.uom_id.rounding}
                if float_compare(wanted, left, **digits) > 0:
                    order.crm_orders_is_too_late = True

    def _crm_orders_tell_no_place(self, reason):
        """Let people know of orders that were paid for although no place was left.

        The money is there and the customer waits: somebody has to decide.
        """
        for order in self:
            order.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=(order.user_id or self.env.user).id,
                summary=self.env._("Paid for, but no place is left"),
                note=self.env._(
                    "%(reason)s Raise the quota and confirm the order, or refund what was"
                    " paid.",
                    reason=reason,
                ),
            )

    # --- places ---

    def _crm_orders_take_place(self):
        """Put preorders that have paid what is asked for at the end of the line."""
        waiting = self.filtered(
            lambda order: (
                order.state == "sale"
                and order.crm_orders_is_preorder
                and not order.crm_orders_queue_date
            )
        )
        paid = {}
        if any(waiting.mapped("crm_orders_deposit")):
            paid = waiting._get_crm_orders_paid()
        placed = waiting.filtered(
            lambda order: (
                order.currency_id.compare_amounts(
                    paid.get(order, 0), order.crm_orders_deposit
                )
                >= 0
            )
        )
        if placed:
            placed.crm_orders_queue_date = fields.Datetime.now()
            self.env["stock.move"]._crm_orders_allocate(
                placed.order_line.move_ids.product_id
            )
        waiting._crm_orders_look_at_allocation()
        return placed

    def _crm_orders_leave_line(self):
        """Orders that are no more give up their place."""
        self.write(
            {
                "crm_orders_preorder_state": False,
                "crm_orders_queue_date": False,
                "crm_orders_allocated_date": False,
                "crm_orders_offer_expiry": False,
            }
        )
        products = self.order_line.filtered("crm_orders_is_preorder").product_id
        self.env["stock.move"]._crm_orders_allocate(products)

    def action_crm_orders_back_in_line(self):
        """Let customers who did not collect their goods in time wait again, at the end."""
        self.check_access("write")
        orders = self.sudo().filtered(
            lambda order: (
                order.state == "sale" and order.crm_orders_preorder_state == "lapsed"
            )
        )
        if not orders:
            raise UserError(
                self.env._(
                    "Only preorders that were not collected in time go back in line."
                )
            )
        orders._crm_orders_lock()
        orders.write(
            {
                "crm_orders_preorder_state": "goods",
                "crm_orders_queue_date": fields.Datetime.now(),
            }
        )
        self.env["stock.move"]._crm_orders_allocate(orders.order_line.product_id)
        return True

    # --- goods ---

    def _crm_orders_look_at_allocation(self):
        """Write down what preorders wait for, after goods have come or gone."""
        now = fields.Datetime.now()
        for order in self.filtered(
            lambda order: order.state == "sale" and order.crm_orders_is_preorder
        ):
            before = order.crm_orders_preorder_state
            state = order._get_crm_orders_preorder_state()
            if state == before:
                continue
            vals = {"crm_orders_preorder_state": state}
            if state == "allocated":
                vals["crm_orders_allocated_date"] = now
                vals["crm_orders_offer_expiry"] = order._get_crm_orders_expiry(now)
            elif before == "allocated":
                vals["crm_orders_offer_expiry"] = False
                if state != "done":
                    vals["crm_orders_allocated_date"] = False
            order.write(vals)

    def _get_crm_orders_preorder_state(self):
        self.ensure_one()
        moves = self.order_line.filtered("crm_orders_is_preorder").move_ids.filtered(
            lambda move: move.state != "cancel" and not move.origin_returned_move_id
        )
        left = moves.filtered(lambda move: move.state != "done")
        if moves and not left:
            return "done"
        if self.crm_orders_preorder_state == "lapsed":
            return "lapsed"
        if not self.crm_orders_queue_date:
            return "deposit"
        # Of several steps those count that take the goods from the shelf.
        first = left.filtered(lambda move: not move.move_orig_ids - moves) or left
        first = first.filtered(lambda move: not move.move_orig_ids) or first
        if first and all(move.state == "assigned" for move in first):
            return "allocated"
        return "goods"

    def _get_crm_orders_expiry(self, now):
        """Until when goods that are there are kept; not before they are released."""
        self.ensure_one()
        days = self.company_id.crm_orders_offer_days
        if not days:
            return False
        start = now
        if release := self.crm_orders_release_date:
            zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
            morning = zone.localize(datetime.combine(release, time.min))
            start = max(now, morning.astimezone(pytz.utc).replace(tzinfo=None))
        return start + timedelta(days=days)

    # --- offers that expire ---

    @api.model
    def _get_crm_orders_expired_domain(self):
        return (
            Domain("state", "=", "sale")
            & Domain("crm_orders_is_preorder", "=", True)
            & Domain("crm_orders_preorder_state", "=", "allocated")
            & Domain("crm_orders_offer_expiry", "<=", fields.Datetime.now())
        )

    @api.model
    def _cron_crm_orders_expire_offers(self, batch_size=100):
        """Give goods that were not collected in time to the next in line."""
        orders = self.env["sale.order"].sudo()
        domain = self._get_crm_orders_expired_domain()
        found = orders.search(domain, order="crm_orders_offer_expiry, id")
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=len(found))
        for batch_start in range(0, len(found), batch_size):
            for order in found[batch_start : batch_start + batch_size]:
                locked = order.try_lock_for_update().filtered_domain(domain)
                locked._crm_orders_lapse()
                if not progress._commit_progress(1):
                    return

    def _crm_orders_lapse(self):
        """Take the goods of preorders back and give them to those who are next."""
        for order in self:
            moves = order.order_line.filtered("crm_orders_is_preorder").move_ids
            moves = moves.filtered(lambda move: move.state in OPEN_MOVES)
            if any(moves.mapped("picked")):
                # Somebody is just handing it over.
                order.crm_orders_offer_expiry = fields.Datetime.now() + timedelta(
                    days=1
                )
                continue
            order.write(
                {
                    "crm_orders_preorder_state": "lapsed",
                    "crm_orders_allocated_date": False,
                    "crm_orders_offer_expiry": False,
                }
            )
            moves._do_unreserve()
            reason = self.env._(
                "The goods were not collected in time and go to the next in line."
            )
            order.message_post(body=reason, subtype_xmlid="mail.mt_note")
            order._crm_orders_wait_again(reason)
            self.env["stock.move"]._crm_orders_allocate(moves.product_id)

    def _crm_orders_wait_again(self, reason):
        """Orders whose goods are gone are not ready any more, for the customer neither."""
        for way, orders in self._group_by_crm_orders_way():
            waiting = way.filtered(lambda stage: stage.kind == "waiting")[:1]
            ahead = orders.filtered(
                lambda order, stage=waiting: (
                    stage
                    and order.crm_orders_stage_id
                    and stage._is_before(order.crm_orders_stage_id)
                )
            )
            if ahead:
                ahead._crm_orders_move(waiting, Move(reason=reason, is_checked=True))
