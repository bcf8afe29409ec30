from odoo.tests import Form, tagged

from .common import LoyaltyTiersCommon


@tagged("post_install", "-at_install")
class TestViews(LoyaltyTiersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})

    def test_partner_shows_tier_and_progress(self):
        self.buy(800)
        self.assertEqual(self.partner.loyalty_tier_id, self.silver)
        self.assertEqual(self.partner.loyalty_tier_color, self.silver.color)
        self.assertEqual(self.partner.loyalty_amount, 800)
        self.assertEqual(self.partner.loyalty_next_tier_id, self.gold)
        self.assertEqual(self.partner.loyalty_missing_amount, 1200)
        self.assertEqual(self.partner.loyalty_progress, 20)
        self.assertFalse(self.stranger.loyalty_tier_id)
        with Form(self.partner) as form:
            form.name = "Aino M."

    def test_partner_form_follows_a_purchase_in_the_same_transaction(self):
        self.buy(10)
        self.assertEqual(self.partner.loyalty_tier_id, self.bronze)
        self.buy(5000)
        self.assertEqual(self.partner.loyalty_tier_id, self.gold)
        self.assertEqual(self.partner.loyalty_amount, 5010)

    def test_search_by_tier(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": firm.id}
        )
        self.buy(600)
        self.buy(2500, partner=firm)
        mine = self.partner | self.stranger | firm | contact
        Partner = self.env["res.partner"]

        def found(*leaf):
            return Partner.search([("id", "in", mine.ids), leaf])

        self.assertEqual(found("loyalty_tier_id", "=", self.silver.id), self.partner)
        self.assertEqual(found("loyalty_tier_id", "=", self.gold.id), firm | contact)
        self.assertEqual(
            found("loyalty_tier_id", "!=", False), self.partner | firm | contact
        )
        self.assertEqual(found("loyalty_tier_id", "=", False), self.stranger)
        self.assertEqual(
            found("loyalty_tier_id", "!=", self.gold.id), self.partner | self.stranger
        )
        self.assertEqual(found("loyalty_tier_id", "ilike", "silv"), self.partner)
        self.assertEqual(found("loyalty_tier_id.discount", ">=", 10), firm | contact)
        self.assertEqual(
            found("loyalty_tier_id", "in", [False, self.silver.id]),
            self.partner | self.stranger,
        )

    def test_a_page_of_customers_costs_one_query_for_the_tiers(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(40)]
        )
        for partner in partners:
            self.buy(600, partner=partner)
        self.env.invalidate_all()
        partners.mapped("commercial_partner_id.name")
        self.env["loyalty.tier"]._get_engine_tiers(self.company.id)
        self.silver.mapped("color")
        (self.silver | self.gold).mapped("name")
        self.company.currency_id.mapped("decimal_places")
        with self.assertQueryCount(1):
            partners.mapped("loyalty_tier_id")

    def test_unconfigured_customers_cost_nothing(self):
        (self.bronze | self.silver | self.gold).unlink()
        self.env["loyalty.tier"]._get_engine_tiers(self.company.id)
        partners = self.partner | self.stranger
        partners.mapped("commercial_partner_id.name")
        with self.assertQueryCount(0):
            self.assertFalse(partners.loyalty_tier_id)
            self.assertFalse(partners.loyalty_membership_id)

    def test_badge_in_the_list_of_customers(self):
        self.buy(600)
        statistics = (
            self.partner | self.stranger
        )._compute_application_statistics_hook()
        values = [item["value"] for item in statistics[self.partner.id]]
        self.assertIn("Silver", values)
        self.assertFalse(
            [
                item
                for item in statistics.get(self.stranger.id, [])
                if item["iconClass"] == "fa-star"
            ]
        )

    def test_open_ledger(self):
        self.buy(600)
        for action in (
            self.partner.action_open_loyalty_activities(),
            self.member().action_open_activities(),
        ):
            found = self.env["loyalty.activity"].search(action["domain"])
            self.assertEqual(found.partner_id, self.partner)

    def test_gift_cards_are_excluded_by_themselves(self):
        product = self.env["product.product"].create({"name": "Card"})
        other = self.env["product.product"].create({"name": "Shirt"})
        self.env["loyalty.program"].create(
            [
                {
                    "name": name,
                    "program_type": kind,
                    "applies_on": applies_on,
                    "trigger": "auto",
                    "rule_ids": [(0, 0, {"product_ids": [(6, 0, item.ids)]})],
                }
                for name, kind, applies_on, item in (
                    ("Cards", "gift_card", "future", product),
                    ("Points", "loyalty", "both", other),
                )
            ]
        )
        self.assertTrue(product.loyalty_tier_excluded)
        self.assertFalse(other.loyalty_tier_excluded)

    def test_settings_hold_the_time_zone(self):
        settings = self.env["res.config.settings"].create({})
        settings.loyalty_tz = "Europe/Tallinn"
        settings.execute()
        self.assertEqual(self.company.loyalty_tz, "Europe/Tallinn")
