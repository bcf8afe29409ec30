from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import TransactionCase, tagged, warmup

from .common import DocumentsMixin


@tagged("post_install", "-at_install")
class TestStages(DocumentsMixin, TransactionCase):
    """Stages ask for documents and wait for signatures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()
        cls.stage_work.document_template_ids = cls._template("work_order") | (
            cls._template("contract")
        )

    def test_documents_are_made_when_an_order_comes(self):
        order = self.order.with_user(self.seller)
        order.action_crm_orders_next_stage()
        documents = self.order.crm_orders_document_ids
        self.assertEqual(set(documents.mapped("kind")), {"work_order", "contract"})
        self.assertEqual(set(documents.mapped("state")), {"made"})
        self.assertEqual(documents.stage_id, self.stage_work)
        self.assertEqual(documents.user_id, self.seller)
        self.assertFalse(documents.pdf_id, "a move does not wait for the printer")
        contract = documents.filtered(lambda one: one.kind == "contract")
        self.assertIn("Aino Lähde", contract.content)
        self.assertNotIn("{", contract.content)
        jobs = self.env["crm_orders.document.print"].search([])
        self.assertEqual(jobs.document_id & documents, documents)

    def test_each_document_is_made_once_for_an_order(self):
        for stage in (self.stage_work, self.stage_ready, self.stage_work):
            self._go(stage)
        self.assertEqual(len(self.order.crm_orders_document_ids), 2)
        self.order.crm_orders_document_ids._cancel()
        self._go(self.stage_ready)
        self._go(self.stage_work)
        self.assertEqual(len(self.order.crm_orders_document_ids), 2)

    def _go(self, stage):
        self.stages.search([]).back_rule = "free"
        self.order.crm_orders_stage_id = stage

    def test_confirming_makes_documents_for_the_customer_who_confirms(self):
        self.stage_new.document_template_ids = self._template("confirmation")
        order = self._new_orders(1)
        portal = self._new_user("document_buyer", "base.group_portal")
        order.with_user(portal).sudo()._validate_order()
        self.assertEqual(order.crm_orders_document_ids.kind, "confirmation")

    def test_templates_of_other_companies_and_archived_ones_are_left_out(self):
        template = self._template("receipt").copy({"company_id": self.company.id})
        archived = self._template("letter").copy({"active": False})
        self.stage_work.document_template_ids = template | archived
        self._go(self.stage_work)
        self.assertEqual(self.order.crm_orders_document_ids.template_id, template)
        other = self._new_company("Other Oy")
        foreign = self._template("receipt").copy({"company_id": other.id})
        with self.assertRaises(UserError):
            self.stage_work.document_template_ids = foreign

    def test_order_waits_for_the_signature(self):
        self.env["crm_orders.stage.condition"].create(
            {
                "stage_id": self.stage_work.id,
                "kind": "signed",
                "document_template_id": self._template("contract").id,
            }
        )
        order = self.order.with_user(self.seller)
        order.action_crm_orders_next_stage()
        with self.assertRaisesRegex(UserError, "Signed: Contract"):
            order.action_crm_orders_next_stage()
        documents = self.order.crm_orders_document_ids
        by_kind = {one.kind: one for one in documents}
        self._sign(by_kind["work_order"])
        with self.assertRaises(UserError):
            order.action_crm_orders_next_stage()
        self._sign(by_kind["contract"])
        order.action_crm_orders_next_stage()
        self.assertEqual(self.order.crm_orders_stage_id, self.stage_ready)

    def test_any_signature_will_do_unless_it_was_cancelled(self):
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_work.id, "kind": "signed", "moment": "enter"}
        )
        document = self._make("acceptance")
        with self.assertRaises(RedirectWarning):
            self.order.action_crm_orders_next_stage()
        self._sign(document)
        document._cancel()
        with self.assertRaises(RedirectWarning):
            self.order.action_crm_orders_next_stage()
        self._sign(self._make("acceptance"))
        self.order.action_crm_orders_next_stage()
        self.assertEqual(self.order.crm_orders_stage_id, self.stage_work)

    def test_ready_made_stages_ask_for_documents(self):
        load = self.env["crm_orders.stage.load"].with_company(self.company)
        for stage_set, kind in (("service", "work_order"), ("custom", "contract")):
            load.create({"stage_set": stage_set}).action_load()
            stages = self.stages.search([("company_id", "=", self.company.id)])
            kinds = (stages - self.stage_work).document_template_ids.mapped("kind")
            self.assertIn(kind, kinds)
        # Who has no use for a template is not given it.
        self._template("work_order").active = False
        self.assertNotIn("document_template_ids", load._get_stages()["accepted"])

    @warmup
    def test_many_orders_take_few_queries_more(self):
        def queries(count):
            orders = self._confirmed_orders(count)
            for order in orders:
                order.order_line = [
                    Command.create({"product_id": self.product.id})
                    for _line in range(5)
                ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.documents.sudo()._make_for_stage(orders, self.stage_work)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1)
        few, many = queries(2), queries(12)
        # Each document draws its number, and is written once.
        self.assertLess((many - few) / 20, 6)
