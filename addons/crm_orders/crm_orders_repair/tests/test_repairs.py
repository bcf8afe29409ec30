from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, tagged

from .common import RepairMixin


@tagged("post_install", "-at_install")
class TestRepairs(RepairMixin, TransactionCase):
    """Orders and their repairs go the same way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_workshop()

    def _order_of_service(self):
        """An order whose line makes a repair, as Odoo does it."""
        line = Command.create({"product_id": self.repair_work.id, "price_unit": 50})
        [order] = self._confirmed_orders(1, order_line=[line])
        return order

    def test_repair_of_an_order_takes_it_along(self):
        order = self._order_of_service()
        repair = order.repair_order_ids.with_user(self.mechanic)
        self.assertEqual(repair.state, "confirmed")
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        repair.action_repair_start()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self.assertEqual(repair.crm_orders_stage_name, "Work")
        repair.action_repair_end()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)
        self.assertEqual(
            order.crm_orders_log_ids.sorted("id").mapped("cause"),
            ["confirmed", "repair_started", "repairs_done"],
        )
        self.assertEqual(
            order.crm_orders_log_ids.sorted("id")[-1].user_id, self.mechanic
        )

    def test_order_is_ready_when_all_its_repairs_are(self):
        order = self._order_of_service()
        first = order.repair_order_ids
        second = self._new_repair(state="confirmed")
        second.sudo()._crm_orders_join(order)
        repairs = order.repair_order_ids
        self.assertEqual(len(repairs), 2)
        repairs.action_repair_start()
        first.action_repair_end()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        second.action_repair_end()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_stage_starts_the_repairs(self):
        order = self._order_of_service()
        order.with_user(self.seller).action_crm_orders_next_stage()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self.assertEqual(order.repair_order_ids.state, "under_repair")
        other = self._order_of_service()
        self.stage_work.starts_repairs = False
        other.action_crm_orders_next_stage()
        self.assertEqual(other.repair_order_ids.state, "confirmed")

    def test_order_waits_for_its_repairs(self):
        self.stage_ready.enter_on = False
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_ready.id, "kind": "repairs_done", "moment": "enter"}
        )
        order = self._order_of_service()
        order.crm_orders_stage_id = self.stage_work
        seller = order.with_user(self.seller)
        with self.assertRaisesRegex(UserError, "All repairs are done"):
            seller.crm_orders_stage_id = self.stage_ready
        order.repair_order_ids.action_repair_end()
        seller.crm_orders_stage_id = self.stage_ready
        plain = self._confirmed_orders(1)
        plain.crm_orders_stage_id = self.stage_ready
        self.assertEqual(plain.crm_orders_stage_id, self.stage_ready)

    def test_cancelled_repair_is_told_and_waited_for_by_nobody(self):
        order = self._order_of_service()
        second = self._new_repair(state="confirmed")
        second.sudo()._crm_orders_join(order)
        second.action_repair_cancel()
        self.assertIn(f"Repair {second.name} was cancelled", order.message_ids[0].body)
        first = order.repair_order_ids - second
        first.action_repair_start()
        first.action_repair_end()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_order_whose_only_repair_is_cancelled_stays(self):
        order = self._order_of_service()
        order.repair_order_ids.action_repair_cancel()
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertEqual(order.state, "sale")

    def test_cancelled_order_cancels_its_repairs(self):
        order = self._service_order()
        repair = order.repair_order_ids
        self.assertEqual(repair.state, "confirmed")
        order._action_cancel()
        self.assertEqual(repair.state, "cancel")
        self.assertEqual(order.crm_orders_stage_id, self.stage_cancelled)

    def test_repair_becomes_an_order(self):
        repair = self._new_repair(
            crm_orders_device="Lawn mower", crm_orders_serial="LM 5"
        )
        repair.action_crm_orders_make_order()
        order = repair.sale_order_id.with_user(self.env.user)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.partner_id, self.customer)
        self.assertEqual(order.company_id, self.company)
        self.assertEqual(order.crm_orders_type_id, self.type_service)
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertEqual(order.crm_orders_device, "Lawn mower, LM 5")
        self.assertEqual(repair.state, "confirmed")
        with self.assertRaisesRegex(UserError, "already"):
            repair.action_crm_orders_make_order()

    def test_repair_that_runs_brings_its_order_on(self):
        repair = self._new_repair()
        repair.action_repair_start()
        repair.action_crm_orders_make_order()
        order = repair.sale_order_id.with_user(self.env.user)
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)

    def test_repair_and_the_service_of_words_are_one(self):
        """The line of the service would make a second repair."""
        self.company.crm_orders_quick_product_id = self.repair_work
        repair = self._new_repair(crm_orders_fault="Chain is off")
        repair.action_crm_orders_make_order()
        order = repair.sale_order_id.with_user(self.env.user)
        self.assertEqual(order.repair_order_ids, repair)
        self.assertEqual(order.order_line.name, "Chain is off")
        self.assertEqual(repair.sale_order_line_id, order.order_line)

    def test_order_needs_a_customer_and_a_living_repair(self):
        repair = self._new_repair(partner_id=False)
        with self.assertRaisesRegex(UserError, "customer"):
            repair.action_crm_orders_make_order()
        other = self._new_repair()
        other.action_repair_cancel()
        with self.assertRaisesRegex(UserError, "cancelled"):
            other.action_crm_orders_make_order()

    def test_board_finds_orders_by_device(self):
        lot = self.env["stock.lot"].create(
            {"name": "LOT 9", "product_id": self.bicycle.id}
        )
        order = self._service_order(device=False, serial=False, accessories="Key")
        order.repair_order_ids.write({"product_id": self.bicycle.id, "lot_id": lot.id})
        self.assertEqual(order.crm_orders_device, "Bicycle Koivu, LOT 9")
        other = self._service_order(serial="SN 1234")
        orders = self.env["sale.order"].with_user(self.seller)

        def found(text, operator="ilike"):
            return orders.search([("crm_orders_device", operator, text)])

        self.assertEqual(found("koivu"), order)
        self.assertEqual(found("LOT 9"), order)
        self.assertEqual(found("sn 1234"), other)
        self.assertIn(other, found("koivu", "not ilike"))
        self.assertNotIn(order, found("koivu", "not ilike"))

    def test_devices_are_read_together(self):
        orders = self._service_order() | self._service_order(serial="SN 78")
        self.env.flush_all()

        def count(some):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._get_crm_orders_devices()
            return self.cr.sql_log_count - before

        count(orders)
        self.assertEqual(count(orders), count(orders[0]))

    def test_code_to_unlock_is_deleted_in_the_end(self):
        order = self._service_order(secret="1234")
        repair = order.repair_order_ids
        self.assertEqual(repair.crm_orders_secret, "1234")
        order.crm_orders_stage_id = self.stage_ready
        self.assertEqual(repair.crm_orders_secret, "1234")
        order.crm_orders_stage_id = self.stage_done
        self.assertFalse(repair.crm_orders_secret)

    def test_ready_made_stages_follow_the_repair(self):
        company = self._new_company("New Oy")
        loads = self.env["crm_orders.stage.load"].with_company(company)
        loads.create({"stage_set": "custom"}).action_load()
        loads.create({"stage_set": "service"}).action_load()
        stages = self.env["crm_orders.stage"].search([("company_id", "=", company.id)])
        order_type = stages.type_ids.filtered(lambda one: one.kind == "service")
        way = stages._get_way(company, order_type)
        kinds = [(one.name, one.enter_on) for one in way][4:6]
        self.assertEqual(
            kinds,
            [("Being repaired", "repair_started"), ("Final check", "repairs_done")],
        )

    def test_shops_without_stages_notice_nothing(self):
        company = self._new_company("Plain Oy")
        line = Command.create({"product_id": self.repair_work.id})
        order = self._new_orders(1, company=company, order_line=[line])
        order.action_confirm()
        repair = order.repair_order_ids
        repair.action_repair_start()
        repair.action_repair_end()
        self.assertEqual(repair.state, "done")
        self.assertFalse(order.crm_orders_stage_id)


@tagged("post_install", "-at_install")
class TestTrackPage(RepairMixin, HttpCase):
    """What the customer reads of the repair."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_workshop()

    def test_customer_reads_the_device_and_nothing_internal(self):
        order = self._service_order(
            description="Secret fault",
            condition="Secret scratch",
            accessories="Secret key",
            secret="Secret code",
            note="Secret note",
        )
        order.repair_order_ids.internal_notes = "Secret remark"
        url = order._crm_orders_get_tracking_url()
        page = self.url_open("/track/" + url.rpartition("/")[2]).text
        self.assertIn("Blue bicycle, SN 77", page)
        self.assertNotIn("Secret", page)
