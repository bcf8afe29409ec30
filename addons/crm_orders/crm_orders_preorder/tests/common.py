from odoo import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.crm_orders_stages.tests.common import StagesMixin


class PreorderCommon(StagesMixin, AccountTestInvoicingCommon):
    """A shop with accounts, a warehouse and a game that can be preordered."""

    @classmethod
    def _new_company(cls, name):
        if name == "Kauppa Oy":
            return cls.company_data["company"]
        return super()._new_company(name)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for group in (
            "crm_orders_base.group_manager",
            "sales_team.group_sale_manager",
            "stock.group_stock_manager",
        ):
            cls.env.user.group_ids |= cls.env.ref(group)
        cls._set_up_stages()
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.type_pickup, cls.type_preorder = cls.env["crm_orders.order.type"].create(
            [
                {"name": "Pick-up", "kind": "pickup", "sequence": 1},
                {"name": "Preorder", "kind": "preorder", "sequence": 2},
            ]
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.game = cls._new_game()
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(4)]
        )

    @classmethod
    def _new_game(cls, **vals):
        return cls.env["product.product"].create(
            {
                "name": "Game",
                "type": "consu",
                "is_storable": True,
                "list_price": 100,
                "taxes_id": False,
                "crm_orders_preorder": True,
                **vals,
            }
        )

    @classmethod
    def _preorder(cls, customer=0, quantity=1, product=None, confirm=True, **vals):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customers[customer].id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.game).id,
                            "product_uom_qty": quantity,
                            "tax_ids": False,
                        }
                    )
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
        cls.env.flush_all()
        return order

    @classmethod
    def _receive(cls, quantity, product=None):
        """Goods that come from a vendor, as the warehouse takes them in."""
        receipt = cls.env["stock.picking"].create(
            {
                "picking_type_id": cls.warehouse.in_type_id.id,
                "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": cls.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": (product or cls.game).id,
                            "product_uom_qty": quantity,
                            "location_id": cls.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": cls.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.write({"quantity": quantity, "picked": True})
        receipt.button_validate()

    @classmethod
    def _hand_over(cls, order):
        picking = order.picking_ids.filtered(lambda one: one.state == "assigned")
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()

    @classmethod
    def _invoice(cls, order, amount=None):
        """A down payment invoice over `amount`, else the invoice of the goods."""
        vals = {"advance_payment_method": "delivered"}
        if amount:
            vals = {"advance_payment_method": "fixed", "fixed_amount": amount}
        known = order.invoice_ids
        cls.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": [Command.set(order.ids)], **vals}
        ).create_invoices()
        invoice = order.invoice_ids - known
        invoice.action_post()
        return invoice

    @classmethod
    def _pay(cls, invoice, amount=None):
        cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": amount or invoice.amount_residual})._create_payments()

    def _pay_deposit(self, order):
        self._pay(self._invoice(order, order.crm_orders_deposit))

    def _ledger(self, order):
        order.invalidate_recordset()
        return tuple(
            order[f"crm_orders_deposit_{name}"]
            for name in ("received", "applied", "refunded", "held")
        )

    def _states(self, orders):
        return [order.crm_orders_preorder_state for order in orders]
