from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged, users

from .common import DemoShopCase


@tagged("post_install", "-at_install")
class TestTill(DemoShopCase):
    """The cashier can open a till, sell and close it, with no more rights than his."""

    def _open_till(self, outlet):
        till = self.env["pos.config"].browse(outlet.id)
        till.open_ui()
        session = till.current_session_id
        session.set_opening_control(100, "")
        return session

    def _sell(self, session, product, amount_paid, method, discount=0):
        """Sell one piece, as the till reports it."""
        taxes = product.taxes_id.compute_all(product.lst_price * (1 - discount / 100))
        total, net = taxes["total_included"], taxes["total_excluded"]
        order = {
            "uuid": str(uuid4()),
            "name": "Order",
            "session_id": session.id,
            "user_id": self.env.uid,
            "partner_id": self._demo("partner_gold_1").id,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "fiscal_position_id": False,
            "pricelist_id": False,
            "last_order_preparation_change": "{}",
            "state": "paid",
            "to_invoice": False,
            "amount_total": total,
            "amount_tax": total - net,
            "amount_paid": amount_paid,
            "amount_return": 0,
            "lines": [
                Command.create(
                    {
                        "product_id": product.id,
                        "qty": 1,
                        "price_unit": product.lst_price,
                        "discount": discount,
                        "price_subtotal": net,
                        "price_subtotal_incl": total,
                        "tax_ids": [Command.set(product.taxes_id.ids)],
                    }
                )
            ],
            "payment_ids": [
                Command.create(
                    {
                        "name": fields.Datetime.now(),
                        "amount": amount_paid,
                        "payment_method_id": method.id,
                    }
                )
            ],
        }
        answer = self.env["pos.order"].sync_from_ui([order])
        return self.env["pos.order"].browse(answer["pos.order"][0]["id"])

    def _close(self, session):
        session.post_closing_cash_details(
            session.get_closing_control_data()["default_cash_details"]["amount"]
        )
        return session.close_session_from_ui()

    @users("cashier")
    def test_cash_sale_is_booked_with_vat(self):
        session = self._open_till(self._demo("pos_config_helsinki"))
        vase = self._demo("product_vase").with_env(self.env)
        cash = self._demo("payment_method_cash_helsinki")
        order = self._sell(session, vase, 49.90, cash)
        self.assertEqual(order.state, "paid")
        self.assertTrue(self._close(session)["successful"])
        move = session.sudo().move_id
        self.assertEqual(move.state, "posted")
        vat = move.line_ids.filtered("tax_line_id")
        self.assertEqual(vat.tax_line_id, vase.sudo().taxes_id)
        self.assertAlmostEqual(vat.credit, 10.14)
        self.assertEqual(
            vat.tax_tag_ids.mapped("name"),
            vat.tax_repartition_line_id.tag_ids.mapped("name"),
        )

    @users("cashier")
    def test_cash_is_rounded_to_five_cents(self):
        """There are no coins of one and two cents in Finland; cards pay exactly."""
        session = self._open_till(self._demo("pos_config_helsinki"))
        mug = self._demo("product_mug").with_env(self.env)
        cash = self._demo("payment_method_cash_helsinki")
        card = self._demo("payment_method_card")
        in_cash = self._sell(session, mug, 17.95, cash, discount=5)
        by_card = self._sell(session, mug, 17.96, card, discount=5)
        self.assertEqual(in_cash.state, "paid")
        self.assertEqual(by_card.state, "paid")
        self.assertTrue(self._close(session)["successful"])
        rounding = session.sudo().move_id.line_ids.filtered(
            lambda line: line.account_id == self._demo("cash_rounding").loss_account_id
        )
        self.assertAlmostEqual(rounding.debit, 0.01)

    @users("cashier")
    def test_each_outlet_has_its_own_cash_and_stock(self):
        mug = self._demo("product_mug").with_env(self.env)
        before = {}
        for outlet in self.outlets:
            shelf = outlet.picking_type_id.default_location_src_id
            before[outlet] = mug.sudo().with_context(location=shelf.id).qty_available
        session = self._open_till(self._demo("pos_config_tampere"))
        cash = session.payment_method_ids.filtered("is_cash_count")
        self.assertEqual(cash, self._demo("payment_method_cash_tampere"))
        self._sell(session, mug, 18.90, cash)
        self._close(session)
        mug.invalidate_recordset()
        for outlet, sold in zip(self.outlets, (0, 1), strict=True):
            shelf = outlet.picking_type_id.default_location_src_id
            now = mug.sudo().with_context(location=shelf.id).qty_available
            self.assertEqual(before[outlet] - now, sold, outlet.name)

    @users("cashier")
    def test_till_shows_our_products_and_customers(self):
        """Core's gift cards and the like stay off the screen of the demo."""
        session = self._open_till(self._demo("pos_config_helsinki"))
        data = session.load_data([])
        ours = self._records("product.product", "product_")
        offered = {row["id"] for row in data["product.template"]} - set(
            data["pos.config"][0]["_pos_special_products_ids"]
        )
        visible = {
            row["id"] for row in data["product.template"] if row["pos_categ_ids"]
        }
        self.assertGreaterEqual(visible, set(ours.product_tmpl_id.ids))
        products = self.env["product.template"].browse(visible)
        for xml_id in products.sudo().get_external_id().values():
            self.assertRegex(xml_id, r"^\w+_demo\.product_")
        self.assertGreaterEqual(offered, set(ours.product_tmpl_id.ids))
        customers = {row["id"] for row in data["res.partner"]}
        self.assertIn(self._demo("partner_gold_1").id, customers)
        self.assertFalse(data["pos.config"][0]["module_pos_hr"])
