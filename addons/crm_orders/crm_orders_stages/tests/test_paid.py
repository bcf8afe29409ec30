from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestPaid(StagesMixin, AccountTestInvoicingCommon):
    """Money that comes in lets orders move on."""

    @classmethod
    def _new_company(cls, _name):
        return cls.company_data["company"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("crm_orders_base.group_manager")
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls._set_up_stages()
        cls.stage_work.enter_on = "deposit"
        cls.stage_ready.enter_on = "paid"

    def _order(self, **vals):
        order = self._new_orders(1, **vals)
        order.order_line.tax_ids = False
        order.order_line.price_unit = 100
        order.action_confirm()
        return order

    def _invoice(self, order, **vals):
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": [Command.set(order.ids)], **vals}
        )
        known = order.invoice_ids
        wizard.create_invoices()
        invoice = order.invoice_ids - known
        invoice.action_post()
        return invoice

    def _pay(self, invoice, amount=None):
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create(
            {"amount": amount or invoice.amount_residual}
        )._create_payments()

    def _in_full(self, order):
        order.order_line.filtered("product_id").qty_delivered = 1
        return self._invoice(order, advance_payment_method="delivered")

    def test_paid_invoice_moves_the_order(self):
        order = self._order()
        invoice = self._in_full(order)
        self.assertEqual(order._get_crm_orders_paid(), {order: 0})
        self._pay(invoice)
        self.assertEqual(order._get_crm_orders_paid(), {order: 100})
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)
        self.assertEqual(order.crm_orders_log_ids.sorted("id")[-1].cause, "paid")

    def test_deposit_moves_the_order_to_its_work(self):
        order = self._order(require_payment=True, prepayment_percent=0.3)
        invoice = self._invoice(order, advance_payment_method="percentage", amount=30)
        self._pay(invoice)
        self.assertEqual(order._get_crm_orders_paid(), {order: 30})
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self._pay(self._in_full(order))
        self.assertEqual(order._get_crm_orders_paid(), {order: 100})
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_part_payment_is_no_payment_in_full(self):
        order = self._order()
        self._pay(self._in_full(order), 99.99)
        self.assertAlmostEqual(order._get_crm_orders_paid()[order], 99.99)
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)

    def test_refund_takes_back(self):
        order = self._order()
        invoice = self._in_full(order)
        self._pay(invoice)
        refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        refund.action_post()
        self._pay(refund)
        self.assertEqual(order._get_crm_orders_paid(), {order: 0})

    def test_invoice_of_two_orders_counts_for_each_its_part(self):
        first, second = self._order(), self._order()
        (first | second).order_line.qty_delivered = 1
        invoice = self._invoice(
            first | second,
            advance_payment_method="delivered",
            consolidated_billing=True,
        )
        self.assertEqual(len(invoice), 1)
        self._pay(invoice, 100)
        self.assertEqual(
            (first | second)._get_crm_orders_paid(), {first: 50, second: 50}
        )

    def test_payment_on_the_web_counts(self):
        order = self._order()
        provider = self.env["payment.provider"].create(
            {"name": "Test", "company_id": self.company.id}
        )
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "reference": "web 1",
                "amount": 100,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        # Only modules of providers can authorize; what matters here comes after.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_transaction SET state = 'authorized' WHERE id = %s",
            [transaction.id],
        )
        self.env.invalidate_all()
        transaction._post_process()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_condition_asks_for_its_percentage(self):
        self.stage_ready.enter_on = False
        self.env["crm_orders.stage.condition"].create(
            {
                "stage_id": self.stage_work.id,
                "kind": "paid",
                "moment": "enter",
                "percent": 30,
            }
        )
        order = self._order()
        self.assertTrue(order._get_crm_orders_unmet(self.stage_work))
        self._pay(self._in_full(order), 30)
        self.assertFalse(order._get_crm_orders_unmet(self.stage_work))
