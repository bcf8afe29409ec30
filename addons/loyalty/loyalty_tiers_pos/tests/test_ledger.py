from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LoyaltyTiersPosCommon


@tagged("post_install", "-at_install")
class TestLedger(LoyaltyTiersPosCommon):
    def setUp(self):
        super().setUp()
        self.open_new_session()

    def refund(self, order, qty, **values):
        """A return at the till of some of the first line."""
        line = order.lines[0]
        data = self.data(
            {
                "product": line.product_id,
                "quantity": -qty,
                "discount": line.discount,
                "refunded_orderline_id": line.id,
            },
            customer=order.partner_id,
            is_refund=True,
            **values,
        )
        result = self.env["pos.order"].sync_from_ui([data])
        ids = [row["id"] for row in result["pos.order"] if row["id"] != order.id]
        return self.env["pos.order"].browse(ids)

    def test_paid_receipt_counts_without_taxes(self):
        order = self.sell((self.blanket, 2), customer=self.partner)
        entry = self.booked(order)
        self.assertEqual(
            (entry.kind, entry.amount, entry.partner_id, entry.reference),
            ("sale", 200, self.partner, order.pos_reference),
        )
        self.assertEqual(self.member(self.partner).tier_id, self.bronze)

    def test_discount_lowers_what_counts(self):
        order = self.sell((self.blanket, 1, 10), customer=self.partner)
        self.assertEqual(self.booked(order).amount, 90)

    def test_receipt_without_customer_does_not_count(self):
        order = self.sell((self.blanket, 1))
        self.assertFalse(self.booked(order))

    def test_receipt_of_a_contact_counts_for_its_company(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = firm
        order = self.sell((self.blanket, 5), customer=self.partner)
        self.assertEqual(self.booked(order).partner_id, firm)
        self.assertEqual(self.partner.loyalty_tier_id, self.silver)

    def test_till_learns_the_new_tier_with_the_answer(self):
        data = self.data((self.blanket, 6), customer=self.partner)
        result = self.env["pos.order"].sync_from_ui([data])
        [member] = result["loyalty.membership"]
        self.assertEqual(member["tier_id"], self.silver.id)
        self.assertEqual(member["partner_id"], self.partner.id)

    def test_unpaid_order_does_not_count(self):
        order = self.sell((self.blanket, 1), customer=self.partner, state="draft")
        self.assertEqual(order.state, "draft")
        self.assertFalse(self.booked(order))

    def test_order_that_is_paid_later_counts_once(self):
        data = self.data((self.blanket, 1), customer=self.partner, state="draft")
        payments = data.pop("payment_ids")
        result = self.env["pos.order"].sync_from_ui([{**data, "payment_ids": []}])
        order = self.env["pos.order"].browse(result["pos.order"][0]["id"])
        self.assertFalse(self.booked(order))
        paid = {
            **data,
            "id": order.id,
            "access_token": order.access_token,
            "lines": [],
            "payment_ids": payments,
            "state": "paid",
        }
        self.env["pos.order"].sync_from_ui([paid])
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.booked(order).mapped("amount"), [100])

    def test_sending_the_same_receipt_again_counts_once(self):
        data = self.data((self.blanket, 1), customer=self.partner)
        for _again in range(3):
            self.env["pos.order"].sync_from_ui([{**data}])
        order = self.env["pos.order"].search([("uuid", "=", data["uuid"])])
        order.action_pos_order_paid()
        order._sync_loyalty()
        self.assertEqual(self.booked(order).mapped("amount"), [100])
        self.assertEqual(self.member(self.partner).amount, 100)

    def test_returns_in_any_split_bring_the_customer_back(self):
        for split in ((3,), (1, 2), (1, 1, 1)):
            order = self.sell((self.blanket, 3, 7), customer=self.partner)
            self.assertEqual(self.booked(order).amount, 279)
            returned = [self.refund(order, qty) for qty in split]
            self.assertEqual({self.booked(back).kind for back in returned}, {"refund"})
            total = sum(self.booked(back).amount for back in returned)
            self.assertAlmostEqual(total, -279)
            self.assertEqual(self.member(self.partner).amount, 0, split)

    def test_return_has_the_day_of_the_purchase(self):
        with freeze_time("2026-01-10 12:00:00"):
            order = self.sell((self.blanket, 1), customer=self.partner)
        with freeze_time("2026-11-10 12:00:00"):
            back = self.refund(order, 1)
        self.assertEqual(str(self.booked(back).date), "2026-01-10")

    def test_return_in_the_office(self):
        order = self.sell((self.blanket, 2), customer=self.partner)
        back = order._refund()
        self.make_payment(back, self.cash_pm1, back.amount_total)
        self.assertEqual(self.booked(back).amount, -200)
        self.assertEqual(set(back.lines.mapped("loyalty_discount")), {0.0})

    def test_day_is_that_of_the_shop(self):
        with freeze_time("2026-07-20 12:00:00"):
            order = self.sell(
                (self.blanket, 1),
                customer=self.partner,
                date_order="2026-06-30 21:30:00",
            )
        self.assertEqual(str(self.booked(order).date), "2026-07-01")

    def test_a_wrong_clock_does_not_date_into_the_future(self):
        with freeze_time("2026-07-20 12:00:00"):
            order = self.sell(
                (self.blanket, 1),
                customer=self.partner,
                date_order="2099-01-01 12:00:00",
            )
        self.assertEqual(str(self.booked(order).date), "2026-07-20")

    def test_amounts_of_the_till_are_not_believed(self):
        """A cashier who inflates the subtotals gains nothing."""
        data = self.data((self.blanket, 1), customer=self.partner)
        data["lines"][0][2].update(price_subtotal=99999.0, price_subtotal_incl=99999.0)
        self.env["pos.order"].sync_from_ui([data])
        order = self.env["pos.order"].search([("uuid", "=", data["uuid"])])
        self.assertEqual(self.booked(order).amount, 100)
        self.assertEqual(self.member(self.partner).tier_id, self.bronze)

    def test_tips_do_not_count(self):
        tip = self.create_product("Tip", self.categ_basic, 50)
        self.config.tip_product_id = tip
        order = self.sell((self.blanket, 1), (tip, 1), customer=self.partner)
        self.assertEqual(self.booked(order).amount, 100)

    def test_customer_entered_after_the_payment(self):
        order = self.sell((self.blanket, 1))
        order.partner_id = self.partner
        self.assertEqual(self.booked(order).amount, 100)
        order.partner_id = self.gold_customer
        amounts = {}
        for entry in self.booked(order):
            amounts[entry.partner_id] = amounts.get(entry.partner_id, 0) + entry.amount
        self.assertEqual(amounts, {self.partner: 0, self.gold_customer: 100})
        order.partner_id = False
        self.assertEqual(sum(self.booked(order).mapped("amount")), 0)

    def test_fiscal_position_decides_about_the_tax(self):
        abroad = self.env["account.fiscal.position"].create({"name": "No tax"})
        self.tax.copy(
            {
                "name": "0 %",
                "amount": 0,
                "fiscal_position_ids": [Command.link(abroad.id)],
                "original_tax_ids": [Command.link(self.tax.id)],
            }
        )
        data = self.data((self.blanket, 1), customer=self.partner)
        data["fiscal_position_id"] = abroad.id
        self.env["pos.order"].sync_from_ui([data])
        order = self.env["pos.order"].search([("uuid", "=", data["uuid"])])
        expected = sum(order.lines.mapped("price_subtotal"))
        self.assertEqual(
            self.booked(order).amount,
            order.lines._get_loyalty_amount(),
        )
        self.assertGreaterEqual(self.booked(order).amount, expected)

    def test_till_in_a_foreign_currency(self):
        self.config = self.other_currency_config
        self.open_new_session()
        order = self.sell((self.product_99(), 1), customer=self.partner)
        rate = order.currency_rate
        self.assertNotEqual(rate, 1)
        net = order.lines.price_subtotal / rate
        self.assertAlmostEqual(self.booked(order).amount, net, places=1)

    def product_99(self):
        return self.create_product("Mug", self.categ_basic, 99)

    def test_tier_that_was_deleted_while_the_till_was_offline(self):
        tier_id = self.gold.id
        self.gold.unlink()
        order = self.sell(
            (self.blanket, 1, 10), customer=self.partner, loyalty_tier_id=tier_id
        )
        self.assertEqual(order.state, "paid")
        self.assertFalse(order.loyalty_tier_id)

    def test_tier_of_another_company_is_dropped(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["loyalty.tier"].create(
            {"name": "Foreign", "threshold": 1, "company_id": other.id}
        )
        order = self.sell(
            (self.blanket, 1), customer=self.partner, loyalty_tier_id=foreign.id
        )
        self.assertFalse(order.loyalty_tier_id)

    def test_receipt_remembers_the_tier_and_what_it_gave(self):
        self.give(self.gold_customer, 2000)
        order = self.sell(
            {
                "product": self.blanket,
                "quantity": 1,
                "discount": 10.0,
                "loyalty_discount": 10.0,
                "loyalty_manual_discount": 3.0,
            },
            customer=self.gold_customer,
            loyalty_tier_id=self.gold.id,
        )
        self.assertEqual(order.loyalty_tier_id, self.gold)
        self.assertEqual(order.lines.loyalty_discount, 10)
        self.assertEqual(order.lines.loyalty_manual_discount, 3)

    def test_failure_in_loyalty_does_not_stop_the_receipt(self):
        for name in ("_get_loyalty_targets", "_prepare_loyalty_entries"):
            with (
                patch.object(
                    type(self.env["pos.order"]), name, side_effect=ValueError("broken")
                ),
                self.assertLogs("odoo.addons.loyalty_tiers", "ERROR"),
            ):
                order = self.sell((self.blanket, 1), customer=self.partner)
            self.assertEqual(order.state, "paid")
            self.assertFalse(self.booked(order))
        with (
            patch.object(
                type(self.env["loyalty.membership"]),
                "_evaluate",
                side_effect=ValueError("broken"),
            ),
            mute_logger("odoo.addons.loyalty_tiers.models.loyalty_activity"),
        ):
            order = self.sell((self.blanket, 1), customer=self.partner)
        self.assertEqual(order.state, "paid")
        # and the job finds them all
        with self.enter_registry_test_mode():
            self.env.ref("loyalty_tiers.ir_cron_catch_up").method_direct_trigger()
        self.assertEqual(self.member(self.partner).amount, 300)

    def test_receipts_before_the_first_tier_are_counted(self):
        (self.bronze | self.silver | self.gold).unlink()
        orders = [
            self.sell((self.blanket, 1), customer=self.partner) for _order in range(3)
        ]
        self.assertFalse(self.booked(orders[0]))
        self.env["loyalty.tier"].create(
            {"name": "Regular", "threshold": 300, "company_id": self.company.id}
        )
        with self.enter_registry_test_mode():
            self.env.ref("loyalty_tiers.ir_cron_catch_up").method_direct_trigger()
        self.assertEqual(self.member(self.partner).amount, 300)
        self.assertEqual(self.member(self.partner).tier_id.name, "Regular")

    def test_four_statements_per_receipt(self):
        """Savepoint and release apart: enter, lock, sum and write."""
        order = self.sell((self.blanket, 1), customer=self.partner)
        second = self.sell((self.blanket, 1), customer=self.partner)
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM loyalty_activity WHERE source_id = %s", [second.id]
        )
        order.lines._get_loyalty_amount()
        second.lines._get_loyalty_amount()
        with self.assertQueryCount(6):
            second._sync_loyalty(fresh=True)
        self.assertEqual(self.booked(second).amount, 100)

    def test_gift_card_used_as_payment_counts_once(self):
        """Selling the card counts; what it pays for is taken off by its reward line."""
        reward = self.create_product("Gift card used", self.categ_basic, 1)
        data = self.data((self.blanket, 1), (reward, 1), customer=self.partner)
        line = data["lines"][1][2]
        line.update(
            price_unit=-50, price_subtotal=-50, price_subtotal_incl=-50, tax_ids=[]
        )
        data["amount_total"] = data["amount_paid"] = 75.5
        data["payment_ids"][0][2]["amount"] = 75.5
        self.env["pos.order"].sync_from_ui([data])
        order = self.env["pos.order"].search([("uuid", "=", data["uuid"])])
        self.assertEqual(self.booked(order).amount, 50)

    def test_no_more_is_believed_of_a_till_than_can_be_true(self):
        self.give(self.gold_customer, 2000)
        nan, infinite = float("nan"), float("inf")
        for sent, kept in (
            (10, 10),
            (5, 5),
            (100, 10),
            (1e300, 10),
            (infinite, 10),
            (-1, 0),
            (nan, 0),
            ("abc", 0),
            ([1], 0),
        ):
            line = {
                "product": self.blanket,
                "quantity": 1,
                "discount": 20,
                "loyalty_discount": sent,
            }
            with self.subTest(sent=sent):
                order = self.sell(
                    line, customer=self.gold_customer, loyalty_tier_id=self.gold.id
                )
                self.assertEqual(order.lines.loyalty_discount, kept)
                # what was paid is not touched
                self.assertEqual(order.lines.discount, 20)
                self.assertEqual(order.loyalty_tier_id, self.gold)

    def test_no_tier_is_believed_that_cannot_be(self):
        self.give(self.gold_customer, 2000)
        foreign = self.gold.copy(
            {"company_id": self.env.company.create({"name": "B"}).id}
        )
        for tier_id in (foreign.id, 0, -1, 1e10, True, "x", [self.gold.id], {"a": 1}):
            with self.subTest(tier_id=tier_id):
                order = self.sell(
                    (self.blanket, 1),
                    customer=self.gold_customer,
                    loyalty_tier_id=tier_id,
                )
                self.assertFalse(order.loyalty_tier_id)
        for customer in (self.partner, None):
            order = self.sell(
                (self.blanket, 1), customer=customer, loyalty_tier_id=self.gold.id
            )
            self.assertFalse(order.loyalty_tier_id, "never was in a tier")

    def test_impossible_amounts_do_not_count(self):
        order = self.sell((self.blanket, 1), customer=self.partner)
        self.assertEqual(self.booked(order).amount, 100)
        for amount in (float("nan"), float("inf"), 1e12, -1e300):
            target = {
                "partner_id": self.partner.id,
                "date": order.date_order.date(),
                "amount": amount,
                "reference": order.name,
            }
            with mute_logger("odoo.addons.loyalty_tiers.models.loyalty_source"):
                [entry] = order._prepare_loyalty_document_entries(target, None)
            self.assertEqual(entry["amount"], 0)
        order.lines.price_unit = float("nan")
        self.assertEqual(order.lines._get_loyalty_amount(), 0)
