from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import WebMixin


@tagged("post_install", "-at_install")
class TestAccess(WebMixin, TransactionCase):
    """Managers set forms up, sellers decide what is spam, nobody else sees anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_form()
        company = {"company_id": cls.company.id, "company_ids": [cls.company.id]}
        cls.users = {
            name: new_test_user(cls.env, f"web_{name}", groups=groups, **company)
            for name, groups in (
                ("seller", "crm_orders_base.group_user"),
                ("manager", "crm_orders_base.group_manager"),
                ("employee", "base.group_user"),
                ("portal", "base.group_portal"),
            )
        }
        cls.stranger = new_test_user(
            cls.env, "web_stranger", groups="crm_orders_base.group_manager"
        )
        cls.event = cls.events.create(
            {
                "source_id": cls.form.id,
                "external_id": "1",
                "body": '{"email": "a@example.com"}',
                "body_format": "json",
                "state": "ignored",
                "is_suspected": True,
                "reason": "Spam suspected",
            }
        )
        cls.field = cls.form.web_field_ids[0]

    def test_manager_sets_up_fields(self):
        field = self.field.with_user(self.users["manager"])
        field.label = "Your name"
        field.copy({"kind": "city"})
        field.unlink()

    def test_seller_reads_fields(self):
        field = self.field.with_user(self.users["seller"])
        self.assertEqual(field.kind, "name")
        self.assertTrue(field.source_id.web_snippet)
        for change in (
            lambda: field.write({"label": "x"}),
            field.unlink,
            lambda: field.copy({"kind": "city"}),
            lambda: field.source_id.write({"web_origins": "https://evil.example"}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_fields_stay_in_the_company(self):
        abroad = self.env["crm_orders.source"].create({"name": "There", "kind": "web"})
        abroad.company_id = self.stranger.company_id
        abroad.web_field_ids.filtered(lambda one: one.kind == "name").unlink()
        field = self.field.with_user(self.users["manager"])
        with self.assertRaises(AccessError):
            field.source_id = abroad
            self.env.flush_all()

    def test_nobody_writes_down_what_a_visitor_agreed_to(self):
        forged = {
            "crm_orders_consent_text": "Everything",
            "crm_orders_consent_date": "2001-01-01 00:00:00",
            "crm_orders_visit": {"first": {"utm_source": "x"}},
        }
        leads = self.env["crm.lead"]
        lead = leads.create(
            {
                "name": "Form",
                "company_id": self.company.id,
                "user_id": False,
                **forged,
            }
        )
        for role in ("seller", "manager"):
            user = self.users[role]
            own = lead.with_user(user)
            for name, value in forged.items():
                with self.assertRaises(AccessError):
                    own.write({name: value})
                with self.assertRaises(AccessError):
                    own.create({"name": "New", name: value})
                context = {f"default_{name}": value}
                new = own.with_context(**context).create({"name": "New"})
                self.assertFalse(new[name], name)
            self.assertFalse(own.copy().crm_orders_consent_text)
            self.assertEqual(own.crm_orders_consent_text, "Everything")

    def test_others_see_nothing(self):
        for name in ("employee", "portal"):
            with self.assertRaises(AccessError):
                self.field.with_user(self.users[name]).read(["kind"])
            with self.assertRaises(AccessError):
                self.event.with_user(self.users[name]).action_not_spam()

    def test_other_companies_see_nothing(self):
        self.assertFalse(
            self.env["crm_orders.web.field"]
            .with_user(self.stranger)
            .search([("source_id", "=", self.form.id)])
        )
        with self.assertRaises(AccessError):
            self.event.with_user(self.stranger).action_not_spam()

    def test_seller_accepts_what_is_no_spam(self):
        self.event.with_user(self.users["seller"]).action_not_spam()
        self.assertEqual(self.event.state, "new")

    def test_seller_decides_only_on_what_he_sees(self):
        self.form.user_id = self.users["manager"]
        with self.assertRaises(AccessError):
            self.event.with_user(self.users["seller"]).action_not_spam()

    def test_visits_are_erased_and_agreements_stay(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Lead",
                "company_id": self.form.company_id.id,
                "crm_orders_visit": {"first": {"utm_source": "x"}},
                "crm_orders_consent_text": "You may write to me",
            }
        )
        wizard = self.env["crm_orders.erase"].with_user(self.users["manager"])
        wizard = wizard.create({"lead_ids": lead.ids})
        self.assertEqual(wizard.counts, {"visits": 1})
        wizard.action_erase()
        self.assertFalse(lead.crm_orders_visit)
        self.assertEqual(lead.crm_orders_consent_text, "You may write to me")

    def test_suspected_spam_is_erased_with_its_sender(self):
        customer = self.env["res.partner"].create(
            {"name": "A", "email": "a@example.com"}
        )
        wizard = self.env["crm_orders.erase"].with_user(self.users["manager"])
        wizard = wizard.create({"partner_ids": customer.ids})
        self.assertEqual(wizard.counts, {"events": 1})
        wizard.action_erase()
        self.assertFalse(self.event.body or self.event.is_suspected)
        with self.assertRaises(UserError):
            self.event.with_user(self.users["seller"]).action_not_spam()
