import json
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_orders_preorder.tests.common import PreorderCommon

FIELDS = [
    "crm_orders_stock_text",
    "crm_orders_next_receipt",
    "crm_orders_sold_30",
    "crm_orders_cover_days",
    "crm_orders_sold_year",
    "crm_orders_sold_graph",
    "crm_orders_places_left",
    "crm_orders_to_buy",
    "crm_orders_asked_qty",
]


@tagged("post_install", "-at_install")
class TestGlance(PreorderCommon):
    """What is told of a product is what its documents say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lamp = cls._new_game(
            name="Lamp", crm_orders_preorder=False, standard_price=60
        )
        cls.template = cls.lamp.product_tmpl_id

    def _look(self, template=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return template or self.template

    def test_product_without_any_past(self):
        lamp = self._look()
        self.assertEqual(lamp.crm_orders_stock_text, "")
        self.assertFalse(lamp.crm_orders_next_receipt)
        self.assertEqual((lamp.crm_orders_sold_30, lamp.crm_orders_margin), (0, 0))
        (chart,) = json.loads(lamp.crm_orders_sold_graph)
        self.assertEqual([bar["value"] for bar in chart["values"]], [0] * 12)

    def test_stock_less_what_is_set_aside(self):
        self._receive(5, self.lamp)
        self._preorder(product=self.lamp, quantity=2)
        self.assertEqual(
            self._look().crm_orders_stock_text, f"{self.warehouse.name}: 3"
        )

    def test_sales_turnover_and_margin(self):
        self._receive(9, self.lamp)
        self._preorder(product=self.lamp, quantity=3)
        self._preorder(product=self.lamp, quantity=1, confirm=False)
        old = self._preorder(product=self.lamp, quantity=6)
        old.date_order = fields.Datetime.now() - timedelta(days=60)
        lamp = self._look()
        self.assertEqual(lamp.crm_orders_sold_30, 3)
        self.assertEqual(lamp.crm_orders_sold_year, 9)
        self.assertEqual(lamp.crm_orders_turnover, 900)
        self.assertEqual(lamp.crm_orders_margin, 40)
        self.assertEqual(lamp.crm_orders_cover_days, 90)
        (chart,) = json.loads(lamp.crm_orders_sold_graph)
        self.assertEqual(sum(bar["value"] for bar in chart["values"]), 9)
        self.assertEqual(chart["values"][-1]["value"], 3)

    def test_preorders_plan_and_demand(self):
        self.game.crm_orders_preorder_quota = 5
        self._preorder(quantity=2)
        self.env["crm_orders.demand"].create(
            [
                {
                    "product_id": self.game.id,
                    "quantity": 4,
                    "company_id": self.company.id,
                },
                {
                    "product_id": self.game.id,
                    "quantity": 9,
                    "state": "done",
                    "company_id": self.company.id,
                },
            ]
        )
        game = self._look(self.game.product_tmpl_id)
        self.assertEqual(game.crm_orders_places_left, 3)
        self.assertEqual(game.crm_orders_to_buy, 6)
        self.assertEqual(game.crm_orders_asked_qty, 4)
        action = game.action_crm_orders_view_waiting_list()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.product_id, self.game)

    def test_next_delivery_is_that_of_a_vendor(self):
        moment = fields.Datetime.now() + timedelta(days=4)
        vendors = self.env.ref("stock.stock_location_suppliers")
        self.env["stock.move"].create(
            {
                "product_id": self.lamp.id,
                "product_uom_qty": 2,
                "date": moment,
                "location_id": vendors.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "company_id": self.company.id,
            }
        )._action_confirm()
        self.assertEqual(
            self._look().crm_orders_next_receipt,
            fields.Date.context_today(self.template, moment),
        )

    def test_many_products_cost_as_much_as_few(self):
        more = self.env["product.template"].create(
            [
                {"name": f"Thing {n}", "type": "consu", "is_storable": True}
                for n in range(40)
            ]
        )

        def queries_for(templates):
            self._look()
            before = self.env.cr.sql_log_count
            templates.read(FIELDS)
            return self.env.cr.sql_log_count - before

        queries_for(more[:2])
        self.assertEqual(queries_for(more), queries_for(more[:2]))

    def test_who_sees_what(self):
        seller, officer = (
            new_test_user(
                self.env,
                f"glance_{name}",
                f"base.group_user,{group}",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for name, group in (
                ("seller", "crm_orders_base.group_user"),
                ("officer", "base.group_user"),
            )
        )
        # Others' sales count, too: the number is of the product, not of the seller.
        self._preorder(product=self.lamp, quantity=3)
        lamp = self._look().with_user(seller)
        self.assertEqual(lamp.crm_orders_sold_30, 3)
        lamp.read(FIELDS)
        for name in ("crm_orders_turnover", "crm_orders_margin"):
            with self.assertRaises(AccessError):
                lamp.read([name])
        for name in FIELDS:
            with self.assertRaises(AccessError):
                lamp.with_user(officer).read([name])
