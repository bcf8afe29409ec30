from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.loyalty_tiers.tests.common import make_tiers
from odoo.addons.point_of_sale.tests.common import TestPoSCommon


class LoyaltyTiersPosCommon(TestPoSCommon):
    """An open till, tiers, and goods of 100 that cost 125.50 with tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("loyalty_tiers.group_loyalty_manager")
        cls.config = cls.basic_config
        cls.company.loyalty_tz = "Europe/Helsinki"
        cls.bronze, cls.silver, cls.gold = make_tiers(cls.env, cls.company)
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "VAT 25.5 %",
                "amount": 25.5,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        cls.blanket = cls.create_product(
            "Blanket", cls.categ_basic, 125.5, tax_ids=cls.tax.ids
        )
        cls.partner, cls.gold_customer = cls.env["res.partner"].create(
            [{"name": "Aino Mäkelä"}, {"name": "Gold Customer"}]
        )
        cls.cashier = new_test_user(
            cls.env,
            "loyalty_cashier",
            groups="base.group_user,point_of_sale.group_pos_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            context={"no_reset_password": True},
        )

    def give(self, partner, amount, number=1):
        """Purchases of another kind, for a tier to begin with."""
        self.env["loyalty.activity"]._accrue(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "kind": "sale",
                    "source_model": "test.document",
                    "source_id": partner.id * 100 + number,
                    "date": self.company._get_loyalty_today(),
                    "amount": amount,
                }
            ]
        )

    def data(self, *lines, customer=None, **values):
        """What a till sends for a receipt."""
        return self.create_ui_order_data(
            list(lines), pos_order_ui_args=values, customer=customer
        )

    def sell(self, *lines, customer=None, env=None, **values):
        data = self.data(*lines, customer=customer, **values)
        result = (env or self.env)["pos.order"].sync_from_ui([data])
        return self.env["pos.order"].browse(result["pos.order"][0]["id"])

    def booked(self, order):
        return self.env["loyalty.activity"].search(
            [("source_model", "=", "pos.order"), ("source_id", "=", order.id)],
            order="source_seq",
        )

    def member(self, partner):
        return self.env["loyalty.membership"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )
