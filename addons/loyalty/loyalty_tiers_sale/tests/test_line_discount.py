from odoo import Command
from odoo.tests import tagged

from .common import LoyaltyTiersSaleCommon


@tagged("post_install", "-at_install")
class TestLineDiscount(LoyaltyTiersSaleCommon):
    def test_lines_of_a_gold_customer(self):
        order = self.order(self.gold_customer, self.mug, self.blanket, self.card)
        self.assertEqual(order.loyalty_tier_id, self.gold)
        self.assertEqual(order.order_line.mapped("discount"), [10, 10, 0])
        self.assertEqual(order.order_line.mapped("loyalty_discount"), [10, 10, 0])
        self.assertEqual(order.amount_untaxed, 18 + 90 + 50)

    def test_customer_without_tier_discount(self):
        self.buy(10)
        order = self.order(self.partner, self.mug)
        self.assertEqual(order.loyalty_tier_id, self.bronze)
        self.assertEqual(order.order_line.discount, 0)
        self.assertEqual(order.order_line.loyalty_discount, 0)

    def test_contact_gets_the_tier_of_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.gold_customer.id}
        )
        self.gold_customer.is_company = True
        self.assertEqual(self.order(contact, self.mug).order_line.discount, 10)

    def test_another_customer_changes_the_lines(self):
        order = self.order(self.gold_customer, self.mug, self.blanket)
        order.order_line[0].discount = 25
        order.partner_id = self.silver_customer
        self.assertEqual(order.loyalty_tier_id, self.silver)
        self.assertEqual(order.order_line.mapped("discount"), [25, 5])
        order.partner_id = self.partner
        self.assertFalse(order.loyalty_tier_id)
        self.assertEqual(order.order_line.mapped("discount"), [25, 0])
        self.assertEqual(order.order_line.mapped("loyalty_discount"), [0, 0])

    def test_what_the_tier_replaced_comes_back(self):
        order = self.order(self.partner, self.mug)
        order.order_line.discount = 4
        order.partner_id = self.gold_customer
        self.assertEqual(order.order_line.discount, 10)
        order.partner_id = self.partner
        self.assertEqual(order.order_line.discount, 4)

    def test_what_the_seller_types_stays(self):
        order = self.order(self.gold_customer, self.mug)
        for typed in (3, 40):
            order.order_line.discount = typed
            self.assertEqual(order.order_line.discount, typed)
        line = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self.blanket.id, "discount": 1}
        )
        self.assertEqual(line.discount, 1)
        self.assertEqual(line.loyalty_discount, 0)

    def test_quantity_does_not_take_the_discount_away(self):
        order = self.order(self.gold_customer, self.mug)
        order.order_line.product_uom_qty = 7
        self.assertEqual(order.order_line.discount, 10)
        self.assertEqual(order.order_line.loyalty_discount, 10)

    def test_better_discount_of_the_pricelist_stays(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Campaign",
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "percentage",
                            "percent_price": percent,
                            "applied_on": "0_product_variant",
                            "product_id": product.id,
                        }
                    )
                    for product, percent in ((self.mug, 30), (self.blanket, 4))
                ],
            }
        )
        order = self.order(
            self.gold_customer, self.mug, self.blanket, pricelist_id=pricelist.id
        )
        self.assertEqual(order.order_line.mapped("discount"), [30, 10])
        self.assertEqual(order.order_line.mapped("loyalty_discount"), [0, 10])
        self.assertEqual(order.order_line.mapped("loyalty_manual_discount"), [0, 4])
        order.partner_id = self.partner
        order.pricelist_id = pricelist
        order._recompute_prices()
        self.assertEqual(order.order_line.mapped("discount"), [30, 4])

    def test_quotation_keeps_its_tier_until_prices_are_updated(self):
        order = self.order(self.silver_customer, self.mug)
        self.buy(5000, partner=self.silver_customer)
        order.order_line.product_uom_qty = 3
        self.assertEqual(order.order_line.discount, 5)
        order.action_update_prices()
        self.assertEqual(order.loyalty_tier_id, self.gold)
        self.assertEqual(order.order_line.discount, 10)

    def test_confirmed_order_keeps_its_tier(self):
        order = self.order(self.gold_customer, self.mug)
        order.action_confirm()
        self.buy(-3000, partner=self.gold_customer)
        self.run_review()
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.loyalty_tier_id, self.gold)
        self.assertEqual(order.order_line.discount, 10)

    def test_sections_notes_and_negative_lines_get_nothing(self):
        order = self.order(self.gold_customer, self.mug)
        order.order_line = [
            Command.create({"name": "Section", "display_type": "line_section"}),
            Command.create({"name": "Note", "display_type": "line_note"}),
            Command.create({"product_id": self.blanket.id, "price_unit": -30}),
        ]
        self.assertEqual(order.order_line.mapped("discount"), [10, 0, 0, 0])

    def test_free_product_of_a_program_is_not_discounted_twice(self):
        self.env["loyalty.program"].create(
            {
                "name": "One mug for nothing",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "company_id": self.company.id,
                "rule_ids": [Command.create({"product_ids": self.blanket.ids})],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "product",
                            "reward_product_id": self.mug.id,
                            "required_points": 1,
                        }
                    )
                ],
            }
        )
        order = self.order(self.gold_customer, self.blanket)
        order._update_programs_and_rewards()
        claimable = order._get_claimable_rewards()
        for coupon, rewards in claimable.items():
            order._apply_program_reward(rewards[:1], coupon)
        reward = order.order_line.filtered("reward_id")
        self.assertEqual(reward.discount, 100)
        self.assertEqual(reward.loyalty_discount, 0)
        self.assertEqual(order.amount_untaxed, 90)

    def test_copy_is_priced_for_its_customer(self):
        order = self.order(self.gold_customer, self.mug)
        copy = order.copy()
        self.assertEqual(copy.order_line.discount, 10)
        self.assertEqual(copy.loyalty_tier_id, self.gold)
        copy.partner_id = self.partner
        self.assertEqual(copy.order_line.discount, 0)

    def test_line_discounts_are_shown(self):
        self.assertIn(
            self.env.ref("sale.group_discount_per_so_line"),
            self.env.ref("base.group_user").all_implied_ids,
        )

    def test_queries_do_not_grow_with_the_lines(self):
        def queries(count):
            order = self.order(self.partner, *[self.mug, self.card] * count)
            order.loyalty_tier_id = self.gold
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            order._apply_loyalty_tier()
            self.env.flush_all()
            used = self.env.cr.sql_log_count - start
            self.assertEqual(order.order_line.mapped("discount"), [10, 0] * count)
            return used

        queries(1)
        self.assertEqual(queries(20), queries(2))
