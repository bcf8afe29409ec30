from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import LoyaltyTiersCommon


@tagged("post_install", "-at_install")
class TestTier(LoyaltyTiersCommon):
    def test_rank_follows_the_threshold(self):
        self.assertEqual(
            (self.bronze | self.silver | self.gold).mapped("sequence"), [1, 2, 3]
        )
        self.bronze.threshold = 900
        self.assertEqual(
            (self.bronze | self.silver | self.gold).mapped("sequence"), [2, 1, 3]
        )
        with Form(self.env["loyalty.tier"]) as form:
            form.name = "Platinum"
            form.threshold = 5000
            form.discount = 15
        self.assertEqual(form.record.sequence, 4)

    def test_two_tiers_cannot_start_at_the_same_amount(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.silver.copy({"name": "Other"})
            self.env.flush_all()

    def test_threshold_and_discount_have_limits(self):
        for values in ({"threshold": -1}, {"discount": -1}, {"discount": 101}):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.silver.write(values)
                self.env.flush_all()

    def test_a_tier_stays_with_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(UserError):
            self.silver.company_id = other

    def test_engine_sees_changes_at_once(self):
        percent = self.env["loyalty.tier"]._get_percent
        self.assertEqual(percent(self.gold.id, self.company.id), 10)
        self.gold.discount = 12.5
        self.assertEqual(percent(self.gold.id, self.company.id), 12.5)
        self.assertEqual(percent(False, self.company.id), 0)
        other = self.env["res.company"].create({"name": "Other"})
        self.assertEqual(percent(self.gold.id, other.id), 0)

    def test_engine_tiers_cost_no_query_once_read(self):
        self.env["loyalty.tier"]._get_engine_tiers(self.company.id)
        with self.assertQueryCount(0):
            self.env["loyalty.tier"]._get_engine_tiers(self.company.id)

    def test_lower_threshold_lifts_customers(self):
        self.buy(450)
        self.assertEqual(self.member().tier_id, self.bronze)
        self.silver.threshold = 400
        self.run_review()
        self.assertEqual(self.member().tier_id, self.silver)

    def test_higher_threshold_drops_customers(self):
        self.buy(600)
        self.assertEqual(self.member().tier_id, self.silver)
        self.silver.threshold = 700
        self.run_review()
        self.assertEqual(self.member().tier_id, self.bronze)

    def test_new_tier_takes_customers_in(self):
        self.buy(3500)
        platinum = self.env["loyalty.tier"].create(
            {"name": "Platinum", "threshold": 3000, "discount": 15}
        )
        self.run_review()
        self.assertEqual(self.member().tier_id, platinum)

    def test_members_of_a_deleted_tier_fall_to_the_next_one(self):
        self.buy(2500)
        action = self.gold.action_delete()
        self.assertEqual(action["res_model"], "loyalty.tier")
        self.assertFalse(self.gold.exists())
        self.assertEqual(self.member().tier_id, self.silver)
        self.run_review()
        self.assertEqual(self.member().tier_id, self.silver)
        (self.silver | self.bronze).unlink()
        self.assertFalse(self.member().tier_id)
        self.assertEqual(self.member().amount, 2500)

    def test_untouched_customers_are_not_looked_at(self):
        rich, poor = self.env["res.partner"].create(
            [{"name": "Rich"}, {"name": "Poor"}]
        )
        self.buy(3000, partner=rich)
        self.buy(20, partner=poor)
        before = self.member(rich).next_review
        self.silver.threshold = 450
        today = self.company._get_loyalty_today()
        self.assertEqual(self.member(rich).next_review, before)
        self.assertNotEqual(self.member(poor).next_review, today)

    def test_member_count(self):
        self.buy(2500)
        self.assertEqual(
            (self.bronze | self.silver | self.gold).mapped("membership_count"),
            [0, 0, 1],
        )
        action = self.gold.action_open_members()
        members = self.env["loyalty.membership"].search(action["domain"])
        self.assertEqual(members.partner_id, self.partner)

    def test_first_tier_has_the_past_counted(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(other.loyalty_backfill_from)
        first = self.env["loyalty.tier"].create(
            {"name": "First", "threshold": 10, "company_id": other.id}
        )
        start = other.loyalty_backfill_from
        self.assertTrue(start)
        other.loyalty_backfill_from = False
        first.copy({"threshold": 20})
        self.assertFalse(other.loyalty_backfill_from)
