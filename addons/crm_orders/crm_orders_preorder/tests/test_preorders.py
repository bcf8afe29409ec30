from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import PreorderCommon


@tagged("post_install", "-at_install")
class TestPreorders(PreorderCommon):
    """Orders of products that can be preordered become preorders by themselves."""

    def test_order_becomes_a_preorder(self):
        self.game.crm_orders_release_date = fields.Date.today() + timedelta(days=30)
        order = self._preorder(confirm=False)
        self.assertTrue(order.crm_orders_is_preorder)
        self.assertEqual(order.crm_orders_type_id, self.type_preorder)
        self.assertEqual(
            order.crm_orders_release_date, self.game.crm_orders_release_date
        )
        order.action_confirm()
        self.assertEqual(order.crm_orders_preorder_state, "goods")
        self.assertTrue(order.crm_orders_queue_date)
        self.assertEqual(order.crm_orders_place, 1)

    def test_other_orders_do_not(self):
        self.game.crm_orders_preorder = False
        order = self._preorder()
        self.assertFalse(order.crm_orders_is_preorder)
        self.assertEqual(order.crm_orders_type_id, self.type_pickup)
        self.assertFalse(order.crm_orders_preorder_state)
        self.assertFalse(order.crm_orders_queue_date)
        self.assertFalse(order.require_payment)

    def test_order_of_the_type_is_a_preorder_of_any_goods(self):
        self.game.crm_orders_preorder = False
        order = self._preorder(confirm=False)
        order.crm_orders_type_id = self.type_preorder
        self.assertTrue(order.crm_orders_is_preorder)
        order.action_confirm()
        self.assertEqual(order.crm_orders_preorder_state, "goods")

    def test_without_the_type_it_is_a_preorder_all_the_same(self):
        self.type_preorder.action_archive()
        order = self._preorder()
        self.assertTrue(order.crm_orders_is_preorder)
        self.assertEqual(order.crm_orders_type_id, self.type_pickup)

    def test_preorders_end(self):
        today = fields.Date.today()
        early = self._preorder(confirm=False)
        self.game.crm_orders_preorder_until = today - timedelta(days=1)
        self.assertFalse(self._preorder().crm_orders_is_preorder)
        early.action_confirm()
        self.assertFalse(early.crm_orders_is_preorder)
        self.game.write(
            {"crm_orders_preorder_until": False, "crm_orders_release_date": today}
        )
        self.assertTrue(self._preorder().crm_orders_is_preorder)

    def test_what_was_preordered_stays_preordered(self):
        order = self._preorder()
        self.game.crm_orders_preorder = False
        order.order_line.product_uom_qty = 2
        self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self._new_game().id}
        )
        self.assertEqual(
            order.order_line.mapped("crm_orders_is_preorder"), [True, True]
        )

    def test_preorders_cannot_end_after_the_release(self):
        today = fields.Date.today()
        with self.assertRaises(ValidationError):
            self.game.write(
                {
                    "crm_orders_release_date": today,
                    "crm_orders_preorder_until": today + timedelta(days=1),
                }
            )

    def test_deposit_is_asked_for(self):
        self.game.write(
            {"crm_orders_deposit_kind": "percent", "crm_orders_deposit_percent": 30}
        )
        order = self._preorder(quantity=2, confirm=False)
        self.assertEqual(order.crm_orders_deposit, 60)
        self.assertTrue(order.require_payment)
        self.assertEqual(order._get_prepayment_required_amount(), 60)
        order.order_line.product_uom_qty = 1
        self.assertEqual(order._get_prepayment_required_amount(), 30)
        order.crm_orders_deposit = 50
        self.assertEqual(order._get_prepayment_required_amount(), 50)
        order.action_confirm()
        self.assertEqual(order._get_crm_orders_deposit(), 50)
        with self.assertRaises(UserError):
            order.crm_orders_deposit = 0

    def test_without_preorder_the_quotation_asks_for_no_deposit(self):
        self.game.write(
            {"crm_orders_deposit_kind": "fixed", "crm_orders_deposit_fixed": 15}
        )
        order = self._preorder(confirm=False)
        self.assertTrue(order.require_payment)
        order.order_line.unlink()
        self.assertEqual(order.crm_orders_deposit, 0)
        self.assertEqual(order.require_payment, self.company.portal_confirmation_pay)

    def test_form_shows_the_deposit_before_saving(self):
        self.game.write(
            {"crm_orders_deposit_kind": "fixed", "crm_orders_deposit_fixed": 15}
        )
        form = Form(self.env["sale.order"])
        form.partner_id = self.customers[0]
        with form.order_line.new() as line:
            line.product_id = self.game
            line.product_uom_qty = 3
        self.assertEqual(form.crm_orders_deposit, 45)
        order = form.save()
        self.assertEqual(order._get_prepayment_required_amount(), 45)

    def test_quota_is_kept(self):
        self.game.crm_orders_preorder_quota = 3
        self._preorder(quantity=2)
        refused = self._preorder(1, quantity=2, confirm=False)
        with self.assertRaises(UserError) as caught:
            refused.action_confirm()
        self.assertIn("only 3 can be preordered", str(caught.exception))
        self.assertEqual(refused.state, "draft")
        last = self._preorder(1)
        with self.assertRaises(UserError):
            last.order_line.product_uom_qty = 2
        with self.assertRaises(UserError):
            last.order_line = [Command.create({"product_id": self.game.id})]
        self.assertEqual(self.game.product_tmpl_id.crm_orders_preordered_qty, 3)

    def test_cancelled_preorder_frees_its_place(self):
        self.game.crm_orders_preorder_quota = 1
        first = self._preorder()
        first._action_cancel()
        self.assertFalse(first.crm_orders_preorder_state)
        self.assertFalse(first.crm_orders_queue_date)
        second = self._preorder(1)
        first.action_draft()
        with self.assertRaises(UserError):
            first.action_confirm()
        self.assertEqual(second.crm_orders_place, 1)

    def test_quota_counts_in_the_unit_of_the_product(self):
        self.game.crm_orders_preorder_quota = 12
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._preorder(confirm=False)
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        self.assertEqual(order.order_line.crm_orders_preorder_qty, 12)
        with self.assertRaises(UserError):
            self._preorder(1)

    def test_limit_per_customer(self):
        self.game.crm_orders_preorder_limit = 2
        self._preorder(quantity=2)
        with self.assertRaisesRegex(UserError, "one customer can preorder 2"):
            self._preorder()
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customers[0].id}
        )
        order = self._preorder(1, confirm=False)
        order.partner_id = contact
        with self.assertRaises(UserError):
            order.action_confirm()
        self._preorder(2)

    def test_copy_starts_anew(self):
        order = self._preorder()
        copied = order.copy()
        self.assertTrue(copied.crm_orders_is_preorder)
        self.assertFalse(copied.crm_orders_queue_date)
        self.assertFalse(copied.crm_orders_preorder_state)

    def test_customer_is_told_when_it_is_expected(self):
        self.game.crm_orders_release_text = "autumn"
        order = self._preorder()
        self.assertIn("Preorder, expected: autumn", order.order_line.name)
        self.game.crm_orders_release_date = fields.Date.to_date("2099-12-24")
        order = self._preorder(1)
        self.assertIn("Preorder, expected: 12/24/2099", order.order_line.name)
        expected = order._get_crm_orders_expected_date()
        self.assertEqual(expected.date(), self.game.crm_orders_release_date)
        self._receive(2)
        self.assertEqual(order.crm_orders_preorder_state, "allocated")
        self.assertNotEqual(order._get_crm_orders_expected_date(), expected)
        self.game.crm_orders_preorder = False
        self.assertNotIn("Preorder", self._preorder(2).order_line.name)

    def test_waiting_list_opens(self):
        order = self._preorder()
        action = self.game.product_tmpl_id.action_crm_orders_view_waiting_list()
        lines = self.env["sale.order.line"].search(action["domain"])
        self.assertEqual(lines, order.order_line)
        self.assertEqual(lines.action_crm_orders_open_order()["res_id"], order.id)
