from odoo.tests import HttpCase, tagged

from .common import QuickMixin


@tagged("post_install", "-at_install")
class TestTour(QuickMixin, HttpCase):
    """The seller's story in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls.seller.password = "quick_seller"
        cls.other = cls.env["res.partner"].create(
            {"name": "Eino Lähde", "phone": cls.customer.phone}
        )

    def test_seller_takes_orders(self):
        self.start_tour(
            "/odoo/order-board",
            "crm_orders_quick_seller",
            login="quick_seller",
            timeout=120,
        )
        first = self.customer.sale_order_ids
        self.assertEqual(first.crm_orders_type_id, self.type_service)
        self.assertEqual(first.crm_orders_stage_id, self.stage_new)
        self.assertEqual(first.order_line.name, "Lamp does not light")
        new = self.env["res.partner"].search([("name", "=", "Väinö Uusi")])
        self.assertEqual(len(new.sale_order_ids), 1)
        self.assertEqual(new.phone, "+358 40 7654321")
        self.assertFalse(self.other.sale_order_ids)
