from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.loyalty_tiers.tests.common import LoyaltyTiersCommon


class LoyaltyTiersSaleCommon(LoyaltyTiersCommon):
    """Three products with a tax of 25.5 % on top, and a seller."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        country = cls.env.ref("base.fi")
        cls.company.country_id = cls.company.account_fiscal_country_id = country
        group = cls.env["account.tax.group"].create(
            {"name": "VAT", "company_id": cls.company.id, "country_id": country.id}
        )
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "VAT 25.5 %",
                "amount": 25.5,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "country_id": country.id,
                "tax_group_id": group.id,
                "price_include_override": "tax_excluded",
            }
        )
        cls.mug, cls.blanket, cls.card = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "list_price": price,
                    "type": "consu",
                    "taxes_id": [Command.set(cls.tax.ids)],
                    "company_id": cls.company.id,
                }
                for name, price in (("Mug", 20), ("Blanket", 100), ("Card", 50))
            ]
        )
        cls.card.loyalty_tier_excluded = True
        cls.gold_customer, cls.silver_customer = cls.env["res.partner"].create(
            [{"name": "Gold Customer"}, {"name": "Silver Customer"}]
        )
        cls.seller = new_test_user(
            cls.env,
            "loyalty_seller",
            groups="base.group_user,sales_team.group_sale_salesman",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            context={"no_reset_password": True},
        )

    def setUp(self):
        super().setUp()
        self.buy(3000, partner=self.gold_customer)
        self.buy(600, partner=self.silver_customer)

    def order(self, partner, *products, env=None, **values):
        return (env or self.env)["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 1})
                    for product in products
                ],
                **values,
            }
        )

    def settle(self):
        """What the end of a transaction does."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def booked(self, order):
        return self.env["loyalty.activity"].search(
            [("source_model", "=", "sale.order"), ("source_id", "=", order.id)],
            order="source_seq",
        )
