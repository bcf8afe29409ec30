from odoo.tests import tagged

from .common_http import LoyaltyTiersHttpCommon


@tagged("post_install", "-at_install")
class TestFrontend(LoyaltyTiersHttpCommon):
    def test_gold_customer(self):
        order = self.tour("loyalty_tiers_pos_gold_customer")
        self.assertEqual(order.amount_total, 230)
        self.assertEqual(order.loyalty_tier_id, self.gold)
        lines = {line.product_id: line for line in order.lines}
        self.assertEqual(lines[self.blanket].loyalty_discount, 10)
        self.assertEqual(lines[self.blanket].discount, 10)
        self.assertEqual(lines[self.box].loyalty_discount, 0)
        self.assertEqual(self.booked(order), [230])

    def test_discount_follows_customer_and_cashier(self):
        order = self.tour("loyalty_tiers_pos_changes")
        self.assertEqual(order.amount_total, 100)
        self.assertFalse(order.loyalty_tier_id)
        self.assertEqual(self.booked(order), [100])

    def test_customer_who_was_not_loaded(self):
        stranger = self.env["res.partner"].create({"name": "Zz Gold Customer"})
        self.give(stranger, 3000)
        self.env["ir.config_parameter"].sudo().set_param(
            "point_of_sale.limited_customer_count", 1
        )
        self.tour("loyalty_tiers_pos_search")

    def test_offline(self):
        orders = self.tour("loyalty_tiers_pos_offline")
        first = orders.filtered("partner_id")
        self.assertEqual(first.amount_total, 90)
        self.assertEqual(first.state, "paid")
        self.assertEqual(self.booked(first), [90])
