import re
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain

from odoo.addons.crm_orders_base.tools import picture
from odoo.addons.crm_orders_base.tools.storable import storable
from odoo.addons.crm_orders_stages.models.crm_orders_stage import FINAL_KINDS

WORKER_GROUP = "crm_orders_work.group_worker"
TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAX_ID = 2**31 - 1
MAX_CARDS = 100
MAX_LINES = 30
MAX_TEXT = 300


class CrmOrdersWork(models.AbstractModel):
    """What couriers and the workshop see of orders, and what they may do with them.

    Workers have no rights on orders. They get here what they need, without prices, of the
    orders that are theirs or free to take, and everything they do is checked here.
    """

    _name = "crm_orders.work"
    _description = "Work on the Phone"

    # --- what there is to do ---

    @api.model
    def _get_cards(self):
        """What the page shows: the user's orders and the free ones, the next due first."""
        orders = self.env["sale.order"].sudo()
        domain = self._get_open_domain()
        order = "crm_orders_planned_date, id"
        mine = orders.search(
            domain & self._get_mine_domain(), limit=MAX_CARDS, order=order
        )
        free = orders.search(
            domain & self._get_free_domain(), limit=MAX_CARDS, order=order
        )
        return self._prepare_cards(mine | free)

    @api.model
    def _get_open_domain(self):
        """Orders that somebody still has something to do with."""
        return Domain(
            [
                ("state", "=", "sale"),
                ("company_id", "in", self.env.user.sudo().company_ids.ids),
                ("crm_orders_stage_id.kind", "not in", list(FINAL_KINDS)),
                ("crm_orders_stage_id", "!=", False),
            ]
        )

    @api.model
    def _get_mine_domain(self):
        return Domain("crm_orders_user_id", "=", self.env.uid)

    @api.model
    def _get_free_domain(self):
        """Orders that wait in a stage for one of its people to take them."""
        people = "crm_orders_stage_id.user_ids"
        return (
            Domain("crm_orders_user_id", "=", False)
            & Domain("crm_orders_stage_id.user_rule", "=", "taker")
            & (Domain(people, "=", False) | Domain(people, "in", [self.env.uid]))
        )

    @api.model
    def _prepare_cards(self, orders):
        """Plain values of each order, all of them asked for together."""
        ways, unmet = {}, {}
        for way, same_way in orders._group_by_crm_orders_way():
            for current, group in same_way.grouped("crm_orders_stage_id").items():
                ahead = way.filtered(lambda stage, at=current: at._is_before(stage))
                ways |= dict.fromkeys(group, ahead)
                if ahead:
                    unmet |= group._get_crm_orders_unmet(ahead[0])
        pictures = self._count_pictures(orders)
        devices = orders._get_crm_orders_devices()
        return [
            {
                **self._prepare_card(
                    order, ways[order], unmet.get(order, ()), pictures.get(order.id, {})
                ),
                "devices": devices[order],
            }
            for order in orders
        ]

    @api.model
    def _count_pictures(self, orders):
        """How many photos and signatures each order has: dict by id, by kind."""
        groups = (
            self.env["crm_orders.work.action"]
            .sudo()
            ._read_group(
                [
                    ("order_id", "in", orders.ids),
                    ("kind", "in", ("photo", "signature")),
                    ("state", "=", "done"),
                ],
                ["order_id", "kind"],
                ["__count"],
            )
        )
        counts = {}
        for order, kind, count in groups:
            counts.setdefault(order.id, {})[kind] = count
        return counts

    @api.model
    def _prepare_card(self, order, ahead, unmet, pictures):
        """What the page knows of one order; other modules extend the dict, not by prices.

        :param ahead: the stages that come after the present one
        :param unmet: texts of what must be done before the first of them
        """
        receiver = order.partner_shipping_id or order.partner_id
        lines = order.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        checks = order.crm_orders_check_ids.filtered(
            lambda check: check.stage_id == order.crm_orders_stage_id
        )
        tasks = set(checks.mapped("condition_id.display_name"))
        stage = order.crm_orders_stage_id
        return {
            "id": order.id,
            "name": order.name,
            "is_mine": order.crm_orders_user_id == self.env.user,
            "customer": receiver.name or order.partner_id.name or "",
            "phone": receiver.phone or order.partner_id.phone or "",
            "address": ", ".join(
                part.strip()
                for part in receiver._display_address(without_company=True).splitlines()
                if part.strip()
            ),
            "planned": fields.Datetime.to_string(order.crm_orders_planned_date),
            "stage": {"id": stage.id, "name": stage.name},
            "ahead": [{"id": one.id, "name": one.name} for one in ahead],
            "unmet": [text for text in unmet if text not in tasks],
            "checks": [
                {
                    "id": check.id,
                    "name": check.condition_id.display_name,
                    "is_done": check.is_done,
                }
                for check in checks
            ],
            "lines": [self._prepare_line(line) for line in lines[:MAX_LINES]],
            "more_lines": max(len(lines) - MAX_LINES, 0),
            "photos": pictures.get("photo", 0),
            "signatures": pictures.get("signature", 0),
        }

    @api.model
    def _prepare_line(self, line):
        quantity = line.product_uom_qty
        return {
            "id": line.id,
            "name": (line.name or line.product_id.display_name or "")[:MAX_TEXT],
            "quantity": f"{quantity:g} {line.product_uom_id.name or ''}".strip(),
        }

    # --- what is done ---

    @api.model
    def _act(self, token, kind, order_id, values, done_date=None):
        """Do one thing, once, and tell what came of it.

        :param token: the number that the phone has given to it
        :return: dict of `state`, `message` and `card`, the order as it is now
        """
        kinds = dict(self.env["crm_orders.work.action"]._fields["kind"].selection)
        if (
            not isinstance(token, str)
            or not TOKEN.fullmatch(token)
            or kind not in kinds
            or type(order_id) is not int
            or not 0 < order_id <= MAX_ID
            or not isinstance(values, dict)
        ):
            raise UserError(self.env._("The phone sent something that makes no sense."))
        order = self._find(order_id)
        # Waits for whoever moves the order now; then Odoo starts over with the outcome.
        order._crm_orders_lock()
        actions = self.env["crm_orders.work.action"]
        action = actions._begin(
            {
                "token": token,
                "kind": kind,
                "order_id": order.id or None,
                "company_id": order.company_id.id or self.env.company.id,
                "done_date": self._read_date(done_date),
            }
        )
        if action:
            self._try(action, kind, order, values)
        else:
            action = actions._get_done(token)
            order = action.order_id
        known = order and self._is_on_list(order)
        return {
            "state": action.state,
            "message": action.message or "",
            "card": self._prepare_cards(order)[0] if known else False,
        }

    @api.model
    def _find(self, order_id):
        """An order of the user's companies, with all rights, or none."""
        return (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("id", "=", order_id),
                    ("company_id", "in", self.env.user.sudo().company_ids.ids),
                ]
            )
        )

    @api.model
    def _read_date(self, text):
        """When the phone says it was; its clock may be anything."""
        try:
            moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
        except (TypeError, ValueError):
            return None
        return min(moment, fields.Datetime.now())

    def _try(self, action, kind, order, values):
        """Do it; what cannot be done is noted with the reason, and pictures are kept."""
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_do_{kind}")(action, order, values)
                action.state = "done"
        except (UserError, RedirectWarning) as problem:
            message = str(problem.args[0])
            if kind in ("photo", "signature"):
                message = self._keep_picture(action, values, message)
            action.message = message

    def _is_on_list(self, order):
        return bool(
            order.filtered_domain(
                self._get_open_domain()
                & (self._get_mine_domain() | self._get_free_domain())
            )
        )

    def _has_worked_on(self, order):
        """Whether the order is, or was, given to the user."""
        if order.crm_orders_user_id == self.env.user:
            return True
        log = order.crm_orders_log_ids
        if self.env.user in log.responsible_id:
            return True
        done = self.env["crm_orders.work.action"].sudo()
        return bool(
            done.search_count(
                [
                    ("order_id", "=", order.id),
                    ("user_id", "=", self.env.uid),
                    ("kind", "in", ("take", "next")),
                    ("state", "=", "done"),
                ],
                limit=1,
            )
        )

    def _check_mine(self, order):
        """Raise unless the order is the user's own now; say where it went if it was."""
        if order and self._get_mine(order):
            return
        if not order or not self._has_worked_on(order):
            raise UserError(self.env._("This order is not on your list."))
        if order.state == "cancel":
            raise UserError(self.env._("Order %s was cancelled.", order.name))
        if order.crm_orders_user_id and order.crm_orders_user_id != self.env.user:
            raise UserError(
                self.env._(
                    "%(person)s looks after order %(order)s now.",
                    person=order.crm_orders_user_id.name,
                    order=order.name,
                )
            )
        raise UserError(
            self.env._(
                "Order %(order)s was moved meanwhile: it is in %(stage)s now.",
                order=order.name,
                stage=order.crm_orders_stage_id.name or "-",
            )
        )

    def _get_mine(self, order):
        return order.filtered_domain(self._get_open_domain() & self._get_mine_domain())

    def _do_take(self, action, order, values):
        if order and self._get_mine(order):
            return
        if not order or not self._is_on_list(order):
            free_before = order.crm_orders_log_ids.stage_id.filtered(
                lambda stage: (
                    stage.user_rule == "taker"
                    and (not stage.user_ids or self.env.user in stage.user_ids)
                )
            )
            if order.crm_orders_user_id and values.get("stage_id") in free_before.ids:
                raise UserError(
                    self.env._("Somebody else has taken order %s.", order.name)
                )
            raise UserError(self.env._("This order cannot be taken any more."))
        order.crm_orders_user_id = self.env.user

    def _do_next(self, action, order, values):
        """Move on from the stage that the phone showed to the one that it named."""
        self._check_mine(order)
        current = order.crm_orders_stage_id
        if values.get("stage_id") != current.id:
            raise UserError(
                self.env._(
                    "Order %(order)s was moved meanwhile: it is in %(stage)s now.",
                    order=order.name,
                    stage=current.name,
                )
            )
        ((way, _orders),) = order._group_by_crm_orders_way()
        ahead = way.filtered(current._is_before)[:1]
        if not ahead:
            raise UserError(
                self.env._("Order %s is at the end of its way.", order.name)
            )
        if values.get("to_stage_id") != ahead.id:
            raise UserError(
                self.env._(
                    "The stages have been changed: order %(order)s goes on to %(stage)s"
                    " now. Press the button again.",
                    order=order.name,
                    stage=ahead.name,
                )
            )
        order.write({"crm_orders_stage_id": ahead.id})

    def _do_tick(self, action, order, values):
        self._check_mine(order)
        check = order.crm_orders_check_ids.filtered(
            lambda one: one.id == values.get("check_id")
        )
        if not check:
            raise UserError(
                self.env._("The task is not on order %s any more.", order.name)
            )
        check.is_done = bool(values.get("is_done"))

    def _do_photo(self, action, order, values):
        content = self._read_picture(values)
        self._check_worked_on(order)
        self._attach(action, order, content, self.env._("Photo taken at work"))

    def _do_signature(self, action, order, values):
        content = self._read_picture(values, keep_transparent=True)
        self._check_worked_on(order)
        name = storable(str(values.get("name") or "")).strip()[:MAX_TEXT]
        text = self.env._("Signed by %s", name or order.partner_id.name)
        self._attach(action, order, content, text, "png")

    def _check_worked_on(self, order):
        if not order or not (self._is_on_list(order) or self._has_worked_on(order)):
            raise UserError(self.env._("This order is not on your list."))

    def _read_picture(self, values, keep_transparent=False):
        try:
            return picture.clean(values.get("image"), keep_transparent)
        except picture.NoPicture as problem:
            if problem.args[0] == "size":
                text = self.env._("The picture is too large.")
            else:
                text = self.env._("This is no picture: send a photo.")
            raise UserError(text) from None

    def _attach(self, action, order, content, text, kind="jpg"):
        """Put a picture into the chatter of the order, for the shop's own people."""
        message = order.message_post(
            body=text,
            attachments=[
                (f"{order.name} {action.id}.{kind}".replace("/", "-"), content)
            ],
            subtype_xmlid="mail.mt_note",
        )
        action.attachment_id = message.attachment_ids[:1]

    def _keep_picture(self, action, values, message):
        """A picture that the order cannot take is kept all the same, for managers."""
        is_drawn = action.kind == "signature"
        try:
            content = picture.clean(values.get("image"), is_drawn)
        except picture.NoPicture:
            return message
        action.attachment_id = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{action.kind} {action.id}.{'png' if is_drawn else 'jpg'}",
                    "raw": content,
                    "res_model": action._name,
                    "res_id": action.id,
                }
            )
        )
        return self.env._(
            "%(reason)s The picture is kept; a manager finds it under Done on Phones.",
            reason=message,
        )
