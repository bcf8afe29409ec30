from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Date
from odoo.tests import Form, new_test_user, tagged

from .common import LoyaltyTiersCommon


@tagged("post_install", "-at_install")
class TestAdjust(LoyaltyTiersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "loyalty_manager",
            groups="base.group_user,loyalty_tiers.group_loyalty_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            context={"no_reset_password": True},
        )

    def adjust(self, **values):
        wizard = self.env["loyalty.adjust"].with_user(self.manager)
        form = Form(wizard.with_context(default_partner_id=self.partner.id))
        form.amount = values.get("amount", 700)
        form.reason = values.get("reason", "Purchases in the old system")
        if "date" in values:
            form.date = values["date"]
        return form.save()

    def test_manager_enters_an_amount_with_a_reason(self):
        self.adjust().action_confirm()
        self.assertEqual(self.member().tier_id, self.silver)
        activity = self.env["loyalty.activity"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(activity.kind, "adjust")
        self.assertEqual(activity.reason, "Purchases in the old system")
        self.assertEqual(activity.create_uid, self.manager)
        with self.assertRaises(UserError):
            activity.action_open_source()

    def test_opened_from_the_form_of_a_customer(self):
        action = self.env.ref("loyalty_tiers.loyalty_adjust_action")
        self.assertEqual(action.binding_model_id.model, "res.partner")
        context = {"active_model": "res.partner", "active_id": self.partner.id}
        wizard = self.env["loyalty.adjust"].with_user(self.manager)
        with Form(wizard.with_context(**context)) as form:
            self.assertEqual(form.partner_id, self.partner)
            form.amount = 1
            form.reason = "Test"

    def test_pressing_twice_enters_once(self):
        wizard = self.adjust()
        wizard.action_confirm()
        wizard.action_confirm()
        self.assertEqual(self.member().amount, 700)

    def test_amount_of_a_contact_goes_to_its_company(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = firm
        self.adjust().action_confirm()
        self.assertEqual(self.member(firm).amount, 700)
        self.assertFalse(self.member())

    def test_taking_away_waits_for_the_night(self):
        self.buy(600)
        self.adjust(amount=-200).action_confirm()
        self.assertEqual(self.member().tier_id, self.silver)
        self.run_review()
        self.assertEqual(self.member().tier_id, self.bronze)

    def test_bad_input_is_refused(self):
        tomorrow = Date.add(self.company._get_loyalty_today(), days=1)
        for values in (
            {"amount": 0},
            {"amount": 0.001},
            {"amount": 1e12},
            {"amount": -1e300},
            {"date": tomorrow},
            {"reason": "  "},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.adjust(**values)

    def test_without_tiers_there_is_nothing_to_adjust(self):
        wizard = self.adjust()
        (self.bronze | self.silver | self.gold).unlink()
        with self.assertRaises(UserError):
            wizard.action_confirm()

    def test_a_foreign_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_tiers(other)
        wizard = self.adjust()
        wizard.sudo().company_id = other
        with self.assertRaises(AccessError):
            wizard.action_confirm()
