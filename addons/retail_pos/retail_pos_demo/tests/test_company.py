from stdnum.fi import alv

from odoo.tests import tagged

from .common import DemoShopCase


@tagged("post_install", "-at_install")
class TestCompany(DemoShopCase):
    """The company keeps its books as a Finnish shop does."""

    def test_company_is_finnish(self):
        self.assertEqual(self.company.chart_template, "fi")
        self.assertEqual(self.company.currency_id.name, "EUR")
        self.assertEqual(self.company.account_fiscal_country_id.code, "FI")
        self.assertTrue(alv.is_valid(self.company.vat))

    def test_default_taxes_are_the_current_rate(self):
        taxes = self.company.account_sale_tax_id + self.company.account_purchase_tax_id
        self.assertEqual(taxes.mapped("amount"), [25.5, 25.5])

    def test_price_tags_include_vat(self):
        vase = self._demo("product_vase")
        amounts = vase.taxes_id.compute_all(49.90, product=vase)
        self.assertAlmostEqual(amounts["total_included"], 49.90)
        self.assertAlmostEqual(amounts["total_excluded"], 39.76)

    def test_reduced_rate_is_booked_and_reported_like_the_chart_does(self):
        chart_tax = self.env.ref("account.1_tax_dom_sales_goods_14")
        reduced = self._demo("tax_sale_reduced")
        self.assertEqual(reduced.amount, 13.5)
        for lines in ("invoice_repartition_line_ids", "refund_repartition_line_ids"):
            self.assertEqual(reduced[lines].account_id, chart_tax[lines].account_id)
            self.assertEqual(reduced[lines].tag_ids, chart_tax[lines].tag_ids)
            self.assertTrue(reduced[lines].tag_ids)

    def test_finnish_is_there_and_english_is_the_default(self):
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        self.assertIn("fi_FI", codes)
        self.assertEqual(self._demo("user_seller").lang, "en_US")
        finnish = self._demo("product_cinnamon_bun").with_context(lang="fi_FI")
        self.assertEqual(finnish.name, "Korvapuusti")
        menu = self.env.ref("point_of_sale.menu_point_root").with_context(lang="fi_FI")
        self.assertEqual(menu.name, "Kassajärjestelmä")
