from odoo.tests import TransactionCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestTrace(StagesMixin, TransactionCase):
    """Nothing is changed after closing without a trace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.order = cls._confirmed_orders(1)
        cls.seller = cls._new_user("trace_seller", "crm_orders_base.group_user")

    def _notes(self, order=None):
        messages = (order or self.order).message_ids.sorted("id")
        return [
            one.body for one in messages if "after the order was closed" in one.body
        ]

    def test_open_order_is_changed_freely(self):
        self.order.client_order_ref = "A1"
        self.order.order_line.price_unit = 45
        self.assertFalse(self._notes())

    def test_order_that_is_through(self):
        self.order.crm_orders_stage_id = self.stage_done
        other = self.customer.copy({"name": "Somewhere else"})
        self.order.write(
            {"client_order_ref": "A1", "partner_shipping_id": other.id, "origin": False}
        )
        (note,) = self._notes()
        self.assertIn("Customer Reference: – → A1", note)
        self.assertIn("→ Somewhere else", note)
        self.assertNotIn("Source Document", note)
        self.order.client_order_ref = "A1"
        self.assertEqual(len(self._notes()), 1, "nothing has changed")

    def test_lines_of_an_order_that_is_through(self):
        order = self.order
        order.crm_orders_stage_id = self.stage_done
        order.order_line.write({"price_unit": 39.0, "discount": 10})
        (note,) = self._notes()
        self.assertIn("Chair, Unit Price: 49.0 → 39.0", note)
        self.assertIn("Chair, Discount (%): – → 10.0", note)

    def test_it_tells_who_did_it(self):
        self.order.user_id = self.seller
        self.order.crm_orders_stage_id = self.stage_done
        self.order.with_user(self.seller).with_company(self.company).order_line.write(
            {"price_unit": 1}
        )
        message = self.order.message_ids.filtered(
            lambda one: "after the order was closed" in one.body
        )
        self.assertEqual(message.author_id, self.seller.partner_id)

    def test_what_people_wrote_is_no_program(self):
        self.order.crm_orders_stage_id = self.stage_done
        self.order.client_order_ref = "<script>alert(1)</script>"
        (note,) = self._notes()
        self.assertNotIn("<script", note)

    def test_many_orders_cost_no_query_each(self):
        orders = self._confirmed_orders(12)
        orders.crm_orders_stage_id = self.stage_done
        self.env.flush_all()
        counts = []
        for group in (orders[:2], orders[2:]):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            group._get_crm_orders_closed()._crm_orders_read_for_people(
                {"origin", "note"}
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[0])

    def test_plan_and_actual_are_compared(self):
        self.order.crm_orders_stage_id = self.stage_work
        self.order.crm_orders_stage_id = self.stage_ready
        row = self.order.crm_orders_log_ids.filtered(
            lambda one: one.stage_id == self.stage_work
        )
        self.assertAlmostEqual(row.planned_duration, 48, delta=1.1)
        self.assertAlmostEqual(
            row.overrun, row.duration - row.planned_duration, places=3
        )
        unplanned = self.order.crm_orders_log_ids.filtered(
            lambda one: one.stage_id == self.stage_new
        )
        self.assertFalse(unplanned.planned_duration or unplanned.overrun)
