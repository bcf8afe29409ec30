from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_orders_stages.models.crm_orders_stage import (
    FINAL_KINDS,
    STAGE_GROUP,
)

from .repair_order import OPEN


class SaleOrder(models.Model):
    """Orders move on when their repairs are started and done."""

    _inherit = "sale.order"

    # Sellers know the device without any right on repairs.
    crm_orders_device = fields.Char(
        "Device",
        compute="_compute_crm_orders_device",
        search="_search_crm_orders_device",
        compute_sudo=True,
        groups=STAGE_GROUP,
        help="What is repaired, with its serial number.",
    )

    @api.depends(
        "repair_order_ids.product_id",
        "repair_order_ids.lot_id",
        "repair_order_ids.crm_orders_device",
        "repair_order_ids.crm_orders_serial",
        "repair_order_ids.state",
    )
    def _compute_crm_orders_device(self):
        devices = self._get_crm_orders_devices()
        for order in self:
            order.crm_orders_device = "; ".join(devices[order]) or False

    def _search_crm_orders_device(self, operator, value):
        """Find orders by what is repaired: its name or serial number."""
        if operator not in ("ilike", "like", "=ilike", "in"):
            return NotImplemented
        names = (
            "product_id.name",
            "lot_id.name",
            "crm_orders_device",
            "crm_orders_serial",
        )
        found = Domain.OR(Domain(name, operator, value) for name in names)
        # Who searches sees the orders that they may see, whatever rights on repairs.
        repairs = (
            self.env["repair.order"]
            .sudo()
            ._search(Domain("sale_order_id", "!=", False) & found)
        )
        return [("id", "in", repairs.subselect("sale_order_id"))]

    def _get_crm_orders_devices(self):
        devices = super()._get_crm_orders_devices()
        # What is repaired, its owner and the sellers may know.
        repairs = self.env["repair.order"].sudo()
        known = repairs.search(
            [("sale_order_id", "in", self.ids), ("state", "!=", "cancel")], order="id"
        )
        for repair in known:
            if device := repair._get_crm_orders_device():
                devices[self.browse(repair.sale_order_id.id)].append(device)
        return devices

    def _action_confirm(self):
        result = super()._action_confirm()
        # Who confirms, perhaps the customer on the portal, has no rights on repairs.
        orders = self.sudo().filtered(
            lambda order: order.crm_orders_stage_id and order.repair_order_ids
        )
        repairs = orders.repair_order_ids
        repairs.filtered(lambda one: one.state == "draft")._action_repair_confirm()
        running = repairs.filtered(lambda one: one.state == "under_repair")
        running.sale_order_id._crm_orders_happened("repair_started")
        orders._crm_orders_look_at_repairs()
        return result

    def _action_cancel(self):
        on_the_way = self.sudo().filtered("crm_orders_stage_id")
        result = super()._action_cancel()
        # Odoo cancels those that a line has made, and no others.
        repairs = on_the_way.repair_order_ids
        repairs.filtered(lambda one: one.state in OPEN).action_repair_cancel()
        return result

    def _crm_orders_look_at_repairs(self):
        """Let orders move on whose repairs are all done."""
        orders = self.sudo().filtered("crm_orders_stage_id")
        done = orders.filtered(
            lambda order: any(one.state == "done" for one in order.repair_order_ids)
        )
        through = done - done._filter_crm_orders_in_repair()
        through._crm_orders_happened("repairs_done")

    def _filter_crm_orders_in_repair(self):
        """Those of these orders that have a repair to be done."""
        return self.filtered(
            lambda order: any(
                one.state in OPEN for one in order.sudo().repair_order_ids
            )
        )

    def _crm_orders_enter(self, stage, before, now, move, kept=()):
        result = super()._crm_orders_enter(stage, before, now, move, kept=kept)
        # Who moves orders need not have rights on repairs.
        stage = stage.sudo()
        if stage.starts_repairs:
            self.sudo()._crm_orders_start_repairs()
        if stage.kind in FINAL_KINDS:
            known = self.sudo().repair_order_ids.filtered("crm_orders_secret")
            known.crm_orders_secret = False
        return result

    def _crm_orders_start_repairs(self):
        """Start what is not started yet; what cannot be started does not hold the order."""
        for order in self:
            waiting = order.repair_order_ids.filtered(
                lambda one: one.state in ("draft", "confirmed")
            )
            if not waiting:
                continue
            try:
                with self.env.cr.savepoint():
                    waiting.action_repair_start()
            except UserError as problem:
                order.message_post(
                    body=self.env._("The repair could not be started: %s", problem),
                    subtype_xmlid="mail.mt_note",
                )
