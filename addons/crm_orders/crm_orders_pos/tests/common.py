from uuid import uuid4

from odoo import Command, fields
from odoo.tests import new_test_user


class TillMixin:
    """An open till of `cls.company`, and a cashier who has no other right."""

    @classmethod
    def _set_up_till(cls):
        cls.env.user.group_ids |= cls.env.ref("point_of_sale.group_pos_manager")
        cls.down_payment = cls.env["product.product"].create(
            {"name": "Down payment", "type": "service", "taxes_id": False}
        )
        cls.config = cls._new_till("Counter")
        cls.cashier = cls._new_cashier("crm_orders_cashier")
        cls.till_session = cls._open_till(cls.config, cls.cashier)
        cls.till = cls.env(user=cls.cashier)["crm_orders.till"]

    @classmethod
    def _new_till(cls, name):
        company = cls.company
        # With a single way to pay, the till takes it by itself.
        methods = cls.env["pos.payment.method"]
        for kind in ("cash", "bank"):
            journal = (
                cls.env["account.journal"]
                .with_company(company)
                .create(
                    {
                        "name": f"{kind.title()} {name}",
                        "type": kind,
                        "code": kind[0].upper() + name[:3].upper(),
                        "company_id": company.id,
                    }
                )
            )
            methods |= methods.create(
                {
                    "name": journal.name,
                    "journal_id": journal.id,
                    "company_id": company.id,
                }
            )
        return (
            cls.env["pos.config"]
            .with_company(company)
            .create(
                {
                    "name": name,
                    "company_id": company.id,
                    "payment_method_ids": [Command.set(methods.ids)],
                    "down_payment_product_id": cls.down_payment.id,
                }
            )
        )

    @classmethod
    def _new_cashier(cls, login, groups="point_of_sale.group_pos_user", company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,{groups}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _open_till(cls, config, user):
        config.with_user(user).open_ui()
        session = config.current_session_id
        session.with_user(user).set_opening_control(0, "")
        return session

    def _values(self, *lines, **values):
        """What the dialog of the till sends; a line is a product, quantity and price."""
        return {
            "uuid": str(uuid4()),
            "partner_id": self.customer.id,
            "lines": [
                {"product_id": product.id, "quantity": quantity, "price": price}
                for product, quantity, price in lines
            ],
            **values,
        }

    def _make(self, *lines, **values):
        """An order that is made at the till."""
        made = self.till.make_order(
            self.till_session.id, self._values(*lines, **values)
        )
        return self.env["sale.order"].browse(made["order"]["id"])

    def _sell(self, *lines, session=None, user=None, state="paid", **values):
        """Send a receipt with these lines as a till does, and return it."""
        session = session or self.till_session
        total = sum(line["price_unit"] * line["qty"] for line in lines)
        data = {
            "uuid": str(uuid4()),
            "name": "Order",
            "access_token": str(uuid4()),
            "session_id": session.id,
            "state": state,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "user_id": (user or self.cashier).id,
            "partner_id": self.customer.id,
            "to_invoice": False,
            "is_refund": total < 0,
            "fiscal_position_id": False,
            "pricelist_id": False,
            "amount_tax": 0,
            "amount_total": total,
            "amount_paid": total,
            "amount_return": 0,
            "lines": [Command.create(self._line_vals(line)) for line in lines],
            "payment_ids": [
                Command.create(
                    {
                        "amount": total,
                        "payment_date": fields.Datetime.to_string(
                            fields.Datetime.now()
                        ),
                        "payment_method_id": session.config_id.payment_method_ids[0].id,
                    }
                )
            ],
            **values,
        }
        self.sent = dict(data, lines=list(data["lines"]))
        # What is remembered hides what a cashier may not read.
        self.env.invalidate_all()
        receipts = self.env(user=user or self.cashier)["pos.order"]
        self.answer = receipts.sync_from_ui([data])
        self.env.invalidate_all()
        return self.env["pos.order"].search([("uuid", "=", self.sent["uuid"])])

    def _line_vals(self, line):
        subtotal = line["price_unit"] * line["qty"]
        return {
            "uuid": str(uuid4()),
            "discount": 0,
            "tax_ids": [],
            "pack_lot_ids": [],
            "price_subtotal": subtotal,
            "price_subtotal_incl": subtotal,
            **line,
        }

    def _deposit_line(self, order, amount):
        return {
            "product_id": self.down_payment.id,
            "qty": 1,
            "price_unit": amount,
            "sale_order_origin_id": order.id,
        }

    def _take_deposit(self, order, amount, **values):
        return self._sell(self._deposit_line(order, amount), **values)

    def _settle_lines(self, order):
        """Lines of the receipt that settles an order, as Odoo's till makes them."""
        opened = self.till.open_order(self.till_session.id, order.id)
        lines = []
        for line in order.order_line.filtered(lambda one: not one.display_type):
            quantity = line.product_uom_qty - max(line.qty_delivered, line.qty_invoiced)
            if line.is_downpayment:
                quantity = -opened["deductions"][line.id]
            if quantity:
                lines.append(
                    {
                        "product_id": (line.product_id or self.down_payment).id,
                        "qty": quantity,
                        "price_unit": line.price_unit,
                        "sale_order_origin_id": order.id,
                        "sale_order_line_id": line.id,
                    }
                )
        return lines

    def _settle(self, order, **values):
        return self._sell(*self._settle_lines(order), **values)

    def _give_back(self, receipt, **values):
        """Return all that a receipt sold, as the till does."""
        return self._sell(
            *[
                {
                    "product_id": line.product_id.id,
                    "qty": -line.qty,
                    "price_unit": line.price_unit,
                    "refunded_orderline_id": line.id,
                }
                for line in receipt.lines
            ],
            **values,
        )
