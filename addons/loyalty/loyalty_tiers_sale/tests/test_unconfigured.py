from odoo import Command
from odoo.tests import tagged

from .common import LoyaltyTiersSaleCommon


@tagged("post_install", "-at_install")
class TestUnconfigured(LoyaltyTiersSaleCommon):
    """Without tiers, core works as if the module were not there."""

    def setUp(self):
        super().setUp()
        (self.bronze | self.silver | self.gold).unlink()
        self.env["loyalty.tier"]._get_engine_tiers(self.company.id)

    def test_nothing_is_given_and_nothing_is_entered(self):
        order = self.order(self.gold_customer, self.mug, self.blanket)
        order.order_line[0].discount = 7
        order.partner_id = self.silver_customer
        order.action_confirm()
        self.settle()
        self.assertFalse(order.loyalty_tier_id)
        self.assertEqual(order.order_line.mapped("discount"), [7, 0])
        self.assertFalse(self.booked(order))

    def test_changing_the_customer_does_not_recompute_discounts(self):
        """Core leaves them until the prices are updated, so we must too."""
        depends = self.registry.field_depends[
            self.env["sale.order.line"]._fields["discount"]
        ]
        self.assertEqual(
            set(depends), {"product_id", "product_uom_id", "product_uom_qty"}
        )

    def test_no_query_for_loyalty(self):
        order = self.order(self.partner, self.mug)
        self.settle()
        queries = []
        execute = type(self.env.cr).execute

        def spy(cursor, query, *args, **kwargs):
            text = getattr(query, "code", query)
            queries.append(text if isinstance(text, str) else str(text))
            return execute(cursor, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", spy)
        order.order_line = [Command.create({"product_id": self.blanket.id})]
        order.order_line[0].product_uom_qty = 3
        order.partner_id = self.silver_customer
        order.action_confirm()
        self.settle()
        self.assertTrue(queries)
        own = (
            "loyalty_activity",
            "loyalty_membership",
            "FROM loyalty_tier",
            '"loyalty_tier"."',
        )
        found = [query for query in queries if any(word in query for word in own)]
        self.assertEqual(found, [])
