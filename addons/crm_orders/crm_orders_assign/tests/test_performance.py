from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common import AssignMixin

START = datetime(2026, 3, 2, 10)


@tagged("post_install", "-at_install")
class TestPerformance(AssignMixin, TransactionCase):
    """Ten times the leads cost the same number of queries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()

    def _count(self, function, *args):
        """Queries of a call in a fresh request."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _new_batch(self, count):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )
        leads = self._new_leads(count)
        for lead, partner in zip(leads, partners, strict=True):
            lead.partner_id = partner
        return leads

    def _configure(self):
        self._new_resource(self.aino)
        self._new_rule(way="least_open", words="nothing like it", sequence=1)
        self._new_rule(sequence=2, calendar_id=self.calendar.id)
        self._new_policy(
            (50, "percent", "remind"),
            (100, "percent", "leader"),
            clock="working",
            calendar_id=self.calendar.id,
        )

    @freeze_time(START)
    def test_giving_out(self):
        small, warm, large = (self._new_batch(count) for count in (20, 20, 200))
        self._configure()
        rules = self.env["crm_orders.assign.rule"]
        rules._assign(warm)
        few = self._count(rules._assign, small)
        many = self._count(rules._assign, large)
        self.assertTrue(all(lead.user_id for lead in large))
        # A member whose turn ends where it began is written in another query.
        self.assertLessEqual(many, few + 1)

    @freeze_time(START)
    def test_taking_in(self):
        """What we add to the creation of leads, which core itself makes one by one."""

        def cost(count):
            return self._count(self._new_leads, count)

        cost(20)
        without = [cost(20), cost(200)]
        self._configure()
        cost(20)
        few, many = cost(20) - without[0], cost(200) - without[1]
        self.assertLessEqual(many, few + 5)

    @freeze_time(START)
    def test_without_rules_leads_cost_what_they_cost_in_core(self):
        leads = self.env["crm.lead"]
        self._new_leads(5)
        usual = self._count(self._new_leads, 5)
        model = type(leads)
        self.patch(model, "_crm_orders_take_in", lambda self: None)
        self.assertEqual(usual, self._count(self._new_leads, 5))

    def test_escalating(self):
        self._configure()
        with freeze_time(START):
            small, warm, large = (self._new_leads(count) for count in (20, 20, 200))
        policies = self.env["crm_orders.sla.policy"]
        with freeze_time(START + timedelta(minutes=45)):
            policies._escalate(warm)
            few = self._count(policies._escalate, small)
            many = self._count(policies._escalate, large)
        self.assertEqual(len(large.crm_orders_sla_log_ids), 200)
        self.assertLessEqual(many, few + 5)

    @freeze_time(START)
    def test_inbox_of_a_seller(self):
        self._configure()

        def read():
            leads = self.env["crm.lead"].with_user(self.aino)
            leads.crm_orders_get_inbox_counts()
            found = leads.search([("user_id", "=", self.aino.id)])
            found.read(["crm_orders_customer", "crm_orders_snippet"])

        self._new_batch(20).write({"user_id": self.aino.id})
        read()
        few = self._count(read)
        self._new_batch(200).write({"user_id": self.aino.id})
        self.assertLessEqual(self._count(read), few)

    @freeze_time(START)
    def test_leads_of_many_people(self):
        """The number of people may cost, the number of leads not."""
        users = self.env["res.users"].union(
            *(self._new_user(f"assign_many_{number}") for number in range(12))
        )
        self.team.member_ids = [Command.link(user.id) for user in users]
        small, large = self._new_batch(24), self._new_batch(240)
        self._new_rule(users)
        rules = self.env["crm_orders.assign.rule"]
        few = self._count(rules._assign, small)
        self.assertLessEqual(self._count(rules._assign, large), few + 1)
