from odoo import Command, api, fields, models
from odoo.exceptions import UserError

OPEN = ("draft", "confirmed", "under_repair")
STOCK_GROUP = "stock.group_stock_user"


class RepairOrder(models.Model):
    """A repair belongs to a service order, which is on the board and has a page."""

    _inherit = "repair.order"

    crm_orders_device = fields.Char(
        "Device in Words",
        help="What the customer brought, where it is no product of yours. The customer "
        "reads it on the page of the order.",
    )
    crm_orders_serial = fields.Char(
        "Serial Number in Words",
        help="What is on the device. The customer reads it on the page of the order.",
    )
    crm_orders_fault = fields.Text(
        "Fault", help="What the customer says is wrong with it."
    )
    crm_orders_condition = fields.Char(
        "Condition When Received", help="Scratches, broken parts: what was so before."
    )
    crm_orders_accessories = fields.Char(
        "Left With It", help="What came with it and has to be given back."
    )
    crm_orders_secret = fields.Char(
        "Code to Unlock",
        copy=False,
        groups=STOCK_GROUP,
        help="Needed to try the device. Customers never see it, and it is deleted when"
        " the order is handed over, closed or cancelled.",
    )
    crm_orders_stage_name = fields.Char(
        "Order Stage",
        compute="_compute_crm_orders_stage_name",
        compute_sudo=True,
        help="Where the order of this repair is on its way through the shop.",
    )

    @api.depends("sale_order_id.crm_orders_stage_id.name")
    def _compute_crm_orders_stage_name(self):
        for repair in self:
            repair.crm_orders_stage_name = repair.sale_order_id.crm_orders_stage_id.name

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._crm_orders_tell(vals["state"])
        return result

    def unlink(self):
        orders = self.sale_order_id
        result = super().unlink()
        orders._crm_orders_look_at_repairs()
        return result

    def _crm_orders_tell(self, state):
        """Let the orders of these repairs follow what became of them."""
        # Who repairs need not have rights on orders.
        orders = self.sudo().sale_order_id
        if state == "under_repair":
            orders._crm_orders_happened("repair_started")
        elif state == "cancel":
            self.sudo()._crm_orders_note_cancelled()
        if state in ("done", "cancel"):
            orders._crm_orders_look_at_repairs()

    def _crm_orders_note_cancelled(self):
        """Tell on orders that go on that a repair of theirs does not."""
        for repair in self:
            order = repair.sale_order_id
            if order.state == "sale" and order.crm_orders_stage_id:
                order.message_post(
                    body=self.env._("Repair %s was cancelled.", repair.name),
                    subtype_xmlid="mail.mt_note",
                )

    def _get_crm_orders_device(self):
        """The device in words that its owner may read; "" when nobody told."""
        self.ensure_one()
        product = self.product_id.with_context(display_default_code=False)
        name = product.display_name or self.crm_orders_device
        serial = self.lot_id.name or self.crm_orders_serial
        return ", ".join(part.strip() for part in (name, serial) if part)

    def action_crm_orders_make_order(self):
        """Make a service order of each repair, so that it is on the board."""
        self.check_access("write")
        if any(repair.sale_order_id for repair in self):
            raise UserError(
                self.env._("There is an order of this repair already. Open that one.")
            )
        if any(not repair.partner_id for repair in self):
            raise UserError(
                self.env._("Fill in the customer first: an order needs one.")
            )
        if any(repair.state == "cancel" for repair in self):
            raise UserError(self.env._("This repair is cancelled."))
        # Who repairs may do this without rights on new orders.
        for repair in self.sudo():
            order = (
                self.env["sale.order"]
                .sudo()
                .with_company(repair.company_id)
                .create(repair._prepare_crm_orders_order_vals())
            )
            repair._crm_orders_join(order)
            repair.move_ids._create_repair_sale_order_line()
            order.action_confirm()
        return True

    def action_crm_orders_copy_tracking_link(self):
        """Copy the address where the customer follows the order of this repair."""
        self.ensure_one()
        self.check_access("read")
        return self.sale_order_id.action_crm_orders_copy_tracking_link()

    def _prepare_crm_orders_order_vals(self):
        """Values of the order of a repair; other modules extend the dict."""
        self.ensure_one()
        types = self.env["crm_orders.order.type"]._get_for_companies(self.company_id)
        service = types[self.company_id].filtered(lambda one: one.kind == "service")
        lines = []
        if product := self.company_id.crm_orders_quick_product_id:
            text = (self.crm_orders_fault or "").strip()
            device = self._get_crm_orders_device()
            name = "\n".join(part for part in (device, text) if part)
            lines = [{"product_id": product.id, **({"name": name} if name else {})}]
        vals = {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "warehouse_id": self.picking_type_id.warehouse_id.id,
            "origin": self.name,
            "order_line": [Command.create(line) for line in lines],
        }
        if service:
            vals["crm_orders_type_id"] = service[0].id
        return vals

    def _crm_orders_join(self, order):
        """Make this the repair of the order, and of its line that would make another."""
        self.ensure_one()
        line = order.order_line.filtered(
            lambda one: one.product_template_id.service_tracking == "repair"
        )
        self.write({"sale_order_id": order.id, "sale_order_line_id": line[:1].id})
