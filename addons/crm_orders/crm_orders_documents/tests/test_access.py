from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import DocumentsMixin

ACTIONS = (
    "action_edit",
    "action_print",
    "action_send",
    "action_sign",
    "action_copy_link",
    "action_withdraw_link",
    "action_file",
    "action_cancel",
    "action_replace",
)


@tagged("post_install", "-at_install")
class TestAccess(DocumentsMixin, TransactionCase):
    """What each role may do by calling models from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()
        cls.users = {
            "seller": cls.seller,
            "manager": cls._new_user(
                "document_manager", "crm_orders_base.group_manager"
            ),
            "salesman": cls._new_user(
                "document_core", "sales_team.group_sale_salesman_all_leads"
            ),
            "employee": cls._new_user("document_employee", "base.group_user"),
            "portal": cls._new_user("document_portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
        }
        cls.document = cls._make("contract")
        cls.document._ensure_pdf()
        cls.other_order = cls._confirmed_orders(1, user_id=cls.users["manager"].id)
        cls.other = cls._make("contract", cls.other_order, user=cls.users["manager"])
        cls.env.flush_all()

    def _as(self, records, role):
        return records.with_user(self.users[role]).with_company(self.company)

    def _assert_refused(self, function, *args):
        with self.assertRaises(AccessError):
            function(*args)
            self.env.flush_all()

    def test_outsiders_see_and_do_nothing(self):
        wizards = self.env["crm_orders.document.make"]
        sign = self.env["crm_orders.document.sign"]
        for role in ("employee", "portal", "public", "salesman"):
            document = self._as(self.document, role)
            self._assert_refused(document.read, ["title"])
            self._assert_refused(document.search, [])
            for action in ACTIONS:
                self._assert_refused(getattr(document, action))
            self._assert_refused(
                self._as(wizards, role).create, {"order_id": self.order.id}
            )
            self._assert_refused(
                self._as(sign, role).create, {"document_id": self.document.id}
            )
            self._assert_refused(
                self._as(self._template("contract"), role).read, ["body"]
            )
            self._assert_refused(self._as(self.document.pdf_id, role).read, ["raw"])
            self._assert_refused(
                self._as(self.order, role).read, ["crm_orders_document_ids"]
            )

    def test_seller_sees_documents_of_orders_that_are_seen(self):
        documents = self._as(self.documents, "seller")
        both = [("id", "in", (self.document | self.other).ids)]
        self.assertEqual(documents.search(both), self.document)
        for action in ACTIONS:
            self._assert_refused(getattr(self._as(self.other, "seller"), action))
        self._assert_refused(self._as(self.other, "seller").read, ["title"])
        self.other_order.crm_orders_user_id = self.seller
        self.assertEqual(documents.search(both), self.document | self.other)
        self.assertEqual(
            self._as(self.documents, "manager").search(both),
            self.document | self.other,
        )

    def test_letters_are_seen_by_who_wrote_them(self):
        colleague = self._new_user("document_mate", "crm_orders_base.group_user")
        wizard = self._wizard(partner_id=self.customer.id)
        letter = self.documents.browse(wizard.action_make()["res_id"])
        self.assertEqual(
            self._as(letter, "seller").read(["number"])[0]["id"], letter.id
        )
        self.assertTrue(self._as(letter, "manager").read(["number"]))
        self._assert_refused(letter.with_user(colleague).read, ["number"])

    def test_nobody_writes_documents_by_hand(self):
        vals = {
            "title": "Mine",
            "order_id": self.order.id,
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "template_id": self._template("contract").id,
            "state": "signed",
            "signed_by": "Forged",
        }
        for role in ("seller", "manager"):
            document = self._as(self.document, role)
            for name, value in vals.items():
                self._assert_refused(document.write, {name: value})
            self._assert_refused(document.create, vals)
            self._assert_refused(document.copy)
            self._assert_refused(document.read, ["token"])
            self._assert_refused(document.search, [("token", "like", "a")])
            with self.assertRaises((AccessError, UserError)[role == "manager"]):
                document.unlink()
            pdf = self._as(self.document.pdf_id, role)
            self.assertTrue(pdf.raw)
            self._assert_refused(pdf.write, {"raw": b"forged"})
            self._assert_refused(pdf.unlink)
            self._assert_refused(
                pdf.create,
                {
                    "name": "x",
                    "raw": b"x",
                    "res_model": self.document._name,
                    "res_id": self.document.id,
                },
            )
            jobs = self._as(self.env["crm_orders.document.print"], role)
            self._assert_refused(jobs.search, [])
            self._assert_refused(jobs.create, {"document_id": self.document.id})

    def test_wizard_makes_nothing_of_what_is_not_seen(self):
        wizards = self._as(self.env["crm_orders.document.make"], "seller")
        contract = self._template("contract").id
        for vals in (
            {"order_id": self.other_order.id},
            {"order_id": self.other_order.id, "template_id": contract, "title": "x"},
            {"document_id": self.other.id},
            {"replaces_id": self.other.id},
        ):
            with self.assertRaises(AccessError):
                wizards.create(vals).action_make()
        mine = self._wizard(self.order, "contract")
        colleague = self._new_user("document_mate", "crm_orders_base.group_user")
        self._assert_refused(mine.with_user(colleague).action_make)
        self._assert_refused(mine.with_user(colleague).read, ["body"])

    def test_screens_show_nothing_of_what_is_not_seen(self):
        self.other_order.partner_id = self.customer.copy({"name": "Secret Oy"})
        self.env.flush_all()
        signs = self._as(self.env["crm_orders.document.sign"], "seller")
        self._assert_refused(
            lambda: (
                signs.create({"document_id": self.other.id, "name": "x"})
                .with_user(self.seller)
                .read(["heading", "content"])
            )
        )
        wizards = self._as(self.env["crm_orders.document.make"], "seller")
        texts = {"title": "x", "body": "x", "closing": "x", "show_lines": True}
        texts |= {"show_prices": True, "needs_signature": False}
        texts |= {"template_id": self._template("confirmation").id}
        partner = {"partner_id": self.customer.id}
        for vals in (
            {"order_id": self.other_order.id, **partner},
            {"order_id": self.other_order.id, **texts, **partner},
            {"document_id": self.other.id, **texts, **partner},
            {"replaces_id": self.other.id, **texts, **partner},
        ):
            self._assert_refused(
                lambda vals=vals: wizards.create(vals).read(["preview"])
            )
            self._assert_refused(
                lambda vals=vals: wizards.onchange(
                    vals, list(vals)[:1], {"preview": {}, "body": {}}
                )
            )
        self._assert_refused(wizards.create, {"order_id": self.other_order.id, **texts})

    def test_wizard_is_no_way_around_a_state(self):
        wizards = self._as(self.env["crm_orders.document.make"], "seller")
        wizard = wizards.create({"document_id": self.document.id})
        with self.assertRaises(UserError):
            wizard.action_make()
        sign = self._as(self.env["crm_orders.document.sign"], "seller")
        self._assert_refused(
            lambda: sign.create({"document_id": self.other.id}).action_sign()
        )

    def test_companies_are_not_mixed(self):
        other = self._new_company("Other Oy")
        self.seller.company_ids |= other
        foreign = self._template("contract").copy({"company_id": other.id})
        self.env.flush_all()
        wizards = self.env["crm_orders.document.make"].with_user(self.seller)
        wizards = wizards.with_context(allowed_company_ids=(self.company | other).ids)
        wizard = wizards.create({"order_id": self.order.id, "template_id": foreign.id})
        self._assert_refused(wizard.action_make)
        # The company is the order's, whatever a client sends.
        wizard = wizards.create({"order_id": self.order.id, "company_id": other.id})
        document = self.documents.browse(wizard.action_make()["res_id"])
        self.assertEqual(document.company_id, self.company)

    def test_kind_that_a_client_sends_counts_for_nothing(self):
        wizard = self._wizard(partner_id=self.customer.id)
        wizard.write({"template_id": self._template("contract").id})
        wizard.write({"kind": "letter"})
        with self.assertRaises(UserError):
            wizard.action_make()
        wizard = self._wizard(self.order, "work_order")
        wizard.write({"kind": "contract", "show_prices": True})
        document = self.documents.browse(wizard.action_make()["res_id"])
        self.assertNotIn("49", self._text(document.content))

    def test_mail_marks_nothing_that_is_not_seen(self):
        self.other._ensure_pdf()
        composer = (
            self._as(self.env["mail.compose.message"], "seller")
            .with_context(crm_orders_document_id=self.other.id)
            .create(
                {
                    "model": "sale.order",
                    "res_ids": str(self.order.ids),
                    "body": "x",
                    "partner_ids": self.customer.ids,
                }
            )
        )
        self._assert_refused(composer.action_send_mail)
        self.assertEqual(self.other.state, "made")

    def test_templates_are_set_up_by_managers(self):
        own = self._template("letter").copy({"company_id": self.company.id})
        self._assert_refused(self._as(own, "seller").write, {"name": "Mine"})
        self._as(own, "manager").write({"name": "Ours"})
        shared = self._template("letter")
        self._assert_refused(self._as(shared, "manager").write, {"name": "Ours"})
        other = self._new_company("Other Oy")
        self._assert_refused(self._as(own, "manager").write, {"company_id": other.id})

    def test_other_companies_are_out_of_sight(self):
        other = self._new_company("Other Oy")
        outsider = self._new_user(
            "document_other", "crm_orders_base.group_manager", company=other
        )
        self._assert_refused(self.document.with_user(outsider).read, ["title"])
        for action in ACTIONS:
            self._assert_refused(getattr(self.document.with_user(outsider), action))
        self._assert_refused(self.document.pdf_id.with_user(outsider).read, ["raw"])
