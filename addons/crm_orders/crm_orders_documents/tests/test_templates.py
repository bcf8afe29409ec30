from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import DocumentsMixin

KINDS = (
    "quotation",
    "confirmation",
    "contract",
    "work_order",
    "acceptance",
    "receipt",
    "letter",
)


@tagged("post_install", "-at_install")
class TestTemplates(DocumentsMixin, TransactionCase):
    """What is ready to be used, and what can be saved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()

    def test_every_kind_is_ready(self):
        for kind in KINDS:
            template = self._template(kind)
            self.assertEqual(template.kind, kind)
            template._check_gaps()
            document = self._make(kind)
            self.assertNotIn("{", document.content, kind)
            self.assertIn("Aino Lähde", document.content, kind)

    def test_unknown_gap_is_not_saved(self):
        template = self._template("letter")
        for field in ("title", "body", "closing"):
            with self.assertRaises(ValidationError):
                template[field] = "Hello {custmer}"
        self.env["res.lang"]._activate_lang("fi_FI")
        with self.assertRaises(ValidationError):
            template.update_field_translations("title", {"fi_FI": "Hei {asiakas}"})
        with self.assertRaises(ValidationError):
            template.with_context(lang="fi_FI").title = "Hei {asiakas}"

    def test_work_order_has_no_money(self):
        template = self._template("work_order")
        with self.assertRaises(ValidationError):
            template.show_prices = True
        with self.assertRaises(ValidationError):
            template.body = "<p>{total}</p>"
        contract = self._template("contract").copy()
        with self.assertRaises(ValidationError):
            contract.write({"kind": "work_order", "show_prices": False})

    def test_kind_stays_once_used(self):
        template = self._template("letter").copy()
        template.kind = "receipt"
        self.assertTrue(template.show_prices)
        self._wizard(self.order, template_id=template.id).action_make()
        with self.assertRaises(UserError):
            template.kind = "contract"
        template.name = "Renamed"
        with self.assertRaises(UserError):
            template.unlink()

    def test_every_company_has_numbers_once(self):
        sequences = self.env["ir.sequence"]
        domain = [
            ("code", "like", "crm_orders.document."),
            ("company_id", "=", self.company.id),
        ]
        self.assertEqual(sequences.search_count(domain), len(KINDS))
        self.company._crm_orders_create_document_sequences()
        self.assertEqual(sequences.search_count(domain), len(KINDS))
        missing = (
            self.env["res.company"]
            .search([])
            .filtered(
                lambda company: (
                    not sequences.search_count(
                        [
                            ("code", "=", "crm_orders.document.contract"),
                            ("company_id", "=", company.id),
                        ]
                    )
                )
            )
        )
        self.assertFalse(missing)
