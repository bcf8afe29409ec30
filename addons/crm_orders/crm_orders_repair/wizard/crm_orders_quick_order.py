from odoo import fields, models

DEVICE_FIELDS = (
    "device_product_id",
    "device",
    "serial",
    "condition",
    "accessories",
    "secret",
)


class CrmOrdersQuickOrder(models.TransientModel):
    """Of a service order it is asked what the customer leaves with the shop."""

    _inherit = "crm_orders.quick.order"

    device_product_id = fields.Many2one(
        "product.product",
        "Device",
        check_company=True,
        domain="[('type', '=', 'consu'),"
        " '|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="What the customer brought, if it is a product of yours.",
    )
    device = fields.Char(
        "Device in Words", help="What the customer brought. They read it on their page."
    )
    serial = fields.Char("Serial Number")
    condition = fields.Char(
        "Condition When Received", help="Scratches, broken parts: what was so before."
    )
    accessories = fields.Char(
        "Left With It", help="What came with it and has to be given back."
    )
    secret = fields.Char(
        "Code to Unlock",
        help="Needed to try the device. Customers never see it, and it is deleted when"
        " the order is handed over, closed or cancelled.",
    )

    def _add_papers(self, order):
        result = super()._add_papers(order)
        if self.type_kind == "service" and any(self[name] for name in DEVICE_FIELDS):
            # Sellers have no rights on repairs; Odoo makes them so, too.
            repairs = self.env["repair.order"].sudo().with_company(order.company_id)
            repair = repairs.create(self._prepare_repair_vals(order))
            repair._crm_orders_join(order.sudo())
        return result

    def _prepare_repair_vals(self, order):
        """Values of the repair of what was left; other modules extend the dict."""
        self.ensure_one()
        product = self.device_product_id
        lot = self._find_lot(order)
        return {
            "partner_id": order.partner_id.id,
            "company_id": order.company_id.id,
            "picking_type_id": order.sudo().warehouse_id.repair_type_id.id,
            # Whoever takes the order in is not who repairs.
            "user_id": False,
            "product_id": product.id,
            "lot_id": lot.id,
            "crm_orders_device": self.device,
            "crm_orders_serial": self.serial,
            "crm_orders_fault": self.description,
            "crm_orders_condition": self.condition,
            "crm_orders_accessories": self.accessories,
            "crm_orders_secret": self.secret,
            "schedule_date": self.ready_date or fields.Datetime.now(),
        }

    def _find_lot(self, order):
        """The serial number as the stock knows it, or none."""
        lots = self.env["stock.lot"].sudo()
        product = self.device_product_id
        serial = (self.serial or "").strip()
        if not serial or product.tracking == "none":
            return lots
        return lots.search(
            [
                ("product_id", "=", product.id),
                ("name", "=", serial),
                ("company_id", "in", (False, order.company_id.id)),
            ],
            limit=1,
        )
