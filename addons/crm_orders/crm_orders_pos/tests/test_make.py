from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.crm_orders_stages.tests.common import StagesMixin

from .common import TillMixin


class TillCommon(TillMixin, StagesMixin, AccountTestInvoicingCommon):
    """A shop with stages and a till, and goods that are not there yet."""

    @classmethod
    def _new_company(cls, name):
        if name == "Kauppa Oy":
            return cls.company_data["company"]
        return super()._new_company(name)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for group in ("crm_orders_base.group_manager", "stock.group_stock_manager"):
            cls.env.user.group_ids |= cls.env.ref(group)
        cls._set_up_stages()
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.lamp = cls.env["product.product"].create(
            {
                "name": "Lamp",
                "type": "consu",
                "is_storable": True,
                "list_price": 100,
                "taxes_id": False,
                "available_in_pos": True,
            }
        )
        cls._set_up_till()


@tagged("post_install", "-at_install")
class TestMake(TillCommon):
    """Orders that are made at the till, by a cashier with no other right."""

    def test_order_without_a_deposit_is_confirmed_at_once(self):
        order = self._make((self.lamp, 2, 90), note="Gift wrapping", date="2999-01-02")
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.amount_total, 180)
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertEqual(order.order_line.mapped("name")[-1], "Gift wrapping")
        self.assertEqual(str(order.commitment_date.date()), "2999-01-02")
        self.assertEqual(order.crm_orders_till_session_id, self.till_session)
        self.assertEqual(order.warehouse_id, self.config.picking_type_id.warehouse_id)

    def test_order_with_a_deposit_waits_for_it(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        self.assertEqual(order.state, "draft")
        receipt = self._take_deposit(order, 30)
        self.assertEqual(receipt.state, "paid")
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertEqual(order._get_crm_orders_paid()[order], 30)

    def test_paid_deposit_moves_the_order_on(self):
        self.stage_work.enter_on = "deposit"
        self.stage_ready.enter_on = "paid"
        order = self._make((self.lamp, 1, 100), deposit=30)
        self._take_deposit(order, 30)
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self._take_deposit(order, 70)
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_same_number_makes_one_order(self):
        values = self._values((self.lamp, 1, 100), deposit=30)
        first = self.till.make_order(self.till_session.id, dict(values))
        second = self.till.make_order(self.till_session.id, dict(values))
        self.assertEqual(first["order"]["id"], second["order"]["id"])
        self.assertEqual(second["deposit"], 30)
        order = self.env["sale.order"].browse(first["order"]["id"])
        self._take_deposit(order, 30)
        third = self.till.make_order(self.till_session.id, dict(values))
        self.assertEqual(third["order"]["id"], order.id)
        self.assertEqual(third["deposit"], 0)

    def test_receipt_that_is_sent_twice_counts_once(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        self._take_deposit(order, 30)
        lines = order.order_line
        self.env(user=self.cashier)["pos.order"].sync_from_ui([self.sent])
        self.env.invalidate_all()
        self.assertEqual(order.order_line, lines)
        self.assertEqual(order._get_crm_orders_paid()[order], 30)

    def test_receipt_that_is_saved_first_and_paid_later(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        receipt = self._take_deposit(order, 30, state="draft", payment_ids=[])
        self.assertEqual(receipt.state, "draft")
        self.assertEqual(order.state, "draft")
        self.assertEqual(order._get_crm_orders_paid()[order], 0)
        self.env(user=self.cashier)["pos.order"].sync_from_ui(
            [
                {
                    **self.sent,
                    "lines": [],
                    "state": "paid",
                    "payment_ids": [
                        (
                            0,
                            0,
                            {
                                "amount": 30,
                                "payment_method_id": self.config.payment_method_ids[
                                    0
                                ].id,
                            },
                        )
                    ],
                }
            ]
        )
        self.env.invalidate_all()
        self.assertEqual((receipt.state, order.state), ("paid", "sale"))
        self.assertEqual(order._get_crm_orders_paid()[order], 30)

    def test_offer_is_nothing_yet(self):
        count = self.env["sale.order"].search_count([])
        offer = self.till.prepare_order(
            self.till_session.id, self._values((self.lamp, 3, 100))
        )
        self.assertEqual((offer["total"], offer["deposit"]), (300, 0))
        self.assertEqual(self.env["sale.order"].search_count([]), count)

    def test_price_of_the_cashier_counts_where_it_may_be_changed(self):
        self.assertEqual(self._make((self.lamp, 1, 80)).amount_total, 80)
        self.config.restrict_price_control = True
        self.assertEqual(self._make((self.lamp, 1, 80)).amount_total, 100)

    def test_missing_phone_is_noted_and_a_known_one_kept(self):
        self._make((self.lamp, 1, 100), phone="040 123 4567")
        self.assertEqual(self.customer.phone, "040 123 4567")
        self._make((self.lamp, 1, 100), phone="050 765 4321")
        self.assertEqual(self.customer.phone, "040 123 4567")

    def test_deposit_has_limits(self):
        with self.assertRaisesRegex(UserError, "more than the order costs"):
            self._make((self.lamp, 1, 100), deposit=101)
        with self.assertRaisesRegex(UserError, "number that can be"):
            self._make((self.lamp, 1, 100), deposit=-1)
        self.config.down_payment_product_id = False
        with self.assertRaisesRegex(UserError, "Down Payment Product"):
            self._make((self.lamp, 1, 100), deposit=10)

    def test_unpaid_quotations_are_gone_when_the_till_closes(self):
        unpaid = self._make((self.lamp, 1, 100), deposit=30)
        paid = self._make((self.lamp, 1, 100), deposit=30)
        self._take_deposit(paid, 30)
        self.till_session.with_user(self.cashier).post_closing_cash_details(30)
        self.till_session.with_user(self.cashier).close_session_from_ui()
        self.assertEqual(self.till_session.state, "closed")
        self.assertEqual((unpaid.state, paid.state), ("cancel", "sale"))

    def test_order_that_cannot_be_confirmed_keeps_the_receipt(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        # Odoo refuses to confirm such an order.
        order.order_line[0].product_id = False
        with mute_logger("odoo.addons.point_of_sale.models.pos_order"):
            receipt = self._take_deposit(order, 30)
        self.assertEqual(receipt.state, "paid")
        self.assertEqual(order.state, "draft")
        self.assertEqual(order._get_crm_orders_paid()[order], 30)
        self.assertEqual(
            order.activity_ids.mapped("summary"),
            ["Paid at the till, but not confirmed"],
        )
        self.env(user=self.cashier)["pos.order"].sync_from_ui([self.sent])
        self.env.invalidate_all()
        self.assertEqual(len(order.activity_ids), 1)

    def test_receipt_tells_of_the_order(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        receipt = self._take_deposit(order, 30)
        [said] = self.answer["pos.order"]
        self.assertIn(f'"name": "{order.name}"', said["crm_orders_receipt"])
        self.assertIn('"deposit": 30.0', receipt.crm_orders_receipt)
        self.assertIn('"remaining": 70.0', receipt.crm_orders_receipt)
        self.assertIn("/track/", receipt.crm_orders_receipt)

    def test_bad_values_are_refused(self):
        good = self._values((self.lamp, 1, 100))
        line = good["lines"][0]
        bad = [
            None,
            [],
            {**good, "uuid": "1"},
            {**good, "uuid": None},
            {**good, "partner_id": "x"},
            {**good, "partner_id": 2**40},
            {**good, "partner_id": False},
            {**good, "type_id": 2**31 - 1},
            {**good, "date": "yesterday"},
            {**good, "date": 5},
            {**good, "date": "2001-01-01"},
            {**good, "deposit": float("nan")},
            {**good, "deposit": "10"},
            {**good, "deposit": True},
            {**good, "pricelist_id": 2**31 - 1},
            {**good, "fiscal_position_id": "x"},
            {**good, "lines": []},
            {**good, "lines": "x"},
            {**good, "lines": [1]},
            {**good, "lines": [{}]},
            {**good, "lines": [{**line, "product_id": [1]}]},
            {**good, "lines": [{**line, "product_id": False}]},
            {**good, "lines": [{**line, "product_id": 2**31 - 1}]},
            {**good, "lines": [{**line, "product_id": self.down_payment.id}]},
            {**good, "lines": [{**line, "quantity": 0}]},
            {**good, "lines": [{**line, "quantity": 1e-300}]},
            {**good, "lines": [{**line, "quantity": -1}]},
            {**good, "lines": [{**line, "price": -1}]},
            {**good, "lines": [{**line, "price": None}]},
            {**good, "lines": [{**line, "discount": 101}]},
            {**good, "lines": [line] * 501},
        ]
        for values in bad:
            with self.subTest(values=str(values)[:200]), self.assertRaises(UserError):
                self.till.make_order(self.till_session.id, values)
        broken = {"note": "a\0b \ud800", "phone": "\0"}
        made = self.till.make_order(
            self.till_session.id,
            {
                **good,
                **broken,
                "uuid": str(uuid4()),
                "lines": [{**line, "note": "\0x"}],
            },
        )
        order = self.env["sale.order"].browse(made["order"]["id"])
        self.assertEqual(order.order_line.mapped("name")[1:], ["x", "ab ?"])
        odd = {**line, "note": 5, "attribute_value_ids": ["x", 2**40, 1]}
        made = self.till.make_order(
            self.till_session.id,
            {**good, "uuid": str(uuid4()), "note": {}, "phone": 7, "lines": [odd]},
        )
        self.assertEqual(made["order"]["total"], 100)
