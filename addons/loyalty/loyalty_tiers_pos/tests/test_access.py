from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LoyaltyTiersPosCommon


@tagged("post_install", "-at_install")
class TestAccess(LoyaltyTiersPosCommon):
    def setUp(self):
        super().setUp()
        self.give(self.partner, 600)
        self.open_new_session()

    def rpc(self, model, method, *args):
        env = self.env(user=self.cashier, context={}, su=False)
        context = {"allowed_company_ids": self.company.ids}
        return call_kw(env[model], method, list(args), {"context": context})

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_cashier_reads_and_writes_nothing(self):
        self.assertTrue(self.rpc("loyalty.tier", "search_read", [], ["name"]))
        self.assertTrue(self.rpc("loyalty.membership", "search_read", [], ["tier_id"]))
        member = self.member(self.partner)
        for model, ids, values in (
            ("loyalty.tier", self.gold.ids, {"threshold": 1}),
            ("loyalty.membership", member.ids, {"tier_id": self.gold.id}),
        ):
            for method, args in (("write", (ids, values)), ("unlink", (ids,))):
                with self.assertRaises(AccessError, msg=(model, method)):
                    self.rpc(model, method, *args)
            with self.assertRaises(AccessError, msg=(model, "create")):
                self.rpc(model, "create", [values])
        for method, args in (
            ("search_read", ([], ["amount"])),
            ("create", ([{"partner_id": self.partner.id, "amount": 1.0}],)),
        ):
            with self.assertRaises(AccessError, msg=method):
                self.rpc("loyalty.activity", method, *args)

    def test_cashier_sells_and_the_receipt_counts(self):
        data = self.data((self.blanket, 1), customer=self.partner)
        self.rpc("pos.order", "sync_from_ui", [data])
        order = self.env["pos.order"].search([("uuid", "=", data["uuid"])])
        self.assertEqual(self.booked(order).amount, 100)

    def test_cashier_reaches_no_helper(self):
        order = self.sell((self.blanket, 1), customer=self.partner)
        for model, method in (
            ("pos.order", "_sync_loyalty"),
            ("pos.order", "_prepare_loyalty_entries"),
            ("pos.order.line", "_get_loyalty_amount"),
            ("loyalty.membership", "_load_pos_data_of"),
            ("loyalty.membership", "_load_pos_data_search_read"),
        ):
            with self.assertRaises(AccessError, msg=method):
                self.rpc(model, method, order.ids)

    def test_cashier_of_another_company_sees_nothing_of_ours(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.cashier.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(user=self.cashier, context={"allowed_company_ids": other.ids})
        self.assertFalse(env["loyalty.tier"].search([("discount", ">=", 0)]))
        self.assertFalse(env["loyalty.membership"].search([("amount", ">=", 0)]))
