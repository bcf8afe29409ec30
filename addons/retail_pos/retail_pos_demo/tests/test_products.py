import base64

from odoo.tests import tagged
from odoo.tools.barcode import check_barcode_encoding

from .common import DemoShopCase

LARGEST_PICTURE = 12_000  # bytes; the till loads all of them at once


@tagged("post_install", "-at_install")
class TestProducts(DemoShopCase):
    """The shelves are full and every product can be sold at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = cls._records("product.product", "product_")

    def test_assortment(self):
        self.assertGreaterEqual(len(self.products), 24)
        categories = self._records("pos.category", "pos_category_")
        self.assertEqual(len(categories), 5)
        self.assertEqual(self.products.pos_categ_ids, categories)

    def test_barcodes_are_unique_and_internal(self):
        barcodes = self.products.mapped("barcode")
        self.assertEqual(len(set(barcodes)), len(self.products))
        for barcode in barcodes:
            self.assertTrue(check_barcode_encoding(barcode, "ean13"), barcode)
            self.assertTrue(barcode.startswith("20"), barcode)

    def test_barcodes_are_products_to_the_till(self):
        """Other numbers of the internal range carry a weight or a price."""
        nomenclature = self.company.nomenclature_id
        for product in self.products:
            kind = nomenclature.parse_barcode(product.barcode)["type"]
            self.assertEqual(kind, "product", product.name)

    def test_pictures_are_there_and_small(self):
        for product in self.products:
            size = len(base64.b64decode(product.image_1920 or b""))
            self.assertTrue(0 < size < LARGEST_PICTURE, f"{product.name}: {size}")

    def test_prices_cover_the_cost(self):
        for product in self.products:
            self.assertEqual(len(product.taxes_id), 1, product.name)
            net = product.taxes_id.compute_all(product.lst_price)["total_excluded"]
            self.assertGreater(net, product.standard_price, product.name)

    def test_stock_lies_in_both_outlets(self):
        goods = self.products.filtered("is_storable")
        self.assertGreater(len(goods), 20)
        for outlet in self.outlets:
            shelf = outlet.picking_type_id.default_location_src_id
            for product in goods.with_context(location=shelf.id):
                self.assertGreater(product.qty_available, 0, product.name)
