from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.loyalty_tiers.tests.common import make_tiers

from .common import LoyaltyTiersSaleCommon


@tagged("post_install", "-at_install")
class TestAccess(LoyaltyTiersSaleCommon):
    def rpc(self, model, method, *args):
        env = self.env(user=self.seller, context={}, su=False)
        context = {"allowed_company_ids": self.company.ids}
        return call_kw(env[model], method, list(args), {"context": context})

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_seller_reads_tiers_and_writes_nothing(self):
        tiers = self.rpc("loyalty.tier", "search_read", [], ["name"])
        self.assertEqual({tier["name"] for tier in tiers}, {"Bronze", "Silver", "Gold"})
        members = self.rpc("loyalty.membership", "search_read", [], ["tier_id"])
        self.assertTrue(members)
        for model, record in (
            ("loyalty.tier", self.gold),
            ("loyalty.membership", self.member(self.gold_customer)),
        ):
            for method, args in (
                ("write", (record.ids, {"company_id": self.company.id})),
                ("unlink", (record.ids,)),
            ):
                with self.assertRaises(AccessError, msg=(model, method)):
                    self.rpc(model, method, *args)
        with self.assertRaises(AccessError):
            self.rpc("loyalty.activity", "search_read", [], ["amount"])

    def test_seller_gives_the_discount_and_the_order_counts(self):
        order = self.order(
            self.gold_customer, self.blanket, env=self.env(user=self.seller)
        )
        self.assertEqual(order.order_line.discount, 10)
        self.rpc("sale.order", "action_confirm", order.ids)
        self.settle()
        self.assertEqual(self.booked(order).amount, 90)

    def test_seller_does_not_learn_tiers_of_another_company(self):
        """A form answers for any company that it is told, also for foreign ones."""
        other = self.env["res.company"].create({"name": "Other"})
        tiers = make_tiers(self.env, other)
        self.env["loyalty.activity"]._accrue(
            [self.entry(5000, partner=self.gold_customer, company_id=other.id)]
        )
        values = {"partner_id": self.gold_customer.id, "company_id": other.id}
        spec = {"loyalty_tier_id": {}, "loyalty_tier_color": {}}
        answer = self.rpc("sale.order", "onchange", [], values, ["partner_id"], spec)
        self.assertNotIn(
            answer["value"].get("loyalty_tier_id"), [*tiers.ids, self.gold.id]
        )
        values["company_id"] = self.company.id
        answer = self.rpc("sale.order", "onchange", [], values, ["partner_id"], spec)
        self.assertEqual(answer["value"]["loyalty_tier_id"], self.gold.id)

    def test_seller_cannot_make_an_order_count_for_more(self):
        order = self.order(self.partner, self.blanket, env=self.env(user=self.seller))
        self.rpc("sale.order", "action_confirm", order.ids)
        for name in (
            "_sync_loyalty",
            "_schedule_loyalty_sync",
            "_run_loyalty_sync",
            "_cron_catch_up",
        ):
            with self.assertRaises(AccessError, msg=name):
                self.rpc("sale.order", name, order.ids)
        self.settle()
        self.assertEqual(self.booked(order).mapped("amount"), [100])
