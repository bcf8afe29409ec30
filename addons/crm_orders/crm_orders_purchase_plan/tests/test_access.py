from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.crm_orders_preorder.tests.common import PreorderCommon


@tagged("post_install", "-at_install")
class TestAccess(PreorderCommon):
    """Who sees the plan, buys, and writes down what was asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "seller": cls._new_user("plan_seller", "crm_orders_base.group_user"),
            "manager": cls._new_user("plan_manager", "crm_orders_base.group_manager"),
            "buyer": cls._new_user("plan_buyer", "purchase.group_purchase_user"),
            "salesman": cls._new_user("plan_core", "sales_team.group_sale_salesman"),
            "employee": cls._new_user("plan_employee", "base.group_user"),
            "portal": cls._new_user("plan_portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
        }
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.game.seller_ids = [Command.create({"partner_id": cls.vendor.id})]
        cls.order = cls._preorder(0)
        cls.demand = cls._as(cls.env["crm_orders.demand"], "manager").create(
            {"name": "Sofa"}
        )
        cls.env.flush_all()

    @classmethod
    def _as(cls, records, role):
        return records.with_user(cls.users[role]).with_company(cls.company)

    def _assert_refused(self, function, *args):
        with self.assertRaises(AccessError):
            function(*args)
            self.env.flush_all()

    def _plan(self, role):
        return self._as(self.env["crm_orders.purchase.plan"], role).search(
            [("product_id", "=", self.game.id)]
        )

    def test_plan_is_for_managers_and_buyers(self):
        self.assertEqual(self._plan("manager").read(["to_buy"])[0]["to_buy"], 1)
        self.assertEqual(self._plan("buyer").read(["cost"])[0]["cost"], 0)
        for role in ("seller", "salesman", "employee", "portal", "public"):
            self._assert_refused(self._plan, role)

    def test_only_buyers_buy(self):
        plan = self._plan("manager")
        self._assert_refused(plan.action_make_rfqs)
        for role in ("seller", "salesman", "employee", "portal", "public"):
            self._assert_refused(self._as(plan, role).action_make_rfqs)
        self._as(plan, "buyer").action_make_rfqs()
        rfq = self.env["purchase.order"].search([("partner_id", "=", self.vendor.id)])
        self.assertEqual(rfq.order_line.crm_orders_sale_line_ids, self.order.order_line)
        mine = self._as(rfq, "buyer")
        self.assertEqual(mine.crm_orders_preorder_count, 1)
        self._assert_refused(mine.order_line.read, ["crm_orders_sale_line_ids"])
        self._assert_refused(
            mine.order_line.write, {"crm_orders_sale_line_ids": [Command.clear()]}
        )
        # Who cancels need not be a buyer. (Inventory is what Odoo itself asks for here.)
        seller = self.users["seller"]
        seller.group_ids |= self.env.ref("stock.group_stock_user")
        self.order.user_id = seller
        self._as(self.order, "seller")._action_cancel()
        self.assertFalse(rfq.order_line)

    def test_demand_is_written_by_sellers(self):
        own = self._as(self.env["crm_orders.demand"], "seller").create({"name": "Lamp"})
        own.quantity = 3
        own.action_done()
        foreign = self._as(self.demand, "seller")
        self.assertEqual(foreign.read(["name"])[0]["name"], "Sofa")
        self._assert_refused(foreign.write, {"quantity": 3})
        self._assert_refused(foreign.action_drop)
        self._assert_refused(own.write, {"user_id": self.users["manager"].id})
        self._assert_refused(own.unlink)
        self._as(own, "manager").unlink()

    def test_demand_is_not_for_others(self):
        self.assertTrue(self._as(self.demand, "buyer").read(["name"]))
        self._assert_refused(self._as(self.demand, "buyer").action_done)
        for role in ("salesman", "employee", "portal", "public"):
            self._assert_refused(self._as(self.demand, role).read, ["name"])
            self._assert_refused(
                self._as(self.env["crm_orders.demand"], role).create, {"name": "X"}
            )

    def test_other_companies_are_out_of_sight(self):
        company = self._new_company("Toinen Oy")
        outsider = self._new_user(
            "plan_other", "crm_orders_base.group_manager", company=company
        )
        outside = self.env(user=outsider, context={"allowed_company_ids": company.ids})
        plan = outside["crm_orders.purchase.plan"].search(
            [("product_id", "=", self.game.id)]
        )
        self.assertFalse(plan)
        self._assert_refused(outside["crm_orders.demand"].browse(self.demand.id).read)
        self._assert_refused(
            outside["crm_orders.demand"].create,
            {"name": "X", "company_id": self.company.id},
        )
