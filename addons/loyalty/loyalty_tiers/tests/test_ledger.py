from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LoyaltyTiersCommon

LOGGER = "odoo.addons.loyalty_tiers.models.loyalty_activity"


@tagged("post_install", "-at_install")
class TestLedger(LoyaltyTiersCommon):
    def activities(self, partner=None):
        return self.env["loyalty.activity"].search(
            [
                ("partner_id", "=", (partner or self.partner).id),
                ("company_id", "=", self.company.id),
            ]
        )

    def test_a_purchase_makes_a_member(self):
        self.buy(120.5)
        member = self.member()
        self.assertEqual(member.tier_id, self.bronze)
        self.assertEqual(member.amount, 120.5)
        self.assertEqual(member.since, self.company._get_loyalty_today())
        self.assertEqual(member.next_tier_id, self.silver)
        self.assertEqual(member.missing_amount, 379.5)
        self.assertRebuilt()

    def test_the_purchase_that_reaches_the_threshold_lifts_at_once(self):
        self.buy(499.99)
        self.assertEqual(self.member().tier_id, self.bronze)
        self.buy(0.01)
        self.assertEqual(self.member().tier_id, self.silver)
        self.buy(5000)
        self.assertEqual(self.member().tier_id, self.gold)
        self.assertRebuilt()

    def test_a_return_lowers_the_tier_only_in_the_night(self):
        self.buy(600)
        self.buy(-200)
        self.assertEqual(self.member().tier_id, self.silver)
        self.assertEqual(self.member().amount, 400)
        self.assertEqual(self.member().next_review, self.company._get_loyalty_today())
        self.run_review()
        self.assertEqual(self.member().tier_id, self.bronze)
        self.assertRebuilt()

    def test_the_same_document_counts_once(self):
        entry = self.buy(100)
        for _again in range(3):
            self.env["loyalty.activity"]._accrue_safely([entry, {**entry}])
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.member().amount, 100)

    def test_one_of_several_that_exists_leaves_the_others(self):
        entry = self.buy(100)
        self.env["loyalty.activity"]._accrue_safely([entry, self.entry(50)])
        self.assertEqual(self.member().amount, 150)

    def test_nobody_changes_or_deletes_an_entry(self):
        self.buy(100)
        for activity in (self.activities(), self.activities().sudo()):
            with self.assertRaises(UserError):
                activity.write({"amount": 5000})
            with self.assertRaises(UserError):
                activity.amount = 5000
            with self.assertRaises(UserError):
                activity.unlink()
        self.assertEqual(self.activities().amount, 100)

    def test_companies_do_not_mix(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        top = self.env["loyalty.tier"].create(
            {"name": "Top", "threshold": 50, "company_id": other.id}
        )
        self.buy(600)
        self.buy(60, company_id=other.id)
        members = self.env["loyalty.membership"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(
            {member.company_id: member.tier_id for member in members},
            {self.company: self.silver, other: top},
        )

    @freeze_time("2026-07-15 09:00:00")
    def test_purchases_leave_the_window_on_their_anniversary(self):
        self.buy(300, "2025-07-15")
        self.buy(400, "2025-07-16")
        self.buy(150, "2026-07-15")
        self.assertEqual(self.member().amount, 550)
        self.assertEqual(self.member().tier_id, self.silver)
        self.assertEqual(str(self.member().next_review), "2026-07-16")

    def test_leap_day(self):
        with freeze_time("2024-02-29 12:00:00"):
            self.buy(600)
            self.assertEqual(self.member().tier_id, self.silver)
            self.assertEqual(str(self.member().next_review), "2025-03-01")
        with freeze_time("2025-02-28 12:00:00"):
            self.run_review()
            self.assertEqual(self.member().tier_id, self.silver)
        with freeze_time("2025-03-01 00:30:00"):
            self.run_review()
            self.assertEqual(self.member().tier_id, self.bronze)
            self.assertEqual(self.member().amount, 0)

    def test_days_are_those_of_the_company(self):
        """22:30 UTC is half past midnight in Helsinki in winter, 21:30 in summer."""
        for moment, day in (
            ("2026-01-31 21:59:59", "2026-01-31"),
            ("2026-01-31 22:00:00", "2026-02-01"),
            ("2026-06-30 20:59:59", "2026-06-30"),
            ("2026-06-30 21:00:00", "2026-07-01"),
            ("2028-02-28 22:00:00", "2028-02-29"),
        ):
            stored = datetime.fromisoformat(moment)
            self.assertEqual(str(self.company._get_loyalty_day(stored)), day)
        with freeze_time("2026-12-31 22:30:00"):
            self.assertEqual(str(self.company._get_loyalty_today()), "2027-01-01")
        self.company.loyalty_tz = False
        self.company.partner_id.tz = "America/New_York"
        with freeze_time("2027-01-01 04:30:00"):
            self.assertEqual(str(self.company._get_loyalty_today()), "2026-12-31")

    def test_contacts_are_not_members_of_their_own(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": firm.id}
        )
        self.buy(600, partner=firm)
        self.assertEqual(contact.loyalty_tier_id, self.silver)
        self.assertEqual(contact.loyalty_membership_id, self.member(firm))

    def test_queries_do_not_grow_with_the_number_of_entries(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(50)]
        )
        Activity = self.env["loyalty.activity"]
        Activity._accrue([self.entry(10, partner=partners[0])])
        # enter, lock, sum, update
        with self.assertQueryCount(4):
            Activity._accrue([self.entry(600, partner=partners[0])])
        self.assertEqual(self.member(partners[0]).tier_id, self.silver)
        # half of them new: one more query inserts these
        entries = [self.entry(10, partner=partner) for partner in partners]
        with self.assertQueryCount(5):
            Activity._accrue(entries)
        self.assertEqual(
            self.env["loyalty.membership"].search_count(
                [("company_id", "=", self.company.id)]
            ),
            50,
        )

    def test_a_failure_never_reaches_the_document(self):
        with (
            patch.object(
                type(self.env["loyalty.membership"]),
                "_evaluate",
                side_effect=ValueError("broken"),
            ),
            mute_logger(LOGGER),
        ):
            self.buy(100)
        self.assertFalse(self.activities())
        # the transaction goes on
        self.buy(100)
        self.assertEqual(self.member().amount, 100)

    def test_one_bad_entry_does_not_hold_up_the_others(self):
        bad = self.entry(70, partner_id=-1)
        with mute_logger(LOGGER, "odoo.sql_db"):
            self.env["loyalty.activity"]._accrue_safely(
                [self.entry(30), bad, self.entry(40)]
            )
        self.assertEqual(self.member().amount, 70)

    def test_a_busy_customer_is_evaluated_later(self):
        self.buy(100)
        with patch.object(
            type(self.env["loyalty.membership"]),
            "_evaluate",
            side_effect=errors.SerializationFailure("somebody else"),
        ):
            self.buy(600)
        self.assertEqual(self.member().tier_id, self.bronze)
        self.assertEqual(self.activities().mapped("pending").count(True), 1)
        self.run_review()
        self.assertEqual(self.member().tier_id, self.silver)
        self.assertFalse(any(self.activities().mapped("pending")))
        self.assertRebuilt()

    def test_rebuilt_after_any_sequence(self):
        import random

        rand = random.Random(11)
        with freeze_time("2026-07-15 09:00:00") as clock:
            for _step in range(60):
                day = self.company._get_loyalty_today()
                amount = round(rand.uniform(-200, 500), 2)
                self.buy(amount, str(day))
                clock.tick(60 * 60 * 24 * rand.randrange(12))
                self.run_review()
                due = self.member().next_review
                self.assertTrue(not due or due > self.company._get_loyalty_today())
            self.buy(0)
            self.assertRebuilt()

    def test_open_source(self):
        self.buy(1)
        with self.assertRaises(UserError):
            self.activities().action_open_source()
        other = self.env["res.partner"].create({"name": "Document"})
        self.buy(1, other.id and None, source_model="res.partner", source_id=other.id)
        entry = self.activities().filtered(lambda act: act.source_id == other.id)[0]
        action = entry.action_open_source()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", other.id)
        )

    def test_create_through_the_orm_is_closed(self):
        manager = self.env.ref("base.user_admin")
        values = self.entry(100)
        with self.assertRaises(AccessError):
            self.env["loyalty.activity"].with_user(manager).create(values)
