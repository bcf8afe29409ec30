from freezegun import freeze_time

from odoo.tests import tagged

from .common import LoyaltyTiersSaleCommon


@tagged("post_install", "-at_install")
class TestCatchUp(LoyaltyTiersSaleCommon):
    def catch_up(self):
        with self.enter_registry_test_mode():
            self.env.ref("loyalty_tiers.ir_cron_catch_up").method_direct_trigger()

    def confirm(self, *days):
        """Orders of a day each, confirmed while there were no tiers."""
        orders = self.env["sale.order"]
        for day in days:
            with freeze_time(f"{day} 12:00:00"):
                order = self.order(self.partner, self.blanket)
                order.action_confirm()
                orders += order
        self.settle()
        return orders

    @freeze_time("2026-07-15 09:00:00")
    def test_first_tier_counts_the_last_twelve_months(self):
        (self.bronze | self.silver | self.gold).unlink()
        old, first, last = self.confirm("2025-07-15", "2025-07-16", "2026-07-14")
        self.assertFalse(self.booked(first))
        self.env["loyalty.tier"].create({"name": "Regular", "threshold": 150})
        self.catch_up()
        self.assertFalse(self.booked(old))
        self.assertEqual(self.booked(first).amount, 100)
        self.assertEqual(str(self.booked(last).date), "2026-07-14")
        self.assertEqual(self.member().amount, 200)
        self.assertEqual(self.member().tier_id.name, "Regular")
        self.assertFalse(self.company.loyalty_backfill_from)

    @freeze_time("2026-07-15 09:00:00")
    def test_what_was_missed_is_found_within_days_and_counts_once(self):
        order = self.order(self.partner, self.blanket)
        order.action_confirm()
        # as after an error: what was to be done at the end is forgotten
        self.env.cr.precommit.clear()
        self.company.loyalty_backfill_from = False
        for _again in range(2):
            self.catch_up()
            self.assertEqual(self.booked(order).mapped("amount"), [100])

    @freeze_time("2026-07-15 09:00:00")
    def test_batches(self):
        orders = self.confirm(
            "2026-07-10", "2026-07-11", "2026-07-12", "2026-07-13", "2026-07-14"
        )
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM loyalty_activity WHERE source_model = 'sale.order' "
            "AND source_id IN %s",
            [tuple(orders.ids)],
        )
        with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
            self.env(cr=cr)["loyalty.source"]._cron_catch_up(batch_size=2)
        self.assertEqual(self.booked(orders[0]).amount, 100)
        self.assertEqual(self.booked(orders[4]).amount, 100)

    @freeze_time("2026-07-15 09:00:00")
    def test_one_bad_order_does_not_hold_up_the_others(self):
        orders = self.confirm("2026-07-12", "2026-07-13", "2026-07-14")
        self.env.cr.execute(
            "DELETE FROM loyalty_activity WHERE source_model = 'sale.order' "
            "AND source_id IN %s",
            [tuple(orders.ids)],
        )
        original = type(orders)._prepare_loyalty_target

        def prepare(order):
            if order == orders[1]:
                raise ValueError("broken")
            return original(order)

        self.patch(type(orders), "_prepare_loyalty_target", prepare)
        with self.assertLogs("odoo.addons.loyalty_tiers", "ERROR"):
            self.catch_up()
        self.assertEqual(
            [bool(self.booked(order)) for order in orders], [True, False, True]
        )
