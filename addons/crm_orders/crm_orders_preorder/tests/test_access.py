from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PreorderCommon


@tagged("post_install", "-at_install")
class TestAccess(PreorderCommon):
    """Who sees and does what with preorders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "seller": cls._new_user("preorder_seller", "crm_orders_base.group_user"),
            "manager": cls._new_user("preorder_boss", "crm_orders_base.group_manager"),
            "salesman": cls._new_user(
                "preorder_core", "sales_team.group_sale_salesman"
            ),
            "employee": cls._new_user("preorder_staff", "base.group_user"),
            "portal": cls._new_user("preorder_portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
        }
        cls.game.write(
            {"crm_orders_deposit_kind": "fixed", "crm_orders_deposit_fixed": 30}
        )
        cls.order = cls._preorder(0, user_id=cls.users["seller"].id)
        cls.other = cls._preorder(1, user_id=cls.users["manager"].id)
        for order in cls.order + cls.other:
            cls._pay(cls._invoice(order, 30))
        cls.env.flush_all()

    def _as(self, records, role):
        return records.with_user(self.users[role]).with_company(self.company)

    def _assert_refused(self, function, *args):
        with self.assertRaises(AccessError):
            function(*args)
            self.env.flush_all()

    def test_deposits_are_seen_by_whose_orders_they_are(self):
        deposits = self.env["crm_orders.deposit"]
        seen = self._as(deposits, "seller").search([])
        self.assertEqual(seen.sudo().order_id, self.order)
        seen = self._as(deposits, "manager").search([])
        self.assertLessEqual(self.order | self.other, seen.sudo().order_id)
        for role in ("salesman", "employee", "portal", "public"):
            self._assert_refused(self._as(deposits, role).search, [])

    def test_other_companies_are_out_of_sight(self):
        company = self._new_company("Toinen Oy")
        outsider = self._new_user(
            "preorder_other", "crm_orders_base.group_manager", company=company
        )
        deposits = self.env["crm_orders.deposit"].with_user(outsider)
        seen = deposits.with_context(allowed_company_ids=company.ids).search([])
        self.assertFalse(seen.sudo().order_id & (self.order | self.other))

    def test_outsiders_see_no_preorder(self):
        for role in ("salesman", "employee", "portal", "public"):
            for name in ("crm_orders_queue_date", "crm_orders_deposit_held"):
                self._assert_refused(self._as(self.order, role).read, [name])

    def test_nobody_jumps_the_queue(self):
        for role in ("seller", "manager"):
            order = self._as(self.order, role)
            for vals in (
                {"crm_orders_queue_date": "2001-01-01 00:00:00"},
                {"crm_orders_preorder_state": "allocated"},
                {"crm_orders_is_preorder": False},
            ):
                self._assert_refused(order.write, vals)
                self._assert_refused(
                    order.create, {"partner_id": self.customers[0].id, **vals}
                )
            line = order.order_line
            self._assert_refused(line.write, {"crm_orders_is_preorder": False})
            self._assert_refused(line.write, {"crm_orders_preorder_qty": 0})

    def test_core_salesman_takes_preorders_without_knowing(self):
        mine = self._as(self.env["sale.order"], "salesman")
        order = mine.create(
            {
                "partner_id": self.customers[2].id,
                "order_line": [(0, 0, {"product_id": self.game.id})],
            }
        )
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.sudo().crm_orders_deposit, 60)
        order.action_confirm()
        self.assertEqual(order.sudo().crm_orders_preorder_state, "deposit")
        order._action_cancel()

    def test_seller_works_on_own_preorders_only(self):
        own, foreign = self._as(self.order, "seller"), self._as(self.other, "seller")
        self.assertEqual(own.crm_orders_deposit_held, 30)
        self.assertEqual(own.crm_orders_place, 1)
        self._assert_refused(foreign.read, ["crm_orders_deposit_held"])
        self._assert_refused(foreign.action_crm_orders_request_deposit)
        self._assert_refused(foreign.action_crm_orders_back_in_line)
        self._assert_refused(foreign.action_crm_orders_cancel_and_refund)

    def test_only_managers_refund(self):
        self._assert_refused(
            self._as(self.order, "seller").action_crm_orders_cancel_and_refund
        )
        self.assertEqual(self.order.state, "sale")
        self._as(self.order, "manager").action_crm_orders_cancel_and_refund()
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(self.order.crm_orders_deposit_refunded, 30)

    def test_seller_opens_the_lists(self):
        lines = self._as(self.env["sale.order.line"], "seller").search(
            [("crm_orders_is_preorder", "=", True)]
        )
        self.assertIn(self.order.order_line.filtered("product_id"), lines)
        lines.read(["crm_orders_place", "crm_orders_reserved_qty"])
        orders = self._as(self.env["sale.order"], "seller")
        orders.search([("crm_orders_is_preorder", "=", True)]).web_read(
            {"crm_orders_deposit_held": {}, "crm_orders_place": {}}
        )
