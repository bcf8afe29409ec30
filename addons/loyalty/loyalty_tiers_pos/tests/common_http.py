from odoo.addons.loyalty_tiers.tests.common import make_tiers
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


class LoyaltyTiersHttpCommon(TestPointOfSaleHttpCommon):
    """The till in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        company = cls.main_pos_config.company_id
        env["loyalty.program"].search([("active", "=", True)]).active = False
        env["loyalty.tier"].sudo().search([("company_id", "=", company.id)]).unlink()
        cls.bronze, cls.silver, cls.gold = make_tiers(env(su=True), company)
        category = cls.pos_desk_misc_test.ids
        cls.blanket, cls.box = env["product.product"].create(
            [
                {
                    "name": name,
                    "list_price": price,
                    "available_in_pos": True,
                    "taxes_id": False,
                    "pos_categ_ids": [(6, 0, category)],
                }
                for name, price in (("Wool Blanket", 100), ("Gift Box", 50))
            ]
        )
        cls.box.loyalty_tier_excluded = True
        names = ("Gold Customer", "Silver Customer", "Plain Customer")
        cls.partners = env["res.partner"].create([{"name": name} for name in names])
        cls.give(cls.partners[0], 3000)
        cls.give(cls.partners[1], 700)

    @classmethod
    def give(cls, partner, amount):
        company = cls.main_pos_config.company_id
        cls.env["loyalty.activity"].sudo()._accrue(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "kind": "sale",
                    "source_model": "test.document",
                    "source_id": partner.id,
                    "date": company._get_loyalty_today(),
                    "amount": amount,
                }
            ]
        )

    def tour(self, name):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour(name)
        return self.main_pos_config.current_session_id.order_ids

    def booked(self, order):
        return (
            self.env["loyalty.activity"]
            .sudo()
            .search([("source_model", "=", "pos.order"), ("source_id", "=", order.id)])
            .mapped("amount")
        )
