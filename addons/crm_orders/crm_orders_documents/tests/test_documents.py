import hashlib
import json

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_base.tests.common import picture

from .common import DocumentsMixin


@tagged("post_install", "-at_install")
class TestDocuments(DocumentsMixin, TransactionCase):
    """What becomes of a document, and who did it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()

    def _as_seller(self, document):
        return document.with_user(self.seller).with_company(self.company)

    def test_signature_is_kept_with_name_and_time(self):
        document = self._make("contract")
        self.assertIsNone(self._sign(document, "  Aino \n Lähde "))
        self.assertEqual(document.state, "signed")
        self.assertEqual(document.signed_by, "Aino Lähde")
        self.assertEqual(document.signed_user_id, self.seller)
        self.assertAlmostEqual(
            document.signed_date.timestamp(),
            fields.Datetime.now().timestamp(),
            delta=60,
        )
        self.assertTrue(document.signature)
        self.assertIn("Aino Lähde signed", self.order.message_ids[0].body)

    def test_nobody_signs_twice_or_with_nothing(self):
        document = self._make("contract")
        for name in ("", "   ", None):
            self.assertTrue(document._sign(name))
        for image in ("%PDF", "A" * 100, picture()[:60]):
            self.assertTrue(document._sign("Aino", image))
        self.assertEqual(document.state, "made")
        self.assertIsNone(self._sign(document))
        self.assertTrue(self._sign(document, "Somebody Else"))
        self.assertEqual(document.signed_by, "Aino Lähde")

    def test_signing_is_done_on_the_screen(self):
        document = self._make("contract")
        action = self._as_seller(document).action_sign()
        wizards = self.env[action["res_model"]].with_user(self.seller)
        wizard = wizards.with_context(**action["context"]).create({})
        self.assertEqual(wizard.name, "Aino Lähde")
        with self.assertRaises(UserError):
            wizard.action_sign()
        wizard.signature = picture(kind="PNG")
        wizard.action_sign()
        self.assertEqual(document.state, "signed")
        self.assertFalse(wizard.signature)
        with self.assertRaises(UserError):
            wizard.action_sign()

    def test_nothing_changes_once_signed(self):
        document = self._make("contract")
        self._sign(document)
        for vals in (
            {"content": "<p>Other</p>"},
            {"body": "<p>Other</p>"},
            {"signed_by": "Other"},
            {"partner_id": self.company.partner_id.id},
            {"number": "X"},
            {"state": "draft", "title": "Other"},
        ):
            with self.assertRaises(UserError):
                document.write(vals)
        with self.assertRaises(UserError):
            document.unlink()
        self._as_seller(document).action_file()
        self.assertEqual(document.state, "archived")
        with self.assertRaises(UserError):
            document.write({"content": "<p>Other</p>"})

    def test_pdf_is_made_once_and_anew_when_signed(self):
        document = self._make("contract")
        url = self._as_seller(document).action_print()["url"]
        first = document.pdf_id
        self.assertEqual(url, f"/web/content/{first.id}?download=true")
        self.assertEqual(document.pdf_hash, hashlib.sha256(first.raw).hexdigest())
        self.assertIn(document.number, first.name)
        self._as_seller(document).action_print()
        self.assertEqual(document.pdf_id, first)
        self._sign(document)
        self.assertFalse(document.pdf_id)
        self._as_seller(document).action_print()
        self.assertNotEqual(document.pdf_id, first)
        self.assertTrue(first.exists(), "what was handed out before is still there")
        self.assertIn(b"Aino L", document.pdf_id.raw)

    def test_mail_goes_out_with_the_pdf(self):
        document = self._make("contract")
        action = self._as_seller(document).action_send()
        context = action["context"]
        self.assertIn("/order-document/", context["default_body"])
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.seller)
            .with_company(self.company)
            .with_context(**json.loads(json.dumps(context)))
            .create({})
        )
        self.assertEqual(composer.partner_ids, self.customer)
        self.assertEqual(document.state, "made", "until it is sent")
        composer.action_send_mail()
        self.assertEqual(document.state, "sent")
        self.assertEqual(document.sent_user_id, self.seller)
        message = self.order.message_ids[0]
        self.assertEqual(message.attachment_ids, document.pdf_id)
        self.assertIn(document.number, message.subject)
        self._sign(document)
        before = document.sent_date
        self._as_seller(document).action_send()
        document._mark_sent()
        self.assertEqual(document.state, "signed", "what is signed stays signed")
        self.assertGreaterEqual(document.sent_date, before)

    def test_letter_is_sent_to_the_customer_card(self):
        wizard = self._wizard(partner_id=self.customer.id)
        document = self.documents.browse(wizard.action_make()["res_id"])
        context = self._as_seller(document).action_send()["context"]
        self.assertEqual(context["default_model"], "res.partner")
        self.assertNotIn("/order-document/", context["default_body"])

    def test_only_drafts_are_deleted(self):
        wizard = self._wizard(self.order, "contract")
        draft = self.documents.browse(wizard.action_save_draft()["res_id"])
        made = self._make("contract")
        with self.assertRaises(UserError):
            made.unlink()
        draft.unlink()
        self._as_seller(made).action_cancel()
        self.assertEqual(made.state, "cancelled")
        self.assertEqual(made.cancelled_user_id, self.seller)
        with self.assertRaises(UserError):
            made.unlink()

    def test_state_says_what_can_be_done(self):
        document = self._as_seller(self._make("contract"))
        document.action_file()
        self.assertEqual(document.archived_user_id, self.seller)
        for action in ("action_edit", "action_sign", "action_file"):
            with self.assertRaises(UserError):
                getattr(document, action)()
        document.action_cancel()
        for action in ("action_send", "action_print", "action_copy_link"):
            with self.assertRaises(UserError):
                getattr(document, action)()

    def test_documents_are_found_on_the_order_and_the_customer(self):
        child = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        self._make("contract")
        order = self._confirmed_orders(1, partner_id=child.id, user_id=self.seller.id)
        self._make("receipt", order)
        self.assertEqual(self.order.crm_orders_document_count, 1)
        self.assertEqual(self.customer.crm_orders_document_count, 2)
        self.assertEqual(child.crm_orders_document_count, 1)
        for record, count in ((self.order, 1), (self.customer, 2), (child, 1)):
            domain = record.action_crm_orders_view_documents()["domain"]
            self.assertEqual(self.documents.search_count(domain), count)
