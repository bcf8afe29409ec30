from odoo import Command
from odoo.tests import tagged

from odoo.addons.loyalty_tiers_pos.tests.common_http import LoyaltyTiersHttpCommon


@tagged("post_install", "-at_install")
class TestFrontendSale(LoyaltyTiersHttpCommon):
    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        return groups | cls.quick_ref("sales_team.group_sale_manager")

    def test_settle_order_of_gold_customer(self):
        product = {"product_id": self.blanket.id, "product_uom_qty": 1}
        order = (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": self.partners[0].id,
                    "company_id": self.main_pos_config.company_id.id,
                    "order_line": [
                        Command.create(product),
                        Command.create({**product, "price_unit": 80, "discount": 0}),
                    ],
                }
            )
        )
        self.assertEqual(order.order_line.mapped("discount"), [10, 0])
        self.assertEqual(order.amount_total, 170)
        self.pos_user.group_ids += self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        receipt = self.tour("loyalty_tiers_pos_sale_settle")
        self.assertEqual(receipt.amount_total, 260)
        self.assertEqual(order.state, "sale")
        # the order counts as the order, what was taken along as the receipt
        self.assertEqual(self.booked(receipt), [90])
        ordered = (
            self.env["loyalty.activity"]
            .sudo()
            .search([("source_model", "=", "sale.order"), ("source_id", "=", order.id)])
        )
        self.assertEqual(ordered.mapped("amount"), [170])
