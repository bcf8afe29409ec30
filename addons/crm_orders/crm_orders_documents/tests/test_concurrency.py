from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions, picture


@tagged("post_install", "-at_install")
class TestConcurrency(SeveralTransactions):
    """Two people at once, each with a connection and a transaction of their own.

    `SerializationFailure` makes Odoo answer the request anew by itself.
    """

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            partner = env["res.partner"].create({"name": "Concurrency test"})
            wizard = env["crm_orders.document.make"].create(
                {
                    "partner_id": partner.id,
                    "template_id": env.ref("crm_orders_documents.template_letter").id,
                    "needs_signature": True,
                }
            )
            self.document_id = wizard.action_make()["res_id"]
            self.partner_id = partner.id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._new_env() as env:
            document = self._document(env)
            files = env["ir.attachment"].search(
                [
                    ("res_model", "=", document._name),
                    ("res_id", "=", document.id),
                    ("res_field", "in", [False, "signature"]),
                ]
            )
            # Nobody but a test removes what was made.
            env.cr.execute(
                "UPDATE crm_orders_document"
                " SET state = 'draft', pdf_id = NULL, signed_date = NULL WHERE id = %s",
                [document.id],
            )
            env.invalidate_all()
            env["crm_orders.document.make"].search([]).unlink()
            document.unlink()
            files.exists().unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _document(self, env):
        """The document, as it is when the transaction begins."""
        document = env["crm_orders.document"].browse(self.document_id)
        document.fetch(["state", "pdf_id"])
        return document

    def test_one_of_two_signs(self):
        with self._new_env() as first, self._new_env() as second:
            mine, theirs = self._document(first), self._document(second)
            self.assertIsNone(mine._sign("First", picture(kind="PNG")))
            first.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs._sign("Second", picture(kind="PNG"))
            second.cr.rollback()
        with self._new_env() as again:
            self.assertTrue(self._document(again)._sign("Second"))
            self.assertEqual(self._document(again).signed_by, "First")

    def test_one_pdf_is_kept_when_two_print(self):
        with self._new_env() as first, self._new_env() as second:
            mine, theirs = self._document(first), self._document(second)
            pdf = mine._ensure_pdf()
            first.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs._ensure_pdf()
            second.cr.rollback()
        with self._new_env() as again:
            self.assertEqual(self._document(again)._ensure_pdf().id, pdf.id)
