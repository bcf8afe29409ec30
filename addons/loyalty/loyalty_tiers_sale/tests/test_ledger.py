from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import LoyaltyTiersSaleCommon


@tagged("post_install", "-at_install")
class TestLedger(LoyaltyTiersSaleCommon):
    def test_confirmed_order_counts_without_taxes(self):
        order = self.order(self.partner, self.mug, self.blanket)
        self.settle()
        self.assertFalse(self.booked(order))
        order.action_confirm()
        self.settle()
        entry = self.booked(order)
        self.assertEqual(
            (entry.kind, entry.amount, entry.partner_id, entry.reference),
            ("sale", 120, self.partner, order.name),
        )
        self.assertEqual(self.member().amount, 120)

    def test_confirmation_lifts_the_customer(self):
        order = self.order(self.partner, *[self.blanket] * 5)
        order.action_confirm()
        self.settle()
        self.assertEqual(self.member().tier_id, self.silver)

    def test_cancellation_takes_it_back_and_confirming_again_counts_again(self):
        order = self.order(self.partner, self.blanket)
        order.action_confirm()
        self.settle()
        order._action_cancel()
        self.settle()
        self.assertEqual(self.booked(order).mapped("amount"), [100, -100])
        self.assertEqual(self.member().amount, 0)
        order.action_draft()
        order.action_confirm()
        self.settle()
        self.assertEqual(self.booked(order).mapped("amount"), [100, -100, 100])
        self.assertEqual(self.booked(order).mapped("source_seq"), [0, 1, 2])
        self.assertEqual(self.member().amount, 100)

    def test_cancelled_quotation_leaves_no_trace(self):
        order = self.order(self.partner, self.blanket)
        order._action_cancel()
        self.settle()
        self.assertFalse(self.booked(order))

    def test_doing_it_again_enters_nothing(self):
        order = self.order(self.partner, self.blanket)
        order.action_confirm()
        self.settle()
        for _again in range(3):
            order._sync_loyalty()
            order._sync_loyalty(fresh=True)
            order._schedule_loyalty_sync()
            self.settle()
        self.assertEqual(len(self.booked(order)), 1)

    def test_changes_of_a_confirmed_order_are_entered_once_per_transaction(self):
        order = self.order(self.partner, self.mug, self.blanket)
        order.action_confirm()
        self.settle()
        order.order_line[0].product_uom_qty = 3
        order.order_line[1].price_unit = 80
        order.order_line = [Command.create({"product_id": self.card.id})]
        self.settle()
        # 3 mugs, a cheaper blanket and a card: 60 + 80 + 50
        self.assertEqual(self.booked(order).mapped("amount"), [120, 70])
        order.order_line[2].product_uom_qty = 0
        self.settle()
        self.assertEqual(self.booked(order).mapped("amount"), [120, 70, -50])
        self.assertEqual(self.booked(order).mapped("kind"), ["sale", "sale", "refund"])
        self.assertEqual(self.member().amount, order.amount_untaxed)

    def test_confirm_and_cancel_in_one_transaction_leave_nothing(self):
        order = self.order(self.partner, self.blanket)
        order.action_confirm()
        order._action_cancel()
        self.settle()
        self.assertFalse(sum(self.booked(order).mapped("amount")))

    def test_another_customer_of_a_confirmed_order(self):
        order = self.order(self.partner, self.blanket)
        order.action_confirm()
        self.settle()
        order.partner_id = self.silver_customer
        self.settle()
        amounts = {}
        for entry in self.booked(order):
            amounts[entry.partner_id] = amounts.get(entry.partner_id, 0) + entry.amount
        self.assertEqual(amounts, {self.partner: 0, self.silver_customer: 100})

    def test_day_is_that_of_the_company(self):
        order = self.order(self.partner, self.blanket)
        with freeze_time("2026-06-30 21:30:00"):
            order.action_confirm()
            self.settle()
        self.assertEqual(str(self.booked(order).date), "2026-07-01")

    def test_order_that_is_dated_ahead_counts_from_today(self):
        order = self.order(
            self.partner, self.blanket, state="sale", date_order="2071-05-01 12:00:00"
        )
        self.settle()
        self.assertEqual(self.booked(order).date, self.company._get_loyalty_today())

    def test_cancellation_has_the_day_of_the_order(self):
        """Both leave the twelve months together."""
        order = self.order(self.partner, self.blanket)
        with freeze_time("2026-01-10 12:00:00"):
            order.action_confirm()
            self.settle()
        with freeze_time("2026-11-10 12:00:00"):
            order._action_cancel()
            self.settle()
        self.assertEqual(
            {str(day) for day in self.booked(order).mapped("date")}, {"2026-01-10"}
        )

    def test_foreign_currency_is_converted(self):
        sek = self.env.ref("base.SEK")
        sek.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": sek.id,
                "rate": 11.0,
                "name": "2020-01-01",
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Sweden", "currency_id": sek.id, "company_id": self.company.id}
        )
        order = self.order(self.partner, self.blanket, pricelist_id=pricelist.id)
        order.order_line.price_unit = 1100
        order.action_confirm()
        self.settle()
        self.assertEqual(self.booked(order).amount, 100)

    def test_many_orders_in_one_go(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(5)]
        )
        orders = self.env["sale.order"].concat(
            *(self.order(partner, self.blanket) for partner in partners)
        )
        orders.action_confirm()
        self.settle()
        self.assertEqual(
            [self.member(partner).amount for partner in partners], [100] * 5
        )
        queries = self.env.cr.sql_log_count
        orders._sync_loyalty()
        # one look at the ledger, for any number of orders
        self.assertLessEqual(self.env.cr.sql_log_count - queries, 3)

    def test_failure_in_loyalty_does_not_stop_the_order(self):
        self.patch(
            type(self.env["sale.order"]),
            "_get_loyalty_targets",
            lambda _self: 1 / 0,
        )
        order = self.order(self.partner, self.blanket)
        order.action_confirm()
        with self.assertLogs("odoo.addons.loyalty_tiers", "ERROR"):
            self.settle()
        self.assertEqual(order.state, "sale")
