from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_make import TillCommon


@tagged("post_install", "-at_install")
class TestAccess(TillCommon):
    """Cashiers reach the orders of their till, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.env["sale.order"].browse(
            cls.till.make_order(
                cls.till_session.id, cls._values(cls, (cls.lamp, 1, 100))
            )["order"]["id"]
        )
        cls.other_company = cls._new_company("Toinen Oy")
        cls.stranger = cls._new_cashier(
            "crm_orders_stranger", company=cls.other_company
        )
        orders = cls.env["sale.order"].sudo().with_company(cls.other_company)
        cls.foreign_order = orders.create(
            {
                "partner_id": cls.customer.id,
                "order_line": [Command.create({"product_id": cls.product.id})],
            }
        )
        cls.env.flush_all()

    def _till_of(self, user):
        self.env.invalidate_all()
        return self.env(user=user)["crm_orders.till"]

    def _calls(self, till, session_id):
        line = self.order.order_line[:1]
        return [
            lambda: till.find_orders(session_id, "S0"),
            lambda: till.open_order(session_id, self.order.id),
            lambda: till.read_lines(session_id, line.ids),
            lambda: till.prepare_order(session_id, self._values((self.lamp, 1, 1))),
            lambda: till.make_order(session_id, self._values((self.lamp, 1, 1))),
        ]

    def _assert_refused(self, till, session_id):
        for number, call in enumerate(self._calls(till, session_id)):
            with self.subTest(call=number), self.assertRaises(UserError):
                self.env.invalidate_all()
                call()

    def test_cashier_can_all_this(self):
        till = self._till_of(self.cashier)
        for call in self._calls(till, self.till_session.id):
            self.env.invalidate_all()
            self.assertTrue(call())

    def test_cashier_reads_no_orders_in_other_ways(self):
        self.env.invalidate_all()
        orders = self.env(user=self.cashier)["sale.order"]
        with self.assertRaises(AccessError):
            orders.search([])
        with self.assertRaises(AccessError):
            orders.browse(self.order.id).read(["amount_total"])
        with self.assertRaises(AccessError):
            orders.browse(self.order.id).order_line.read(["price_unit"])
        with self.assertRaises(AccessError):
            orders.browse(self.order.id).write({"note": "x"})

    def test_others_are_refused(self):
        people = [
            self._new_user("crm_orders_till_plain", "base.group_user"),
            self._new_user("crm_orders_till_portal", "base.group_portal"),
            self._new_user("crm_orders_till_seller", "crm_orders_base.group_user"),
            self.stranger,
        ]
        for user in people:
            with self.subTest(user=user.login):
                self._assert_refused(self._till_of(user), self.till_session.id)

    def test_hostile_sessions_are_refused(self):
        till = self._till_of(self.cashier)
        for session_id in (0, -1, False, None, "1", [1], 1.5, 2**31 - 1, 2**80):
            self._assert_refused(till, session_id)

    def test_closed_session_is_refused(self):
        self.till_session.state = "closed"
        self._assert_refused(self._till_of(self.cashier), self.till_session.id)

    def test_orders_of_other_companies_are_out_of_reach(self):
        till = self._till_of(self.cashier)
        session_id = self.till_session.id
        self.assertEqual(till.find_orders(session_id, self.foreign_order.name), [])
        for order_id in (self.foreign_order.id, 0, "x", None, 2**40, [1]):
            with self.assertRaises(UserError):
                till.open_order(session_id, order_id)
        with self.assertRaises(AccessError):
            till.read_lines(session_id, self.foreign_order.order_line.ids)
        self.assertEqual(
            till.read_lines(session_id, ["x", 2**40]), {"sale.order.line": []}
        )

    def test_quotations_and_finished_orders_are_out_of_reach(self):
        till = self._till_of(self.cashier)
        quotation = self._new_orders(1)
        finished = self._confirmed_orders(1)
        finished.crm_orders_stage_id = self.stage_done
        finished.order_line.price_unit = 0
        self.env.flush_all()
        for order in quotation | finished:
            self.env.invalidate_all()
            with self.assertRaises(UserError):
                till.open_order(self.till_session.id, order.id)
            lines = till.read_lines(self.till_session.id, order.order_line.ids)
            self.assertEqual(lines, {"sale.order.line": []})
            orders = self.env(user=self.cashier)["sale.order"].browse(order.id)
            with self.assertRaises(AccessError):
                orders.load_sale_order_from_pos(self.config.id)
            with self.assertRaises(AccessError):
                orders.sudo().order_line.with_user(self.cashier).read_converted()

    def test_odoo_s_own_ways_open_what_the_till_may_open(self):
        self.env.invalidate_all()
        order = self.env(user=self.cashier)["sale.order"].browse(self.order.id)
        loaded = order.load_sale_order_from_pos(self.config.id)
        self.assertEqual(loaded["sale.order"][0]["id"], order.id)
        lines = self.order.order_line.with_user(self.cashier)
        self.env.invalidate_all()
        self.assertEqual(lines.read_converted()[0]["price_unit"], 100)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            order.with_user(self.stranger).load_sale_order_from_pos(self.config.id)

    def test_receipts_name_no_orders_of_others(self):
        with self.assertRaises(AccessError), mute_logger("odoo.http"):
            self._take_deposit(self.foreign_order, 10)
        with self.assertRaises(AccessError):
            self._sell(
                {
                    "product_id": self.lamp.id,
                    "qty": 1,
                    "price_unit": 1,
                    "sale_order_line_id": self.foreign_order.order_line.id,
                }
            )

    def test_number_of_another_company_is_refused(self):
        values = self._values((self.lamp, 1, 100))
        self.foreign_order.sudo().crm_orders_till_uuid = values["uuid"]
        with self.assertRaisesRegex(UserError, "another company"):
            self.till.make_order(self.till_session.id, values)

    def test_customer_of_another_company_is_refused(self):
        self.customer.company_id = self.company
        partner = self.customer.copy({"company_id": self.other_company.id})
        with self.assertRaises(UserError):
            self._make((self.lamp, 1, 100), partner_id=partner.id)

    def test_till_knows_whether_orders_are_used(self):
        till = self.config._prepare_crm_orders_till()
        self.assertEqual(till, {"types": []})
        self.assertFalse(
            self.env["pos.config"]
            .new({"company_id": self.other_company.id})
            ._prepare_crm_orders_till()
        )

    def test_seller_with_own_orders_only_settles_those_of_others(self):
        self.cashier.group_ids += self.env.ref("sales_team.group_sale_salesman")
        self.order.user_id = self.env.user
        self.env.flush_all()
        receipt = self._settle(self.order)
        self.assertEqual(receipt.state, "paid")
        self.assertEqual(self.order._get_crm_orders_paid()[self.order], 100)

    def test_tampered_context_opens_nothing(self):
        self.env.invalidate_all()
        order = self.env(user=self.cashier)["sale.order"].browse(self.order.id)
        with self.assertRaises(AccessError):
            order.with_context(crm_orders_till="SYNC").action_confirm()
