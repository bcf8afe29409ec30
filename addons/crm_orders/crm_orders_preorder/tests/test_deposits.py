import random

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PreorderCommon


@tagged("post_install", "-at_install")
class TestDeposits(PreorderCommon):
    """Deposits are read from accounting documents: none gets lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.game.write(
            {
                "crm_orders_deposit_kind": "fixed",
                "crm_orders_deposit_fixed": 30,
                "invoice_policy": "order",
            }
        )

    def _reported(self, order):
        rows = self.env["crm_orders.deposit"].search([("order_id", "=", order.id)])
        return tuple(
            sum(rows.mapped(name))
            for name in ("received", "applied", "refunded", "held")
        )

    def _assert_ledger(self, order, *amounts):
        self.assertEqual(self._ledger(order), amounts)
        self.env.invalidate_all()
        self.assertEqual(self._reported(order), amounts)

    def test_way_of_a_deposit(self):
        order = self._preorder()
        self._assert_ledger(order, 0, 0, 0, 0)
        invoice = self._invoice(order, 30)
        self._assert_ledger(order, 0, 0, 0, 0)
        self.assertEqual(order.crm_orders_preorder_state, "deposit")
        self._pay(invoice, 20)
        self._assert_ledger(order, 20, 0, 0, 20)
        self.assertEqual(order.crm_orders_preorder_state, "deposit")
        self._pay(invoice)
        self._assert_ledger(order, 30, 0, 0, 30)
        self.assertEqual(order.crm_orders_preorder_state, "goods")
        final = self._invoice(order)
        self.assertEqual(final.amount_total, 70)
        self._assert_ledger(order, 30, 30, 0, 0)

    def test_cancel_and_refund(self):
        order = self._preorder()
        self._pay_deposit(order)
        order.action_crm_orders_cancel_and_refund()
        self.assertEqual(order.state, "cancel")
        self._assert_ledger(order, 30, 0, 30, 0)
        note = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((note.state, note.amount_total), ("posted", 30))
        self.assertEqual(note.amount_residual, 30)
        order.action_crm_orders_cancel_and_refund()
        self._assert_ledger(order, 30, 0, 30, 0)
        self.assertEqual(len(order.invoice_ids), 2)

    def test_cancel_without_money_refunds_none(self):
        order = self._preorder()
        invoice = self._invoice(order, 30)
        order.action_crm_orders_cancel_and_refund()
        self._assert_ledger(order, 0, 0, 0, 0)
        self.assertEqual(invoice.amount_residual, 0)

    def test_cancelled_after_part_of_the_deposit(self):
        order = self._preorder()
        self._pay(self._invoice(order, 30), 12)
        order.action_crm_orders_cancel_and_refund()
        self._assert_ledger(order, 12, 0, 12, 0)

    def test_plain_cancelling_keeps_the_deposit(self):
        order = self._preorder()
        self._pay_deposit(order)
        order._action_cancel()
        self._assert_ledger(order, 30, 0, 0, 30)
        row = self.env["crm_orders.deposit"].search([("order_id", "=", order.id)])
        self.assertEqual(row.state, "cancel")
        order.action_crm_orders_cancel_and_refund()
        self._assert_ledger(order, 30, 0, 30, 0)

    def test_deducted_deposit_is_not_refunded(self):
        order = self._preorder()
        self._pay_deposit(order)
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "Credit that invoice first"):
            order.action_crm_orders_cancel_and_refund()
        self._assert_ledger(order, 30, 30, 0, 0)

    def test_credited_final_invoice_gives_the_deposit_back(self):
        order = self._preorder()
        self._pay_deposit(order)
        final = self._invoice(order)
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(final.ids)],
                "journal_id": final.journal_id.id,
            }
        )
        wizard.refund_moves()
        wizard.new_move_ids.action_post()
        self._assert_ledger(order, 30, 0, 0, 30)
        order.action_crm_orders_cancel_and_refund()
        self._assert_ledger(order, 30, 0, 30, 0)

    def test_handed_over_goods_are_not_cancelled(self):
        order = self._preorder()
        self._pay_deposit(order)
        self._receive(1)
        self._hand_over(order)
        with self.assertRaisesRegex(UserError, "handed over"):
            order.action_crm_orders_cancel_and_refund()

    def test_shares_of_products_make_up_the_whole(self):
        order = self._preorder(confirm=False)
        order.order_line = [
            Command.create(
                {
                    "product_id": self._new_game().id,
                    "price_unit": price,
                    "tax_ids": False,
                }
            )
            for price in (33.33, 0.01, 66.66)
        ]
        order.action_confirm()
        self._pay(self._invoice(order, 100.01))
        rows = self.env["crm_orders.deposit"].search([("order_id", "=", order.id)])
        self.assertEqual(len(rows), 4)
        self.assertEqual(round(sum(rows.mapped("held")), 2), 100.01)
        self.assertEqual(order.crm_orders_deposit_held, 100.01)

    def test_report_groups_by_age(self):
        order = self._preorder()
        self._pay_deposit(order)
        groups = self.env["crm_orders.deposit"]._read_group(
            [("order_id", "=", order.id)], ["age", "partner_id"], ["held:sum"]
        )
        self.assertEqual(groups, [("month", self.customers[0], 30.0)])

    def _pay_on_the_web(self, order, amount):
        provider = self.env["payment.provider"].sudo().search([], limit=1)
        provider = provider.copy({"name": "Test", "company_id": self.company.id})
        methods = self.env["payment.method"].sudo().with_context(active_test=False)
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": methods.search([], limit=1).id,
                    "amount": amount,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "operation": "online_direct",
                    "reference": f"preorder-test-{order.id}",
                    "sale_order_ids": [Command.set(order.ids)],
                }
            )
        )

    def test_whoever_pays_for_a_place_that_is_gone_is_not_forgotten(self):
        self.game.crm_orders_preorder_quota = 1
        first, second = (self._preorder(n, confirm=False) for n in range(2))
        paid = self._pay_on_the_web(second, 30)
        self.assertFalse(second.crm_orders_is_too_late)
        first.action_confirm()
        second.invalidate_recordset()
        self.assertTrue(second.crm_orders_is_too_late)
        self.assertFalse(second._has_to_be_paid(), "no more money is asked for")
        paid._set_done()
        second.invalidate_recordset()
        paid._check_amount_and_confirm_order()
        self.assertEqual(second.state, "draft")
        self.assertFalse(paid.invoice_ids)
        self.assertIn("only 1 can be preordered", second.activity_ids.note)
        self.game.crm_orders_preorder_quota = 2
        second.action_confirm()
        self.assertEqual(second.state, "sale")

    def test_payment_on_the_web_is_a_deposit(self):
        order = self._preorder(confirm=False)
        transaction = self._pay_on_the_web(order, 30)
        transaction._set_done()
        transaction._check_amount_and_confirm_order()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.crm_orders_preorder_state, "goods")
        invoice = transaction.invoice_ids
        self.assertEqual(invoice.amount_total, 30)
        self.assertTrue(invoice._is_downpayment())
        transaction._check_amount_and_confirm_order()
        self.assertEqual(transaction.invoice_ids, invoice)
        invoice.action_post()
        self._pay(invoice)
        self._assert_ledger(order, 30, 0, 0, 30)

    def test_any_history_of_documents_adds_up(self):
        """Whatever accountants do, and in whatever order, no cent gets lost."""
        for seed in range(8):
            chance = random.Random(seed)
            order = self._preorder(quantity=5)
            paid = 0
            for _step in range(7):
                paid += self._do_something(order, chance)
                received, applied, refunded, held = self._ledger(order)
                with self.subTest(seed=seed):
                    self.assertEqual(received, round(applied + refunded + held, 2))
                    self.assertGreaterEqual(min(received, applied, refunded, held), 0)
                    self.assertEqual(received, round(paid, 2))
                    self.env.invalidate_all()
                    if received:
                        self.assertEqual(
                            tuple(round(amount, 2) for amount in self._reported(order)),
                            (received, applied, refunded, held),
                        )

    def _do_something(self, order, chance):
        """A random step of an accountant; return the money that came in."""
        posted = order.invoice_ids.filtered(lambda move: move.state == "posted")
        deposits = posted.filtered(
            lambda move: move.move_type == "out_invoice" and move._is_downpayment()
        )
        open_deposits = deposits.filtered(
            lambda move: (
                order.currency_id.compare_amounts(move.amount_residual, 0) > 0
                and not move.reversal_move_ids
            )
        )
        step = chance.choice(["invoice", "pay", "pay", "credit", "final"])
        if step == "invoice" and len(deposits) < 4:
            self._invoice(order, chance.choice([10, 33.33, 0.07]))
        elif step == "pay" and open_deposits:
            invoice = open_deposits[0]
            amount = chance.choice([invoice.amount_residual, 0.01, 5])
            amount = min(amount, invoice.amount_residual)
            self._pay(invoice, amount)
            return amount
        elif step == "credit":
            whole = deposits.filtered(
                lambda move: (
                    not move.reversal_move_ids and move.payment_state != "partial"
                )
            )
            if whole and len(posted) == len(deposits | posted.reversal_move_ids):
                order._crm_orders_credit(order.company_id, whole[:1], order)
        elif step == "final" and deposits and order.invoice_status == "to invoice":
            self._invoice(order)
        return 0
