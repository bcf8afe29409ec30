from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import AssignMixin

OUTSIDERS = ("employee", "portal", "public", "salesman")


@tagged("post_install", "-at_install")
class TestAccess(AssignMixin, TransactionCase):
    """What each role may do by calling models from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls.users = {
            "seller": cls.aino,
            "manager": cls.manager,
            "salesman": cls._new_user("assign_core", "sales_team.group_sale_salesman"),
            "employee": cls._new_user("assign_employee", "base.group_user"),
            "portal": cls._new_user("assign_portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
        }
        cls.rule = cls._new_rule()
        cls.policy = cls._new_policy((100, "percent", "remind"))
        cls.lead = cls._new_leads(user_id=cls.aino.id)
        cls.foreign = cls._new_leads(user_id=cls.eero.id)
        cls.log = cls.env["crm_orders.sla.log"].create(
            [
                {
                    "lead_id": lead.id,
                    "step_id": cls.policy.step_ids.id,
                    "company_id": cls.company.id,
                    "date": "2026-03-02 10:00:00",
                    "action": "remind",
                }
                for lead in (cls.lead, cls.foreign)
            ]
        )
        cls.env.flush_all()

    def _as(self, records, role):
        user = self.users.get(role) or role
        return records.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids or self.company.ids
        )

    def _assert_refused(self, function, *args):
        with self.assertRaises(AccessError):
            function(*args)
            self.env.flush_all()

    def test_outsiders_see_nothing_of_it(self):
        for role in OUTSIDERS:
            for records in (
                self.rule,
                self.rule.member_ids,
                self.policy,
                self.policy.step_ids,
                self.log,
            ):
                self._assert_refused(self._as(records, role).read, [])
            report = self._as(self.env["crm_orders.sla.report"], role)
            self._assert_refused(report.search, [])
            self._assert_refused(self._as(self.lead, role).action_crm_orders_assign)

    def test_outsiders_touch_no_lead(self):
        free = self._new_leads(crm_orders_clock_start=datetime(2026, 1, 1))
        free.user_id = False
        self.env.flush_all()
        for role in ("employee", "portal", "public"):
            lead = self._as(free, role)
            self._assert_refused(lead.action_crm_orders_take)
            self._assert_refused(lead.action_crm_orders_mark_answered)
            self._assert_refused(lead.crm_orders_get_inbox_counts)
        self.assertFalse(free.user_id)

    def test_core_salesman_works_on_without_knowing_of_it(self):
        lead = self._as(self.env["crm.lead"], "salesman").create({"name": "Own"})
        lead.message_post(
            body="Hello", message_type="comment", partner_ids=self.customer.ids
        )
        lead.write({"priority": "2"})
        lead.action_set_lost()
        lead.action_restore()
        lead.action_set_won()
        lead.user_id = False

    def test_seller_reads_the_set_up_and_changes_nothing(self):
        for records in (self.rule, self.policy, self.policy.step_ids):
            own = self._as(records, "seller")
            own.read(["display_name"])
            self._assert_refused(own.unlink)
            self._assert_refused(own.copy)
        self._assert_refused(self._as(self.rule, "seller").write, {"name": "Mine"})
        self._assert_refused(self._as(self.rule.member_ids, "seller").read, ["weight"])
        self._assert_refused(self._as(self.rule, "seller").action_assign_open_leads)
        self._assert_refused(self._as(self.lead, "seller").action_crm_orders_assign)

    def test_seller_takes_free_leads_only(self):
        self._assert_refused_or_told(
            self._as(self.foreign, "seller").action_crm_orders_take
        )
        self.assertEqual(self.foreign.user_id, self.eero)
        self._assert_refused(
            self._as(self.foreign, "seller").action_crm_orders_mark_answered
        )
        self._as(self.lead, "seller").action_crm_orders_mark_answered()
        self.assertEqual(self.lead.crm_orders_turn, "customer")

    def _assert_refused_or_told(self, function):
        with self.assertRaises(UserError):
            function()

    def test_nobody_chooses_when_a_customer_was_answered(self):
        forged = {
            "crm_orders_first_response_date": "2001-01-01 00:00:00",
            "crm_orders_first_response_user_id": self.aino.id,
            "crm_orders_sla_deadline": "2101-01-01 00:00:00",
            "crm_orders_sla_next_date": False,
            "crm_orders_clock_start": False,
            "crm_orders_response_minutes": 1,
            "crm_orders_turn": "customer",
            "crm_orders_assign_rule_id": False,
            "crm_orders_sla_state": "answered",
        }
        for role in ("seller", "manager"):
            lead = self._as(self.lead, role)
            for name, value in forged.items():
                self._assert_refused(lead.write, {name: value})
                self._assert_refused(lead.create, {"name": "New", name: value})
                self._assert_refused(lead.copy, {name: value})

    def test_nobody_chooses_it_by_default_values(self):
        context = {
            "default_crm_orders_first_response_date": "2001-01-01 00:00:00",
            "default_crm_orders_sla_deadline": "2101-01-01 00:00:00",
            "default_crm_orders_sla_state": "answered",
            "default_user_id": False,
        }
        leads = self._as(self.env["crm.lead"], "seller").with_context(**context)
        lead = leads.create({"name": "New", "user_id": False})
        self.assertFalse(lead.crm_orders_first_response_date)
        self.assertEqual(lead.crm_orders_sla_state, "running")
        self.assertLess(lead.crm_orders_sla_deadline, datetime(2100, 1, 1))

    def test_seller_sees_escalations_of_own_leads(self):
        logs = self._as(self.log, "seller")
        self.assertEqual(logs.search([("id", "in", logs.ids)]), self.log[0])
        self._assert_refused(self._as(self.log[1], "seller").read, ["action"])

    def test_nobody_rewrites_escalations(self):
        for role in ("seller", "manager", self.env.ref("base.user_admin")):
            row = self._as(self.log[0], role)
            self._assert_refused(row.write, {"action": "leader"})
            self._assert_refused(row.unlink)
            self._assert_refused(
                row.create,
                {"lead_id": self.lead.id, "step_id": self.policy.step_ids.id},
            )

    def test_manager_sets_up_rules_and_policies(self):
        rules = self._as(self.env["crm_orders.assign.rule"], "manager")
        rule = rules.create(
            {
                "name": "New",
                "member_ids": [Command.create({"user_id": self.eero.id})],
            }
        )
        rule.member_ids.weight = 3
        rule.copy()
        rule.unlink()
        policies = self._as(self.env["crm_orders.sla.policy"], "manager")
        policy = policies.create({"name": "New"})
        self.assertEqual(len(policy.step_ids), 2)
        policy.unlink()
        self.assertTrue(
            self._as(self.env["crm_orders.sla.report"], "manager").search([])
        )

    def test_other_companies_are_out_of_sight(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        outsider = self._new_user("assign_other", "crm_orders_base.group_manager")
        outsider.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        for records in (
            self.rule,
            self.rule.member_ids,
            self.policy,
            self.policy.step_ids,
            self.log,
        ):
            self._assert_refused(self._as(records, outsider).read, ["display_name"])
        report = self._as(self.env["crm_orders.sla.report"], outsider)
        self.assertNotIn(self.lead, report.search([]).lead_id)
        self._assert_refused(self._as(self.rule, outsider).action_assign_open_leads)

    def test_nothing_is_given_to_a_company_of_others(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        foreign = self.env["crm_orders.assign.rule"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        foreign_policy = self.env["crm_orders.sla.policy"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        self.rule.member_ids.unlink()
        member = self.env["crm_orders.assign.member"].create(
            {"rule_id": self.rule.id, "user_id": self.aino.id}
        )
        self.env.flush_all()
        self._assert_refused(
            self._as(self.policy, "manager").write, {"company_id": other.id}
        )
        self._assert_refused(
            self._as(self.policy.step_ids, "manager").write,
            {"policy_id": foreign_policy.id},
        )
        with self.assertRaises(UserError):
            self._as(member, "manager").write({"rule_id": foreign.id})
            self.env.flush_all()
        with self.assertRaises(UserError):
            self._as(self.rule, "manager").write({"company_id": other.id})
            self.env.flush_all()

    def test_strangers_of_the_company_are_no_members(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        stranger = self._new_user("assign_stranger")
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        with self.assertRaises(UserError):
            self._new_rule(stranger)
