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

    def test_customer_signs_on_the_own_page(self):
        document = self._make("contract")
        path = "/order-document/" + document._get_url().rpartition("/")[2]
        self.start_tour(path, "crm_orders_documents_customer")
        self.assertEqual(document.state, "signed")
        self.assertTrue(document.signature)
        self.assertFalse(document.signed_user_id)
