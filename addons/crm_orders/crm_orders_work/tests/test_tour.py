from odoo.tests import HttpCase, tagged

from .common import WorkMixin


@tagged("post_install", "-at_install")
class TestTour(WorkMixin, HttpCase):
    """A courier takes an order, ticks off, lets the customer sign and moves it on."""

    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_work()
        cls.env["crm_orders.stage.condition"].create(
            {"stage_id": cls.stage_work.id, "name": "Loaded into the van"}
        )
        cls.order = cls._free_order()

    def test_courier_works_on_an_order(self):
        self.start_tour("/my-work", "crm_orders_work_courier", login="work_worker")
        self.assertEqual(self.order.crm_orders_stage_id, self.stage_ready)
        self.assertTrue(self.order.crm_orders_check_ids.is_done)
        actions = self.env["crm_orders.work.action"].search([], order="id")
        self.assertEqual(actions.mapped("kind"), ["take", "tick", "signature", "next"])
        self.assertEqual(set(actions.mapped("state")), {"done"})
        self.assertEqual(self.order.message_ids.attachment_ids.mimetype, "image/png")
