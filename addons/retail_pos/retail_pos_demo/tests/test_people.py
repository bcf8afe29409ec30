from odoo import fields
from odoo.tests import tagged

from .common import DemoShopCase


@tagged("post_install", "-at_install")
class TestPeople(DemoShopCase):
    """Staff and customers that the other families' demos count on."""

    def test_customers(self):
        for level, count in (("gold", 2), ("silver", 3), ("bronze", 3), ("new", 2)):
            customers = self._records("res.partner", f"partner_{level}_")
            self.assertEqual(len(customers), count)
            self.assertEqual(set(customers.mapped("lang")), {"fi_FI"})
        for name in ("partner_company_1", "partner_company_2"):
            self.assertTrue(self._demo(name).is_company)

    def test_loyalty_cards_are_customers_to_the_till(self):
        cards = self._records("res.partner", "partner_").filtered("barcode")
        self.assertEqual(len(cards), 8)
        nomenclature = self.company.nomenclature_id
        for partner in cards:
            kind = nomenclature.parse_barcode(partner.barcode)["type"]
            self.assertEqual(kind, "client", partner.name)

    def test_nobody_can_be_reached(self):
        """Mail and calls of a demo must not bother anybody."""
        people = self._records("res.partner", "partner_") | self.company.partner_id
        people |= self._records("res.users", "user_").partner_id
        for person in people:
            self.assertTrue(person.email.endswith("example.com"), person.email)

    def test_employees_work_under_a_running_contract(self):
        today = fields.Date.today()
        wages = {}
        for role in ("manager", "seller", "cashier"):
            employee = self._demo(f"employee_{role}")
            self.assertEqual(employee.user_id, self._demo(f"user_{role}"))
            self.assertEqual(employee.work_contact_id, employee.user_id.partner_id)
            self.assertEqual(employee.lang, "fi_FI")
            self.assertEqual(employee.bank_account_ids.acc_type, "iban")
            version = employee._get_version(today)
            self.assertTrue(version.is_in_contract)
            self.assertFalse(version.contract_date_end)
            self.assertLess(
                version.contract_date_start, fields.Date.to_date("2026-01-01")
            )
            wages[role] = version.wage
        self.assertEqual(wages, {"manager": 4200, "seller": 2980, "cashier": 2450})

    def test_users_have_only_what_their_work_needs(self):
        groups = {
            "manager": {"point_of_sale.group_pos_manager", "stock.group_stock_manager"},
            "seller": {"sales_team.group_sale_salesman"},
            "cashier": {"point_of_sale.group_pos_user"},
            "payroll": set(),
        }
        for role, expected in groups.items():
            user = self._demo(f"user_{role}")
            for group in expected:
                self.assertTrue(user.has_group(group), f"{role}: {group}")
            self.assertFalse(user.has_group("base.group_system"), role)
        cashier = self._demo("user_cashier")
        for group in (
            "point_of_sale.group_pos_manager",
            "sales_team.group_sale_salesman",
        ):
            self.assertFalse(cashier.has_group(group), group)
        admin = self.env.ref("base.user_admin")
        for group in set.union(*groups.values()):
            self.assertTrue(admin.has_group(group), group)
