from odoo.tests import Form, tagged

from .common import LoyaltyTiersSaleCommon


@tagged("post_install", "-at_install")
class TestForm(LoyaltyTiersSaleCommon):
    """What the seller sees while typing is what is stored."""

    def form(self, partner):
        form = Form(self.env(user=self.seller)["sale.order"])
        form.partner_id = partner
        return form

    def add(self, form, product):
        with form.order_line.new() as line:
            line.product_id = product
            return line.discount

    def test_discount_appears_while_typing(self):
        form = self.form(self.gold_customer)
        self.assertEqual(form.loyalty_tier_id, self.gold)
        self.assertEqual(self.add(form, self.mug), 10)
        self.assertEqual(self.add(form, self.card), 0)
        order = form.save()
        self.assertEqual(order.order_line.mapped("discount"), [10, 0])
        self.assertEqual(order.order_line.mapped("loyalty_discount"), [10, 0])

    def test_changing_the_customer_changes_the_lines_on_the_screen(self):
        form = self.form(self.partner)
        self.add(form, self.mug)
        form.partner_id = self.gold_customer
        with form.order_line.edit(0) as line:
            self.assertEqual(line.discount, 10)
        form.partner_id = self.silver_customer
        with form.order_line.edit(0) as line:
            self.assertEqual(line.discount, 5)
        order = form.save()
        self.assertEqual(order.order_line.discount, 5)
        self.assertEqual(order.order_line.loyalty_discount, 5)

    def test_changing_the_customer_of_a_stored_quotation(self):
        env = self.env(user=self.seller)
        order = self.order(self.gold_customer, self.mug, self.blanket, env=env)
        with Form(order) as form:
            form.partner_id = self.partner
        self.assertEqual(order.order_line.mapped("discount"), [0, 0])

    def test_what_is_typed_in_the_form_is_stored(self):
        order = self.order(self.partner, self.mug, env=self.env(user=self.seller))
        with Form(order) as form:
            form.partner_id = self.gold_customer
            with form.order_line.edit(0) as line:
                line.discount = 3
        self.assertEqual(order.order_line.discount, 3)

    def test_quantity_in_the_form(self):
        form = self.form(self.gold_customer)
        self.add(form, self.mug)
        with form.order_line.edit(0) as line:
            line.product_uom_qty = 4
            self.assertEqual(line.discount, 10)
        self.assertEqual(form.save().amount_untaxed, 72)
