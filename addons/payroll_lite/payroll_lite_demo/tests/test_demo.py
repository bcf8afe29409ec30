from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo shop has paid its people last month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_last_month = cls.env.ref("payroll_lite_demo.run_last_month")
        cls.users = {
            login: cls.env.ref(f"retail_pos_demo.user_{login}")
            for login in ("manager", "seller", "cashier", "payroll")
        }

    def test_last_month_is_paid(self):
        self.assertEqual(self.run_last_month.state, "done")
        payslips = self.run_last_month.payslip_ids
        self.assertEqual(len(payslips), 3)
        self.assertFalse(self.run_last_month.issue_ids.filtered("fault"))
        for payslip in payslips:
            self.assertEqual(payslip.state, "done")
            self.assertTrue(payslip.number)
            self.assertGreater(payslip.net, 1000)
            self.assertGreater(payslip.deductions, 0)

    def test_everybody_reads_their_own(self):
        payslips = self.env["payroll.lite.payslip"]
        for login in ("manager", "seller", "cashier"):
            user = self.users[login]
            found = payslips.with_user(user).search([])
            self.assertEqual(found.user_id, user)
            self.assertEqual(len(found), 1)
            with self.assertRaises(AccessError):
                self.env["payroll.lite.run"].with_user(user).search([])

    def test_the_payroll_user_pays_the_next_month(self):
        user = self.users["payroll"]
        self.assertFalse(user.has_group("hr.group_hr_user"))
        runs = self.env["payroll.lite.run"].with_user(user)
        run = runs.create({"structure_id": self.run_last_month.structure_id.id})
        run.action_compute()
        self.assertEqual(len(run.payslip_ids), 3)
        self.assertEqual(run.error_count, 0)
