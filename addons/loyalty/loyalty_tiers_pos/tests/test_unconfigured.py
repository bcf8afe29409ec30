from odoo.tests import tagged

from .common import LoyaltyTiersPosCommon


@tagged("post_install", "-at_install")
class TestUnconfigured(LoyaltyTiersPosCommon):
    """Without tiers, core works as if the module were not there."""

    def setUp(self):
        super().setUp()
        (self.bronze | self.silver | self.gold).unlink()
        self.open_new_session()
        self.env["loyalty.tier"]._get_engine_tiers(self.company.id)

    def spy(self):
        queries = []
        execute = type(self.env.cr).execute

        def spied(cursor, query, *args, **kwargs):
            text = getattr(query, "code", query)
            queries.append(text if isinstance(text, str) else str(text))
            return execute(cursor, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", spied)
        return queries

    def assertNoneOfOurs(self, queries):
        self.assertTrue(queries)
        tables = ("loyalty_activity", "loyalty_membership", 'FROM "loyalty_tier"')
        found = [query for query in queries if any(name in query for name in tables)]
        self.assertEqual(found, [])

    def test_receipt(self):
        queries = self.spy()
        order = self.sell((self.blanket, 1), customer=self.partner)
        order.partner_id = self.gold_customer
        self.assertNoneOfOurs(queries)
        self.assertFalse(self.booked(order))

    def test_answer_of_the_server_is_that_of_core(self):
        data = self.data((self.blanket, 1), customer=self.partner)
        result = self.env["pos.order"].sync_from_ui([data])
        self.assertNotIn("loyalty.membership", result)

    def test_customers(self):
        queries = self.spy()
        result = self.env["res.partner"].get_new_partner(
            self.config.id, [("id", "=", self.partner.id)], 0
        )
        self.assertNoneOfOurs(queries)
        self.assertNotIn("loyalty.membership", result)
        self.assertFalse(result["res.partner"][0]["loyalty_membership_id"])

    def test_load(self):
        data = self.pos_session.load_data([])
        self.assertEqual(data["loyalty.tier"], [])
        self.assertEqual(data["loyalty.membership"], [])
