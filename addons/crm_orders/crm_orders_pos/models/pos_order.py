import json
import logging
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.context import KEY, ORDERS, RECEIPT, SYNC, is_orders, is_receipt
from .sale_order_line import PAID

_logger = logging.getLogger(__name__)


class PosOrder(models.Model):
    """Receipts take deposits of orders and hand their goods over."""

    _inherit = "pos.order"

    crm_orders_receipt = fields.Text(
        "Orders on the Receipt",
        readonly=True,
        copy=False,
        help="What the receipt says of orders: number, deposit, what remains to be paid.",
    )

    @api.model
    def sync_from_ui(self, orders):
        """What follows for sales orders is done with all rights.

        Odoo expects of every cashier who settles a sales order that he may write and
        confirm all of them. A cashier who may not stores the receipt with his own rights;
        Odoo's part about sales orders comes after it, for the orders that the receipt
        names and that are of the company of the till.
        """
        linked = self._get_crm_orders_linked(orders)
        if not linked:
            return super().sync_from_ui(orders)
        if linked.with_env(self.env).has_access("write"):
            synced = self.with_context(**{KEY: SYNC})
            data = super(PosOrder, synced).sync_from_ui(orders)
            stored = self.browse(row["id"] for row in data["pos.order"])
            stored._crm_orders_look_at_receipts()
            for row, receipt in zip(data["pos.order"], stored, strict=True):
                row["crm_orders_receipt"] = receipt.crm_orders_receipt
            return data
        self._crm_orders_check_linked(orders, linked)
        for order in orders:
            # What is sent without one is made anew each time.
            order.setdefault("uuid", str(uuid4()))
        uuids = [order["uuid"] for order in orders]
        refunded = self.browse().union(*map(self._get_refunded_orders, orders))
        own_part = self.with_context(**{KEY: RECEIPT})
        super(PosOrder, own_part).sync_from_ui(orders)
        follows = self.sudo().with_context(**{KEY: ORDERS})
        super(PosOrder, follows).sync_from_ui(
            [{"uuid": uuid, "lines": []} for uuid in uuids]
        )
        stored = self.search([("uuid", "in", uuids)])
        stored._crm_orders_look_at_receipts()
        return (refunded | stored).read_pos_data(orders, stored.config_id[:1])

    @api.model
    def _process_order(self, order, existing_order):
        if is_orders(self.env) and existing_order:
            return existing_order.id
        # Only we write it.
        order.pop("crm_orders_receipt", None)
        return super()._process_order(order, existing_order)

    def _process_saved_order(self, draft):
        """What the cashier sent is stored; deliveries and invoices look at sales orders."""
        order = self.sudo() if is_receipt(self.env) else self
        return super(PosOrder, order)._process_saved_order(draft)

    def read_pos_data(self, data, config):
        if is_receipt(self.env):
            # Odoo goes through the orders named here to see what follows.
            return {"pos.order": []}
        return super().read_pos_data(data, config)

    @api.model
    def _get_crm_orders_linked(self, orders):
        """Sales orders that these receipts have to do with, whoever asks."""
        ids = {"sale_order_origin_id": [], "sale_order_line_id": []}
        sold = []
        is_id = self.env["crm_orders.till"]._is_id
        for order in orders:
            for command in order.get("lines") or ():
                vals = command[2] if len(command) > 2 else None
                if not isinstance(vals, dict):
                    continue
                for name, found in ids.items():
                    if is_id(vals.get(name)):
                        found.append(vals[name])
                if is_id(vals.get("refunded_orderline_id")):
                    sold.append(vals["refunded_orderline_id"])
        lines = self.env["pos.order.line"].sudo()
        known = lines.search(
            [
                (
                    "order_id.uuid",
                    "in",
                    [one["uuid"] for one in orders if one.get("uuid")],
                ),
                ("sale_order_origin_id", "!=", False),
            ]
        )
        known |= lines.browse(sold).exists()
        sales = self.env["sale.order"].sudo()
        found = sales.browse(ids["sale_order_origin_id"])
        found |= sales.order_line.browse(ids["sale_order_line_id"]).exists().order_id
        return (found | known.sale_order_origin_id).exists()

    @api.model
    def _crm_orders_check_linked(self, orders, linked):
        """Raise when a cashier without rights on orders names those of others."""
        sessions = self.env["pos.session"].browse(
            order["session_id"] for order in orders
        )
        sessions.check_access("read")
        if linked.company_id - sessions.company_id:
            raise AccessError(self.env._("These orders are of another company."))

    def _crm_orders_look_at_receipts(self):
        """Let orders move on that these receipts paid for."""
        for receipt in self.sudo().filtered(lambda one: one.state in PAID):
            sales = receipt.lines.sale_order_origin_id
            sales |= receipt.lines.refunded_orderline_id.sale_order_origin_id
            try:
                with self.env.cr.savepoint():
                    sales._crm_orders_look_at_till()
            except UserError:
                # A receipt is never refused.
                _logger.exception("Orders of receipt %s stay where they are", receipt)
            if not receipt.crm_orders_receipt:
                receipt.crm_orders_receipt = json.dumps(
                    [
                        order._prepare_crm_orders_till_receipt(receipt)
                        for order in receipt.lines.sale_order_origin_id
                    ]
                )
