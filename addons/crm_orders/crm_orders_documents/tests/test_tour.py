from odoo.tests import HttpCase, tagged

from .common import DocumentsMixin


@tagged("post_install", "-at_install")
class TestTour(DocumentsMixin, HttpCase):
    """From an order to a signed contract in the archive, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()
        cls.seller.password = "document_seller"

    def test_seller_makes_a_contract_and_the_customer_signs(self):
        self.start_tour(
            "/odoo",
            "crm_orders_documents_seller",
            login="document_seller",
            timeout=120,
        )
        document = self.order.crm_orders_document_ids
        self.assertEqual(document.kind, "contract")
        self.assertEqual(document.state, "archived")
        self.assertEqual(document.signed_by, "Aino Lähde")
        self.assertTrue(document.signature)
        self.assertIn("Agreed in the shop", document.title)
