from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_documents.tests.common import DocumentsMixin


@tagged("post_install", "-at_install")
class TestContracts(DocumentsMixin, TransactionCase):
    """Orders become running contracts, and their end is told in time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_documents()
        cls.contracts = cls.env["contract.contract"]
        cls.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "SAL",
                "type": "sale",
                "company_id": cls.company.id,
            }
        )

    def _start(self, user=None, **vals):
        wizards = self.env["crm_orders.contract.make"].with_user(user or self.seller)
        wizard = wizards.with_company(self.company).create(
            {"order_id": self.order.id, **vals}
        )
        return self.contracts.browse(wizard.action_make()["res_id"])

    def _run(self, day):
        with freeze_time(day), self.enter_registry_test_mode():
            self.env.ref("crm_orders_contract.ir_cron_remind").method_direct_trigger()
        self.env.invalidate_all()

    def test_order_becomes_a_contract(self):
        contract = self._start(date_start="2026-02-01", rule_type="quarterly")
        self.assertEqual(contract.partner_id, self.customer)
        self.assertEqual(contract.company_id, self.company)
        self.assertEqual(contract.user_id, self.seller)
        self.assertEqual(contract.date_end, date(2027, 1, 31))
        self.assertEqual(contract.recurring_rule_type, "quarterly")
        self.assertEqual(contract.recurring_next_date, date(2026, 2, 1))
        line = contract.contract_line_ids
        self.assertEqual(line.product_id, self.product)
        self.assertEqual((line.quantity, line.price_unit), (1, 49))
        self.assertEqual(self.order.crm_orders_contract_ids, contract)
        self.assertEqual(self.order.crm_orders_contract_count, 1)

    def test_signed_document_becomes_a_contract(self):
        document = self._make("contract")
        self._sign(document)
        action = document.with_user(self.seller).action_start_contract()
        contract = self._start(document_id=action["context"]["default_document_id"])
        self.assertEqual(contract.crm_orders_document_id, document)
        self.assertEqual(contract.code, document.number)
        self.assertEqual(document.contract_ids, contract)

    def test_what_cannot_run_is_refused(self):
        with self.assertRaises(ValidationError):
            self._start(date_start="2026-02-01", date_end="2026-01-31")
        other = self._confirmed_orders(1, user_id=self.seller.id)
        document = self._make("contract", other)
        wizard = self.env["crm_orders.contract.make"].create(
            {"document_id": document.id}
        )
        wizard.order_id = self.order
        with self.assertRaises(UserError):
            wizard.action_make()
        self.order.order_line.product_uom_qty = 0
        with self.assertRaises(UserError):
            self._start()
        quotation = self._new_orders(1, user_id=self.seller.id)
        with self.assertRaises(UserError):
            self._start(order_id=quotation.id)

    def test_end_is_told_once(self):
        contract = self._start(date_start="2026-01-01", remind_days=30)
        self._run("2026-11-30")
        self.assertFalse(contract.activity_ids)
        messages = contract.message_ids
        for day in ("2026-12-01", "2026-12-02", "2026-12-31"):
            self._run(day)
            self.assertEqual(len(contract.activity_ids), 1)
        self.assertEqual(contract.activity_ids.user_id, self.seller)
        self.assertEqual(contract.activity_ids.date_deadline, date(2026, 12, 31))
        told = contract.message_ids - messages
        self.assertEqual(len(told), 1)
        self.assertIn(self.customer, told.notified_partner_ids)
        self.assertIn("12/31/2026", told.body)

    def test_prolonged_contract_is_told_of_again(self):
        contract = self._start(date_start="2026-01-01")
        self._run("2026-12-10")
        contract.contract_line_ids.date_end = "2027-12-31"
        contract.date_end = "2027-12-31"
        self.assertFalse(contract.crm_orders_is_reminded)
        self._run("2026-12-11")
        self.assertEqual(len(contract.activity_ids), 1)
        self._run("2027-12-11")
        self.assertEqual(len(contract.activity_ids), 2)

    def test_ended_cancelled_and_archived_ones_are_quiet(self):
        over = self._start(date_start="2025-01-01")
        cancelled = self._start(date_start="2026-01-01")
        cancelled.contract_line_ids.is_canceled = True
        archived = self._start(date_start="2026-01-01")
        archived.active = False
        never = self._start(date_start="2026-01-01", remind_days=0)
        endless = self._start(date_start="2026-01-01", date_end=False)
        self._run("2026-12-15")
        for contract in over | cancelled | archived | never | endless:
            self.assertFalse(contract.activity_ids)

    def test_customer_hears_nothing_when_not_wanted_or_without_address(self):
        silent = self._start(date_start="2026-01-01", tell_customer=False)
        self.customer.email = False
        unreachable = self._start(date_start="2026-01-01")
        before = (silent | unreachable).message_ids
        self._run("2026-12-15")
        told = (silent | unreachable).message_ids - before
        self.assertFalse(told.notified_partner_ids)
        self.assertEqual(len((silent | unreachable).activity_ids), 2)

    def test_many_are_told_of_in_batches(self):
        contracts = self.contracts.union(
            *(self._start(date_start="2026-01-01") for _number in range(7))
        )
        path = "odoo.addons.crm_orders_contract.models.contract_contract.REMIND_BATCH"
        with patch(path, 3):
            self._run("2026-12-15")
        self.assertEqual(len(contracts.activity_ids), 7)

    def test_expiring_ones_are_listed(self):
        soon = self._start(date_start=date.today() - timedelta(days=350))
        later = self._start()
        view = self.env.ref("crm_orders_contract.contract_contract_view_search")
        domain = [
            ("crm_orders_remind_date", "<=", "today"),
            ("date_end", ">=", "today"),
        ]
        self.assertIn("crm_orders_remind_date", view.arch)
        found = self.contracts.search([*domain, ("id", "in", (soon | later).ids)])
        self.assertEqual(found, soon)

    def test_roles(self):
        manager = self._new_user("contract_manager", "crm_orders_base.group_manager")
        mate = self._new_user("contract_mate", "crm_orders_base.group_user")
        contract = self._start()
        for user in (self.seller, manager):
            mine = contract.with_user(user).with_company(self.company)
            self.assertTrue(mine.read(["name", "contract_line_ids"]))
            self.assertTrue(mine.contract_line_ids.read(["price_unit"]))
            for function, args in (
                (mine.write, ({"name": "x"},)),
                (mine.unlink, ()),
                (mine.copy, ()),
                (mine.contract_line_ids.write, ({"quantity": 0},)),
            ):
                with self.assertRaises(AccessError):
                    function(*args)
        employee = self._new_user("contract_employee", "base.group_user")
        portal = self._new_user("contract_portal", "base.group_portal")
        public = self.env.ref("base.public_user")
        for user in (mate, employee, portal, public):
            with self.assertRaises(AccessError):
                contract.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self._start(user=user)
        bookkeeper = self._new_user(
            "contract_bookkeeper",
            "account.group_account_invoice,crm_orders_base.group_user",
        )
        theirs = contract.with_user(bookkeeper).with_company(self.company)
        self.assertTrue(theirs.read(["name"]))
        self.assertTrue(theirs.contract_line_ids.read(["name"]))
