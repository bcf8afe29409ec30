from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from .common import DocumentsMixin


@tagged("post_install", "-at_install")
class TestMake(DocumentsMixin, TransactionCase):
    """One screen: choose, look, change, make."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()

    def _form(self, **context):
        wizards = self.env["crm_orders.document.make"].with_user(self.seller)
        context = {f"default_{name}": value for name, value in context.items()}
        return Form(wizards.with_company(self.company).with_context(**context))

    def test_order_state_and_stage_choose_the_template(self):
        for state, expected in (("draft", "quotation"), ("sale", "confirmation")):
            self.order.state = state
            self.assertEqual(self._wizard(self.order).kind, expected)
        self.order.crm_orders_stage_id = self.stage_done
        self.assertEqual(self._wizard(self.order).kind, "acceptance")
        self.stage_done.document_template_ids = self._template("receipt")
        self.assertEqual(self._wizard(self.order).kind, "receipt")
        self._make("receipt")
        self.assertEqual(self._wizard(self.order).kind, "acceptance")

    def test_preview_is_live(self):
        with self._form(order_id=self.order.id) as form:
            form.template_id = self._template("contract")
            self.assertIn("Chair", self._text(form.preview))
            self.assertIn("Aino Lähde", self._text(form.preview))
            form.body = "<p>Agreed by hand</p>"
            self.assertIn("Agreed by hand", self._text(form.preview))
            self.assertNotIn("Parties", self._text(form.preview))
            form.show_lines = False
            self.assertNotIn("Chair", self._text(form.preview))
        self.assertFalse(
            self.order.crm_orders_document_ids, "nothing is made by looking"
        )

    def test_made_document_says_what_the_order_says(self):
        document = self._make("contract")
        text = self._text(document.content)
        for part in (
            self.order.name,
            "Kauppa Oy",
            "Kauppakatu 1, 00100 Helsinki",
            "1234567-8",
            "Aino Lähde",
            "Satamakatu 5",
            "Chair",
            "forty-nine euros",
        ):
            self.assertIn(part, text)
        self.assertNotIn("{", text)
        self.assertEqual(document.state, "made")
        self.assertEqual(document.user_id, self.seller)
        self.assertTrue(document.date)
        self.assertIn("Satamakatu 5", document.address)

    def test_numbers_are_of_kind_and_company(self):
        first, second = self._make("contract"), self._make("contract")
        self.assertRegex(first.number, r"^C-\d{4}-\d{4}$")
        self.assertEqual(int(second.number[-4:]), int(first.number[-4:]) + 1)
        self.assertRegex(self._make("receipt").number, r"^R-\d{4}-\d{4}$")
        other = self._new_company("Other Oy")
        order = self._new_orders(1, company=other)
        self.seller.company_ids |= other
        order.user_id = self.seller
        wizards = self.env["crm_orders.document.make"].with_user(self.seller)
        wizard = wizards.with_company(other).create(
            {"order_id": order.id, "template_id": self._template("contract").id}
        )
        made = self.documents.browse(wizard.action_make()["res_id"])
        self.assertEqual(made.number[-4:], "0001")
        self.assertEqual(made.company_id, other)

    def test_what_was_made_stays_as_it_was(self):
        document = self._make("contract")
        before = document.content
        self.customer.name = "Somebody Else"
        self.order.order_line.price_unit = 1
        self._template("contract").body = "<p>Other</p>"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(document.content, before)
        self.assertIn("Aino Lähde", document.address)

    def test_text_written_in_the_wizard_is_text_of_the_document(self):
        wizard = self._wizard(self.order, "contract")
        wizard.write(
            {"body": "<p>By hand</p><script>alert(1)</script>", "title": "Deal"}
        )
        document = self.documents.browse(wizard.action_make()["res_id"])
        self.assertIn("By hand", document.content)
        self.assertNotIn("<script", document.content)
        self.assertEqual(document.title, "Deal")

    def test_names_are_text_and_no_html(self):
        self.customer.name = "<img src=x onerror=alert(1)>"
        self.product.name = "<script>x</script>"
        self.order.order_line.name = "<script>x</script>"
        document = self._make("contract")
        self.assertNotIn("<img", document.content)
        self.assertNotIn("<script", document.content)

    def test_documents_speak_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        template = self._template("receipt")
        template.with_context(lang="fi_FI").write(
            {"title": "Kuitti", "body": "<p>{paid_words}</p>"}
        )
        self.customer.lang = "fi_FI"
        document = self._make("receipt")
        self.assertEqual(document.lang, "fi_FI")
        self.assertEqual(document.title, "Kuitti")
        self.assertIn("nolla euroa", document.content)

    def test_work_order_tells_no_money(self):
        wizard = self._wizard(self.order, "work_order")
        wizard.show_prices = True
        document = self.documents.browse(wizard.action_make()["res_id"])
        self.assertIn("Chair", document.content)
        self.assertNotIn("49", self._text(document.content))
        self.assertNotIn("€", document.content)

    def test_letter_needs_no_order(self):
        wizard = self._wizard(partner_id=self.customer.id)
        self.assertEqual(wizard.kind, "letter")
        wizard.template_id = self._template("contract")
        with self.assertRaises(UserError):
            wizard.action_make()
        wizard.template_id = self._template("letter")
        document = self.documents.browse(wizard.action_make()["res_id"])
        self.assertIn("Dear Aino Lähde", document.content)
        self.assertFalse(document.order_id)
        self.assertEqual(self.customer.crm_orders_document_count, 1)

    def test_draft_is_kept_and_gone_on_with(self):
        wizard = self._wizard(self.order, "contract")
        wizard.body = "<p>Half done</p>"
        action = wizard.action_save_draft()
        draft = self.documents.browse(action["res_id"])
        self.assertEqual((draft.state, draft.number), ("draft", False))
        context = draft.with_user(self.seller).action_edit()["context"]
        with self._form(document_id=context["default_document_id"]) as form:
            self.assertEqual(str(form.body), "<p>Half done</p>")
            form.closing = "<p>And done</p>"
        wizard = form.record
        self.assertEqual(wizard.action_make()["res_id"], draft.id)
        self.assertEqual(draft.state, "made")
        self.assertIn("And done", draft.content)
        with self.assertRaises(UserError):
            wizard.action_make()

    def test_wrong_document_is_replaced(self):
        wrong = self._make("contract")
        self._sign(wrong)
        context = wrong.with_user(self.seller).action_replace()["context"]
        wizard = self._wizard(replaces_id=context["default_replaces_id"])
        self.assertEqual(wizard.order_id, self.order)
        self.assertEqual(wizard.template_id, self._template("contract"))
        self.assertEqual(wrong.state, "signed", "until the new one is made")
        new = self.documents.browse(wizard.action_make()["res_id"])
        self.assertEqual(new.replaces_id, wrong)
        self.assertEqual(wrong.state, "cancelled")
        self.assertTrue(wrong.signed_by, "what was signed stays signed")
        self.assertEqual(wrong.replaced_by_ids, new)
        with self.assertRaises(UserError):
            self._wizard(replaces_id=wrong.id).action_make()

    def test_sections_notes_discounts_and_down_payments(self):
        self.order.order_line = [
            Command.create({"display_type": "line_section", "name": "Part one"}),
            Command.create({"display_type": "line_note", "name": "Mind the cat"}),
            Command.create({"product_id": self.product.id, "discount": 10}),
        ]
        text = self._text(self._make("quotation").content)
        for part in ("Part one", "Mind the cat", "Disc.%", "10.00"):
            self.assertIn(part, text)

    def test_no_template_left(self):
        self.env["crm_orders.document.template"].search([]).active = False
        with self._form(order_id=self.order.id) as form:
            self.assertFalse(form.template_id)
            self.assertFalse(form.preview)
            form.template_id = self._template("contract")
