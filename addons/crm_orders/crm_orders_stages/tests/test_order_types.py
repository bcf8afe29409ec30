from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestOrderTypes(StagesMixin, TransactionCase):
    """Orders of different types take different ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.pickup = cls._new_type("Pick-up", "pickup", 1)
        cls.repair = cls._new_type("Repair", "service", 2)
        cls.stage_work.type_ids = cls.repair
        cls.fixing = cls.env["product.product"].create(
            {"name": "Repair work", "type": "service", "list_price": 60}
        )
        cls.fixing.product_tmpl_id.with_company(
            cls.company
        ).crm_orders_type_id = cls.repair

    @classmethod
    def _new_type(cls, name, kind, sequence, **vals):
        return cls.env["crm_orders.order.type"].create(
            {
                "name": name,
                "kind": kind,
                "sequence": sequence,
                "company_id": cls.company.id,
                **vals,
            }
        )

    def _repair_order(self):
        order = self._new_orders(1)
        order.order_line[0].copy({"order_id": order.id, "product_id": self.fixing.id})
        return order

    def test_company_without_types_has_none(self):
        other = self._new_company("Other Oy")
        self.assertFalse(self._new_orders(1, company=other).crm_orders_type_id)

    def test_quotation_older_than_the_types_gets_one(self):
        order = self._new_orders(1)
        order.crm_orders_type_id = False
        order.action_confirm()
        self.assertEqual(order.crm_orders_type_id, self.pickup)

    def test_order_without_a_type_may_be_in_every_stage(self):
        order = self._confirmed_orders(1)
        order.crm_orders_type_id = False
        order.crm_orders_stage_id = self.stage_work
        order.action_crm_orders_next_stage()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_products_tell_the_type(self):
        self.assertEqual(self._new_orders(1).crm_orders_type_id, self.pickup)
        self.assertEqual(self._repair_order().crm_orders_type_id, self.repair)

    def test_type_of_a_product_is_that_of_the_company(self):
        other = self._new_company("Other Oy")
        self.assertFalse(
            self.fixing.product_tmpl_id.with_company(other).crm_orders_type_id
        )

    def test_people_without_our_rights_write_orders_and_copy_products(self):
        salesman = self._new_user("type_core", "sales_team.group_sale_salesman")
        orders = self.env["sale.order"].with_user(salesman).with_company(self.company)
        with Form(orders) as form:
            form.partner_id = self.customer
            with form.order_line.new() as line:
                line.product_id = self.fixing
        order = form.record
        self.assertEqual(order.sudo().crm_orders_type_id, self.repair)
        self.assertEqual(order.copy().sudo().crm_orders_type_id, self.repair)
        with Form(order) as form, form.order_line.new() as line:
            line.product_id = self.product
        order.action_confirm()
        self.assertEqual(order.sudo().crm_orders_type_id, self.repair)
        creator = self._new_user(
            "type_maker", "sales_team.group_sale_manager,product.group_product_manager"
        )
        template = self.fixing.product_tmpl_id.with_user(creator)
        copy = template.with_company(self.company).copy()
        self.assertEqual(copy.sudo().crm_orders_type_id, self.repair)

    def test_chosen_type_stays_when_lines_tell_nothing(self):
        order = self._new_orders(1)
        order.crm_orders_type_id = self.repair
        order.order_line[0].copy({"order_id": order.id})
        self.assertEqual(order.crm_orders_type_id, self.repair)

    def test_order_on_its_way_keeps_its_type(self):
        order = self._confirmed_orders(1)
        order.order_line[0].copy({"order_id": order.id, "product_id": self.fixing.id})
        self.assertEqual(order.crm_orders_type_id, self.pickup)

    def test_each_type_goes_its_way(self):
        repair, pickup = self._repair_order(), self._new_orders(1)
        orders = repair | pickup
        orders.action_confirm()
        self.assertEqual(orders.crm_orders_stage_id, self.stage_new)
        orders.action_crm_orders_next_stage()
        self.assertEqual(repair.crm_orders_stage_id, self.stage_work)
        self.assertEqual(pickup.crm_orders_stage_id, self.stage_ready)

    def test_stage_of_another_way_is_refused(self):
        order = self._confirmed_orders(1)
        with self.assertRaisesRegex(UserError, "Pick-up do not come through"):
            order.crm_orders_stage_id = self.stage_work
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)

    def test_customer_sees_the_way_of_the_type(self):
        pickup, repair = self._new_orders(1), self._repair_order()
        (pickup | repair).action_confirm()

        def names(order):
            steps = order.sudo()._get_crm_orders_tracking_values()["timeline"]["steps"]
            return [step["name"] for step in steps]

        self.assertEqual(names(pickup), ["New", "Ready", "Done"])
        self.assertEqual(names(repair), ["New", "Work", "Ready", "Done"])

    def test_changed_ways_count_at_once(self):
        order = self._confirmed_orders(1)
        self.stage_work.type_ids = False
        order.action_crm_orders_next_stage()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self.pickup.stage_ids = self.stage_new | self.stage_done
        self.assertEqual(self.stage_done.type_ids, self.pickup)
        self.stage_ready.type_ids = self.repair
        order.action_crm_orders_next_stage()
        self.assertEqual(order.crm_orders_stage_id, self.stage_done)

    def test_type_with_orders_is_archived_not_deleted(self):
        self._new_orders(1)
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.pickup.unlink()
        self.pickup.active = False
        self.assertEqual(self._new_orders(1).crm_orders_type_id, self.repair)

    def test_types_cost_no_query_when_lines_change(self):
        orders = self._new_orders(2)
        lines = orders.order_line
        lines.product_id = self.fixing
        self.stages._get_way(self.company, self.pickup)
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.env["crm_orders.order.type"]._get_for_companies(self.company)
            way = self.stages._get_way(self.company, self.pickup)
        self.assertEqual(len(way), 3)

    def test_seller_chooses_the_type_on_the_form(self):
        seller = self._new_user("type_seller", "crm_orders_base.group_user")
        order = self._new_orders(1, user_id=seller.id)
        order.action_confirm()
        with Form(order.with_user(seller).with_company(self.company)) as form:
            form.crm_orders_type_id = self.repair
        self.assertEqual(order.crm_orders_type_id, self.repair)
