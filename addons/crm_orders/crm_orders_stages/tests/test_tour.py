from odoo.tests import HttpCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestTour(StagesMixin, HttpCase):
    """The stories of the seller and of the customer, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.seller = cls._new_user("tour_seller", "crm_orders_base.group_user")
        cls.seller.password = "tour_seller"

    def test_seller_turns_a_lead_into_an_order_and_moves_it_on(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Blue chair for Aino",
                "type": "opportunity",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "user_id": self.seller.id,
                "team_id": False,
            }
        )
        self.product.name = "Chair of the tour"
        self.start_tour(
            "/odoo", "crm_orders_stages_seller", login="tour_seller", timeout=120
        )
        order = lead.order_ids
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.order_line.product_id, self.product)
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)
        self.assertEqual(self._history(order), ["New", "Work", "Ready (open)"])
        self.assertEqual(order.crm_orders_log_ids.user_id, self.seller)
        self.assertTrue(order.crm_orders_has_track_link)

    def test_customer_follows_the_order(self):
        order = self._confirmed_orders(1)
        url = order._crm_orders_get_tracking_url()
        order.crm_orders_stage_id = self.stage_work
        path = "/track/" + url.rpartition("/")[2]
        self.start_tour(path, "crm_orders_stages_customer")
