from itertools import count

from odoo.fields import Date
from odoo.tests import TransactionCase

from ..tools import engine


def make_tiers(env, company):
    """Bronze from 0, Silver from 500 with 5 %, Gold from 2000 with 10 %."""
    return env["loyalty.tier"].create(
        [
            {
                "name": name,
                "threshold": threshold,
                "discount": discount,
                "color": color,
                "company_id": company.id,
            }
            for name, threshold, discount, color in (
                ("Bronze", 0, 0, 2),
                ("Silver", 500, 5, 8),
                ("Gold", 2000, 10, 3),
            )
        ]
    )


class LoyaltyTiersCommon(TransactionCase):
    """A company in Helsinki with Bronze from 0, Silver from 500 and Gold from 2000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Koivu", "currency_id": cls.env.ref("base.EUR").id}
        )
        cls.company.loyalty_tz = "Europe/Helsinki"
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.bronze, cls.silver, cls.gold = cls.make_tiers(cls.company)
        cls.partner = cls.env["res.partner"].create({"name": "Aino Mäkelä"})
        cls.numbers = count(1)

    @classmethod
    def make_tiers(cls, company):
        return make_tiers(cls.env, company)

    def entry(self, amount, day=None, partner=None, **values):
        """Ledger entry of a document that exists only in the test."""
        company = self.company.browse(values.get("company_id") or self.company.id)
        return {
            "partner_id": (partner or self.partner).id,
            "company_id": company.id,
            "kind": "sale" if amount >= 0 else "refund",
            "source_model": "test.document",
            "source_id": next(self.numbers),
            "reference": "TEST",
            "date": Date.to_date(day) or company._get_loyalty_today(),
            "amount": amount,
            **values,
        }

    def buy(self, amount, day=None, partner=None, **values):
        entry = self.entry(amount, day, partner, **values)
        self.env["loyalty.activity"]._accrue_safely([entry])
        return entry

    def member(self, partner=None):
        return self.env["loyalty.membership"].search(
            [
                ("partner_id", "=", (partner or self.partner).id),
                ("company_id", "=", self.company.id),
            ]
        )

    def run_review(self):
        with self.enter_registry_test_mode():
            self.env.ref("loyalty_tiers.ir_cron_review").method_direct_trigger()

    def assertRebuilt(self, partner=None):
        """The cached sum is what the ledger says, counted in another way."""
        partner = partner or self.partner
        activities = self.env["loyalty.activity"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )
        entries = [(activity.date, activity.amount) for activity in activities]
        today = self.company._get_loyalty_today()
        self.assertEqual(self.member(partner).amount, engine.window_sum(entries, today))
