from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import InboundMixin


@tagged("post_install", "-at_install")
class TestAccess(InboundMixin, TransactionCase):
    """What each role may do by calling models from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_source()
        cls.users = {
            "seller": cls._new_user("access_seller", "crm_orders_base.group_user"),
            "manager": cls._new_user("access_manager", "crm_orders_base.group_manager"),
            "employee": cls._new_user("access_employee", "base.group_user"),
            "portal": cls._new_user("access_portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
        }
        cls.event = cls._accept({"external_id": "A-1", "email": "a@example.com"})
        cls.env.flush_all()

    @classmethod
    def _new_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=group,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _as(self, records, role):
        return records.with_user(self.users[role]).with_company(self.company)

    def _assert_refused(self, function, *args):
        with self.assertRaises(AccessError):
            function(*args)
            self.env.flush_all()

    def test_outsiders_see_nothing(self):
        for role in ("employee", "portal", "public"):
            for record in (self.source, self.event):
                self._assert_refused(self._as(record, role).read, ["display_name"])
            self._assert_refused(self._as(self.event, role).action_replay)
            self._assert_refused(self._as(self.source, role).action_generate_key)
            self._assert_refused(
                self._as(self.env["crm_orders.source.key"], role).onchange,
                {},
                [],
                {"key": {}},
            )

    def test_seller_reads_but_changes_nothing(self):
        source, event = self._as(self.source, "seller"), self._as(self.event, "seller")
        self.assertEqual(source.read(["name", "health"])[0]["name"], "Web shop")
        self.assertEqual(event.read(["external_id"])[0]["external_id"], "A-1")
        self._assert_refused(source.write, {"name": "Mine"})
        self._assert_refused(source.create, {"name": "Mine"})
        self._assert_refused(source.unlink)
        self._assert_refused(source.action_generate_key)
        self._assert_refused(event.action_replay)
        self._assert_refused(event.write, {"state": "done"})

    def test_nobody_writes_in_the_name_of_a_customer(self):
        guest = self.env["mail.guest"].create({"name": "Customer"})
        lead = self.env["crm.lead"].create(
            {"name": "Wants a sofa", "user_id": self.users["seller"].id}
        )
        lead = lead.with_user(self.users["seller"])
        forged = lead.with_context(
            crm_orders_guest_id=guest.id, crm_orders_incoming=True
        ).message_post(body="I cancel my order", message_type="comment")
        self.assertFalse(forged.author_guest_id)
        self.assertEqual(forged.author_id, self.users["seller"].partner_id)

    def test_seller_sees_requests_of_own_and_unassigned_leads_only(self):
        event = self._as(self.event, "seller")
        lead = self.env["crm.lead"].create(
            {
                "name": "Of somebody else",
                "company_id": self.company.id,
                "user_id": self.users["manager"].id,
            }
        )
        self.event.lead_id = lead
        self.assertFalse(event.search([("id", "=", self.event.id)]))
        self.assertTrue(self._as(event, "manager").search([("id", "=", self.event.id)]))
        lead.user_id = self.users["seller"]
        self.assertTrue(event.search([("id", "=", self.event.id)]))

    def test_waiting_request_is_for_whom_its_lead_will_be_for(self):
        event = self._as(self.event, "seller")
        self.assertTrue(event.search([("id", "=", self.event.id)]), "shared")
        self.source.user_id = self.users["manager"]
        for state in ("new", "failed"):
            self.event.state = state
            self.assertFalse(event.search([("id", "=", self.event.id)]))
            self._assert_refused(event.read, ["body"])
        self.source.user_id = self.users["seller"]
        self.assertTrue(event.search([("id", "=", self.event.id)]))

    def test_request_of_a_deleted_lead_is_for_managers_only(self):
        event = self._processed_event_of("manager")
        seller_event = self._as(event, "seller")
        self._assert_refused(seller_event.read, ["body"])
        event.lead_id.unlink()
        self.assertFalse(event.lead_id)
        self._assert_refused(seller_event.read, ["body"])
        self.assertFalse(seller_event.search([("id", "=", event.id)]))
        self.assertTrue(self._as(event, "manager").read(["body"]))

    def test_merged_lead_takes_its_requests_along(self):
        event = self._processed_event_of("manager")
        winner = self.env["crm.lead"].create(
            {
                "name": "Winner",
                "type": "opportunity",
                "probability": 90,
                "company_id": self.company.id,
                "user_id": self.users["manager"].id,
            }
        )
        leads = self._as(event.lead_id | winner, "manager")
        merged = leads.merge_opportunity()
        self.assertEqual(merged, winner)
        self.assertEqual(event.lead_id, winner)
        self.assertEqual(winner.crm_orders_event_count, 1)
        self._assert_refused(self._as(event, "seller").read, ["body"])

    def _processed_event_of(self, role):
        self.source.user_id = self.users[role]
        self.events._claim(10)._process()
        self.assertEqual(self.event.lead_id.user_id, self.users[role])
        self.env.flush_all()
        return self.event

    def test_source_is_not_given_to_a_company_of_others(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        source = self._as(self.source, "manager")
        self._assert_refused(source.write, {"company_id": other.id})

    def test_window_of_a_key_keeps_nothing(self):
        windows = self._as(self.env["crm_orders.source.key"], "manager")
        self.assertEqual(windows.search_read([], ["key"]), [])
        window = windows.create({"key": "secret", "example": "secret"})
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT w::text FROM crm_orders_source_key w WHERE id = %s", [window.id]
        )
        self.assertNotIn("secret", self.env.cr.fetchone()[0])
        self.env.invalidate_all()
        self.assertFalse(window.read(["key"])[0]["key"])

    def test_manager_sets_up_sources_but_cannot_forge_requests(self):
        source = self._as(self.source, "manager")
        event = self._as(self.event, "manager")
        source.write({"name": "Shop"})
        self.assertTrue(source.create({"name": "New", "company_id": self.company.id}))
        self.assertTrue(source.action_generate_key()["context"]["default_key"])
        self._assert_refused(event.write, {"state": "failed"})
        self._assert_refused(event.unlink)
        self._assert_refused(
            event.create, {"source_id": self.source.id, "body_format": "json"}
        )

    def test_nobody_reads_the_hash_of_a_key(self):
        for role in ("seller", "manager"):
            source = self._as(self.source, role)
            self._assert_refused(source.read, ["key_hash"])
            self._assert_refused(source.search, [("key_hash", "like", "a")])
        self._assert_refused(
            self._as(self.source, "manager").write, {"key_hash": "0" * 64}
        )

    def test_replay_needs_a_failed_request(self):
        with self.assertRaises(UserError):
            self._as(self.event, "manager").action_replay()
        self.event.state = "failed"
        self._as(self.event, "manager").action_replay()
        self.assertEqual(self.event.state, "new")

    def test_other_companies_are_out_of_sight(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        outsider = new_test_user(
            self.env,
            "access_other",
            groups="crm_orders_base.group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.event.state = "failed"
        for record in (self.source, self.event):
            self._assert_refused(record.with_user(outsider).read, ["display_name"])
        self._assert_refused(self.event.with_user(outsider).action_replay)
        self._assert_refused(self.source.with_user(outsider).action_generate_key)

    def test_lead_shows_its_requests_to_orders_people_only(self):
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "company_id": self.company.id, "user_id": False}
        )
        self.event.lead_id = lead
        seller_lead = self._as(lead, "seller")
        self.assertEqual(seller_lead.crm_orders_event_count, 1)
        self.assertEqual(
            seller_lead.action_crm_orders_view_events()["domain"],
            [("lead_id", "=", lead.id)],
        )
        salesman = self._new_user("access_salesman", "sales_team.group_sale_salesman")
        self._assert_refused(lead.with_user(salesman).read, ["crm_orders_event_count"])
