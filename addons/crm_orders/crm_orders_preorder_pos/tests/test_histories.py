import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PreorderTillCommon


@tagged("post_install", "-at_install")
class TestHistories(PreorderTillCommon):
    """Whatever tills and the office do, and in whatever order, no cent gets lost."""

    def test_received_is_applied_refunded_or_held(self):
        for seed in range(8):
            chance = random.Random(seed)
            order = self._make_preorder(quantity=4)
            steps, self.given, self.receipts = [], 0, []
            for _step in range(9):
                steps.append(self._do_something(order, chance))
                received, applied, refunded, held = self._ledger(order)
                with self.subTest(seed=seed, steps=steps):
                    self.assertEqual(received, round(applied + refunded + held, 2))
                    self.assertGreaterEqual(min(received, applied, refunded, held), 0)
                    self.assertEqual(received, round(self.given, 2))
                    if received:
                        self.assertEqual(
                            self._reported(order), (received, applied, refunded, held)
                        )

    def _do_something(self, order, chance):
        """A random step; deposits that come in are added to `self.given`."""
        step = chance.choice(
            ["deposit", "deposit", "invoiced", "office", "back", "settle", "goods"]
            + ["return", "cancel"]
        )
        is_open = order.state in ("draft", "sale")
        amount = chance.choice([10, 33.33, 0.07, 120])
        amount = min(amount, order.amount_total - order._get_crm_orders_paid()[order])
        amount = round(amount, 2)
        if step in ("deposit", "invoiced") and is_open and amount > 0:
            receipt = self._take_deposit(order, amount, to_invoice=step == "invoiced")
            self.receipts.append(("deposit", receipt))
            self.given += amount
        elif step == "office" and order.state == "sale" and amount > 0:
            if order.invoice_status != "invoiced":
                self._pay(self._invoice(order, amount))
                self.given += amount
        elif step in ("back", "return"):
            self._take_back(step, chance)
        elif step == "settle" and order.state == "sale":
            if lines := self._settle_lines(order):
                self.receipts.append(("return", self._sell(*lines)))
        elif step == "goods":
            self._receive(2)
        elif step == "cancel" and chance.random() < 0.3:
            try:
                order.action_crm_orders_cancel_and_refund()
            except UserError:
                step = "cannot be cancelled"
        return step

    def _take_back(self, step, chance):
        """Return what a receipt sold, if that was not done and is possible."""
        wanted = "deposit" if step == "back" else "return"
        found = [one for one in self.receipts if one[0] == wanted]
        if not found:
            return
        entry = chance.choice(found)
        # Deposits that are deducted already are given back with the goods.
        settled = [one for one in self.receipts if one[0] == "return"]
        if step == "back" and settled:
            return
        self.receipts.remove(entry)
        self._give_back(entry[1])
