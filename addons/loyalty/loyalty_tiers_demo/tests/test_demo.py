from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo shop has what its visitors are told to look at."""

    def tier_of(self, name):
        company = self.env.ref("base.main_company")
        partner = self.env.ref(f"retail_pos_demo.{name}").with_company(company)
        return partner.loyalty_tier_id

    def test_customers_in_every_tier(self):
        for name, tier in {
            "partner_gold_1": "tier_gold",
            "partner_gold_2": "tier_gold",
            "partner_silver_1": "tier_silver",
            "partner_silver_2": "tier_silver",
            "partner_bronze_1": "tier_bronze",
            "partner_bronze_2": "tier_bronze",
            "partner_company_1_contact": "tier_silver",
        }.items():
            expected = self.env.ref(f"loyalty_tiers_demo.{tier}")
            self.assertEqual(self.tier_of(name), expected, name)
        self.assertFalse(self.tier_of("partner_new_2"))

    def test_users_have_their_groups(self):
        for name, manager, user in (
            ("manager", True, True),
            ("seller", False, True),
            ("cashier", False, False),
            ("payroll", False, False),
        ):
            account = self.env.ref(f"retail_pos_demo.user_{name}")
            groups = ("loyalty_manager", "loyalty_user")
            found = [
                account.has_group(f"loyalty_tiers.group_{group}") for group in groups
            ]
            self.assertEqual(found, [manager, user], name)

    def test_one_product_is_excluded(self):
        wrapping = self.env.ref("retail_pos_demo.product_gift_wrapping")
        self.assertTrue(wrapping.loyalty_tier_excluded)
