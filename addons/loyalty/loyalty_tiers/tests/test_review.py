from freezegun import freeze_time

from odoo.tests import tagged

from .common import LoyaltyTiersCommon


@tagged("post_install", "-at_install")
class TestReview(LoyaltyTiersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(6)]
        )

    @freeze_time("2026-07-15 09:00:00")
    def test_only_customers_who_are_due_are_looked_at(self):
        for index, partner in enumerate(self.partners):
            self.buy(600, f"2026-03-{10 + index}", partner=partner)
        with freeze_time("2027-03-12 01:10:00"):
            self.run_review()
            tiers = [self.member(partner).tier_id for partner in self.partners]
        self.assertEqual(tiers, [self.bronze] * 3 + [self.silver] * 3)
        self.assertEqual(self.member(self.partners[0]).amount, 0)
        # the others were not touched: their sum is still the one of the purchase
        self.assertEqual(self.member(self.partners[5]).amount, 600)

    @freeze_time("2026-07-15 09:00:00")
    def test_review_twice_is_review_once(self):
        self.buy(600, "2026-03-10")
        with freeze_time("2027-03-10 01:10:00"):
            self.run_review()
            first = self.member().read()
            self.run_review()
            self.assertEqual(self.member().read(), first)

    @freeze_time("2026-07-15 09:00:00")
    def test_a_late_review_ends_at_the_same_tier(self):
        self.buy(2500, "2026-03-10")
        self.buy(600, "2026-06-01")
        with freeze_time("2027-05-01 01:10:00"):
            self.run_review()
            self.assertEqual(self.member().tier_id, self.silver)
            self.assertEqual(str(self.member().next_review), "2027-06-01")
        with freeze_time("2030-01-01 01:10:00"):
            self.run_review()
            self.assertEqual(self.member().tier_id, self.bronze)
            self.assertFalse(self.member().next_review)

    @freeze_time("2026-07-15 09:00:00")
    def test_work_goes_on_in_batches(self):
        for partner in self.partners:
            self.buy(600, "2026-03-10", partner=partner)
        Membership = self.env["loyalty.membership"]
        with (
            freeze_time("2027-03-10 01:10:00"),
            self.enter_registry_test_mode(),
            self.env.registry.cursor() as cr,
        ):
            self.env(cr=cr)["loyalty.membership"]._cron_review(batch_size=2)
        self.assertFalse(
            Membership.search([("tier_id", "=", self.silver.id)]).filtered(
                lambda member: member.partner_id in self.partners
            )
        )

    @freeze_time("2026-07-15 09:00:00")
    def test_queries_per_batch(self):
        for partner in self.partners:
            self.buy(600, "2026-03-10", partner=partner)
        pairs = {(partner.id, self.company.id) for partner in self.partners}
        with freeze_time("2027-03-10 01:10:00"):
            self.env["loyalty.membership"]._evaluate(pairs, allow_downgrade=True)
            # lock, sum, update
            with self.assertQueryCount(3):
                self.env["loyalty.membership"]._evaluate(pairs, allow_downgrade=True)

    @freeze_time("2026-07-15 09:00:00")
    def test_midnight_of_the_company_decides(self):
        self.buy(600, "2026-03-10")
        with freeze_time("2027-03-09 21:59:00"):
            self.run_review()
            self.assertEqual(self.member().tier_id, self.silver)
        with freeze_time("2027-03-09 22:01:00"):
            self.run_review()
            self.assertEqual(self.member().tier_id, self.bronze)

    def test_a_change_of_tier_is_announced_and_marks_the_row(self):
        changes = []
        Membership = type(self.env["loyalty.membership"])
        self.patch(
            Membership, "_after_tier_change", lambda _self, new: changes.extend(new)
        )
        self.buy(600)
        written = self.member().write_date
        self.buy(10)
        self.assertEqual(self.member().write_date, written)
        self.buy(5000)
        self.assertGreater(self.member().write_date, written)
        pair = (self.partner.id, self.company.id)
        self.assertEqual(
            changes,
            [
                (*pair, None, self.silver.id),
                (*pair, self.silver.id, self.gold.id),
            ],
        )
