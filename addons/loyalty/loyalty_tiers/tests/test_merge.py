from odoo.tests import tagged

from .common import LoyaltyTiersCommon


@tagged("post_install", "-at_install")
class TestMerge(LoyaltyTiersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin, cls.third = cls.env["res.partner"].create(
            [{"name": "Aino Makela"}, {"name": "Somebody Else"}]
        )

    def merge(self, sources, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((sources | target).ids, target)
        self.env.invalidate_all()

    def activities(self, partner):
        return self.env["loyalty.activity"].search([("partner_id", "=", partner.id)])

    def test_purchases_add_up_and_may_lift(self):
        self.buy(300)
        self.buy(250, partner=self.twin)
        self.buy(40, partner=self.third)
        self.merge(self.twin, self.partner)
        self.assertEqual(self.member().amount, 550)
        self.assertEqual(self.member().tier_id, self.silver)
        self.assertEqual(len(self.activities(self.partner)), 2)
        self.assertEqual(self.member(self.third).amount, 40)
        self.assertRebuilt()

    def test_the_better_tier_is_kept_until_the_night(self):
        self.buy(10)
        self.buy(2500, partner=self.twin)
        self.buy(-2400, partner=self.twin)
        self.assertEqual(self.member(self.twin).tier_id, self.gold)
        self.merge(self.twin, self.partner)
        self.assertEqual(self.member().tier_id, self.gold)
        self.assertEqual(self.member().amount, 110)
        self.run_review()
        self.assertEqual(self.member().tier_id, self.bronze)

    def test_target_who_never_bought(self):
        self.buy(600, partner=self.twin)
        self.merge(self.twin, self.partner)
        self.assertEqual(self.member().tier_id, self.silver)
        self.assertEqual(len(self.activities(self.partner)), 1)

    def test_source_who_never_bought(self):
        self.buy(600)
        self.merge(self.twin, self.partner)
        self.assertEqual(self.member().tier_id, self.silver)

    def test_three_into_one_and_order_does_not_matter(self):
        for target in (self.partner, self.third):
            with self.env.cr.savepoint() as savepoint:
                self.buy(100)
                self.buy(200, partner=self.twin)
                self.buy(300, partner=self.third)
                sources = (self.partner | self.twin | self.third) - target
                self.merge(sources, target)
                self.assertEqual(self.member(target).amount, 600)
                self.assertEqual(self.member(target).tier_id, self.silver)
                self.assertRebuilt(target)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_into_a_contact_of_a_company(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": firm.id}
        )
        self.buy(600)
        self.merge(self.partner, contact)
        self.assertEqual(self.member(firm).amount, 600)
        self.assertEqual(contact.loyalty_tier_id, self.silver)
        self.assertFalse(self.member(contact))

    def test_each_company_keeps_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        top = self.env["loyalty.tier"].create(
            {"name": "Top", "threshold": 50, "company_id": other.id}
        )
        self.buy(600)
        self.buy(60, partner=self.twin, company_id=other.id)
        self.merge(self.twin, self.partner)
        members = (
            self.env["loyalty.membership"]
            .sudo()
            .search([("partner_id", "=", self.partner.id)])
        )
        self.assertEqual(
            {member.company_id: member.tier_id for member in members},
            {self.company: self.silver, other: top},
        )

    def test_merging_strangers_changes_nothing(self):
        self.buy(600)
        before = self.member().read()
        self.merge(self.twin, self.third)
        self.assertEqual(self.member().read(), before)
