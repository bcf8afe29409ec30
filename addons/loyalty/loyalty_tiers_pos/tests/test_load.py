from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import LoyaltyTiersPosCommon


@tagged("post_install", "-at_install")
class TestLoad(LoyaltyTiersPosCommon):
    """What a till gets to know."""

    def setUp(self):
        super().setUp()
        self.give(self.gold_customer, 3000)
        self.give(self.partner, 600)
        self.env["ir.config_parameter"].set_param(
            "point_of_sale.limited_customer_count", 100000
        )
        self.open_new_session()
        self.session = self.pos_session.with_user(self.cashier)

    def load(self, **context):
        return self.session.with_context(**context).load_data([])

    def members(self, data):
        return {row["partner_id"]: row["tier_id"] for row in data["loyalty.membership"]}

    def test_tiers_and_members_of_loaded_customers(self):
        data = self.load()
        tiers = {row["name"]: row["discount"] for row in data["loyalty.tier"]}
        self.assertEqual(tiers, {"Bronze": 0, "Silver": 5, "Gold": 10})
        members = self.members(data)
        self.assertEqual(members[self.gold_customer.id], self.gold.id)
        self.assertEqual(members[self.partner.id], self.silver.id)

    def test_members_of_customers_who_are_not_loaded_stay_away(self):
        self.env["ir.config_parameter"].set_param(
            "point_of_sale.limited_customer_count", 0
        )
        self.assertEqual(self.members(self.load()), {})
        result = (
            self.env["res.partner"]
            .with_user(self.cashier)
            .get_new_partner(self.config.id, [("name", "=", "Gold Customer")], 0)
        )
        self.assertEqual(
            [row["partner_id"] for row in result["loyalty.membership"]],
            self.gold_customer.ids,
        )
        [row] = result["res.partner"]
        self.assertEqual(row["loyalty_owner_id"], self.gold_customer.id)
        self.assertEqual(
            row["loyalty_membership_id"], self.member(self.gold_customer).id
        )

    def test_search_for_customers_without_tier_is_as_in_core(self):
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        result = self.env["res.partner"].get_new_partner(
            self.config.id, [("id", "=", nobody.id)], 0
        )
        self.assertNotIn("loyalty.membership", result)

    def test_contact_brings_the_membership_of_its_company(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": firm.id}
        )
        self.give(firm, 2500)
        result = self.env["res.partner"].get_new_partner(
            self.config.id, [("id", "=", contact.id)], 0
        )
        [member] = result["loyalty.membership"]
        self.assertEqual(member["partner_id"], firm.id)
        self.assertEqual(result["res.partner"][0]["loyalty_owner_id"], firm.id)

    def test_second_load_brings_changes_of_tier(self):
        last = fields.Datetime.to_string(fields.Datetime.now() + timedelta(seconds=1))
        data = self.load(pos_last_server_date=last)
        self.assertEqual(data["loyalty.membership"], [])
        # changes of the sum alone are none of the till's business
        self.give(self.partner, 10, number=2)
        before = fields.Datetime.to_string(fields.Datetime.now() - timedelta(hours=1))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE loyalty_membership SET write_date = %s", ["2020-01-01 00:00:00"]
        )
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = %s", ["2020-01-01 00:00:00"]
        )
        self.env.invalidate_all()
        self.give(self.partner, 20, number=3)
        data = self.load(pos_last_server_date=before)
        self.assertEqual(data["loyalty.membership"], [])
        self.give(self.partner, 5000, number=4)
        data = self.load(pos_last_server_date=before)
        self.assertEqual(self.members(data), {self.partner.id: self.gold.id})
        self.assertFalse(data["res.partner"])

    def test_losing_the_tier_is_a_change_too(self):
        self.env.cr.execute(
            "UPDATE loyalty_membership SET write_date = %s", ["2020-01-01 00:00:00"]
        )
        before = fields.Datetime.to_string(fields.Datetime.now() - timedelta(hours=1))
        (self.bronze | self.silver | self.gold).unlink()
        self.env["loyalty.tier"].create(
            {"name": "High", "threshold": 99999, "company_id": self.company.id}
        )
        data = self.load(pos_last_server_date=before)
        self.assertEqual(self.members(data)[self.partner.id], False)

    def test_till_forgets_what_is_gone(self):
        tiers, member = self.bronze | self.silver | self.gold, self.member(self.partner)
        other = self.member(self.gold_customer)
        local = {"loyalty.tier": tiers.ids, "loyalty.membership": (member | other).ids}
        gone = self.session.filter_local_data(local)
        self.assertEqual(gone, {"loyalty.tier": [], "loyalty.membership": []})
        gold_id = self.gold.id
        tiers.unlink()
        gone = self.session.filter_local_data(local)
        self.assertIn(gold_id, gone["loyalty.tier"])
        self.assertEqual(set(gone["loyalty.membership"]), set((member | other).ids))

    def test_excluded_products_are_known(self):
        self.blanket.loyalty_tier_excluded = True
        rows = self.load()["product.template"]
        excluded = {row["id"] for row in rows if row["loyalty_tier_excluded"]}
        self.assertIn(self.blanket.product_tmpl_id.id, excluded)

    def test_models_of_the_till(self):
        params = self.session.load_data_params()
        self.assertIn("tier_id", params["loyalty.membership"]["relations"])
        self.assertIn("loyalty_tier_id", params["pos.order"]["relations"])
        self.assertIn("loyalty_discount", params["pos.order.line"]["relations"])
        self.assertEqual(
            params["res.partner"]["relations"]["loyalty_owner_id"]["type"], "integer"
        )
