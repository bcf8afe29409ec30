from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import AssignMixin


@tagged("post_install", "-at_install")
class TestAssign(AssignMixin, TransactionCase):
    """Leads find somebody by the rules of the shop."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()

    def _bodies(self, lead):
        return " ".join(lead.message_ids.mapped("body"))

    def test_without_rules_nothing_happens(self):
        lead = self._new_leads()
        self.assertFalse(lead.user_id)
        self.assertFalse(lead.crm_orders_assign_rule_id)
        self.assertFalse(lead.crm_orders_assign_next_date)

    def test_new_leads_go_round(self):
        rule = self._new_rule()
        leads = self._new_leads(4) | self._new_leads(3) | self._new_leads(2)
        self._assert_spread(leads, dict.fromkeys(self.sellers, 3))
        self.assertEqual(leads.crm_orders_assign_rule_id, rule)
        self.assertEqual(rule.member_ids.mapped("given_count"), [3, 3, 3])
        self.assertIn("whose turn it was", self._bodies(leads[0]))

    def test_rotation_does_not_begin_anew_with_each_lead(self):
        self._new_rule()
        users = [self._new_leads().user_id for _number in range(6)]
        self.assertEqual(users, [*self.sellers, *self.sellers])

    def test_lead_that_somebody_has_is_left_alone(self):
        self._new_rule()
        lead = self._new_leads(user_id=self.liisa.id)
        self.assertEqual(lead.user_id, self.liisa)
        self.assertFalse(lead.crm_orders_assign_rule_id)

    def test_seller_keeps_what_is_written_down_for_oneself(self):
        self._new_rule()
        leads = self.env["crm.lead"].with_user(self.liisa)
        lead = leads.create({"name": "Walked in"})
        self.assertEqual(lead.user_id, self.liisa)

    def test_closed_leads_are_not_given_out(self):
        self._new_rule()
        self.assertFalse(self._new_leads(active=False, probability=0).user_id)

    def test_salesperson_of_the_contact_comes_first(self):
        self._new_rule()
        self.customer.user_id = self.liisa
        lead = self._new_leads(partner_id=self.customer.id)
        self.assertEqual(lead.user_id, self.liisa)
        self.assertIn("who knows the customer", self._bodies(lead))

    def test_salesperson_of_the_company_behind_the_contact(self):
        self._new_rule()
        firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "user_id": self.eero.id}
        )
        self.customer.parent_id = firm
        self.assertEqual(
            self._new_leads(partner_id=self.customer.id).user_id, self.eero
        )

    def test_salesperson_of_the_last_order(self):
        self._new_rule()
        self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": user.id,
                    "team_id": self.team.id,
                }
                for user in (self.eero, self.liisa)
            ]
        )
        self.assertEqual(
            self._new_leads(partner_id=self.customer.id).user_id, self.liisa
        )

    def test_salesperson_of_the_last_lead_from_the_same_phone(self):
        earlier = self._new_leads(phone="+358401234567", user_id=self.eero.id)
        self._new_rule()
        lead = self._new_leads(
            phone="040 123 4567", country_id=self.env.ref("base.fi").id
        )
        self.assertEqual(lead.phone_sanitized, earlier.phone_sanitized)
        self.assertEqual(lead.user_id, self.eero)

    def test_salesperson_of_another_company_does_not_count(self):
        self._new_rule()
        other = self.env["res.company"].create({"name": "Other Oy"})
        stranger = self._new_user("assign_stranger")
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.customer.user_id = stranger
        lead = self._new_leads(partner_id=self.customer.id)
        self.assertEqual(lead.user_id, self.aino)

    def test_known_customers_can_be_like_others(self):
        self._new_rule(known_first=False)
        self.customer.user_id = self.liisa
        self.assertEqual(
            self._new_leads(partner_id=self.customer.id).user_id, self.aino
        )

    def test_fewest_open_leads(self):
        self._new_leads(2, user_id=self.aino.id)
        self._new_leads(1, user_id=self.eero.id)
        won = self._new_leads(3, user_id=self.liisa.id)
        won.action_set_won()
        self._new_rule(way="least_open")
        leads = self._new_leads(3)
        self._assert_spread(leads, {self.aino: 0, self.eero: 1, self.liisa: 2})

    def test_one_person(self):
        self._new_rule(way="fixed", user_id=self.eero.id)
        self.assertEqual(self._new_leads(2).user_id, self.eero)

    def test_archived_member_is_passed_over(self):
        self._new_rule()
        self.aino.active = False
        self._assert_spread(
            self._new_leads(4), {self.aino: 0, self.eero: 2, self.liisa: 2}
        )

    def test_most_open_leads_of_member_and_of_team(self):
        rule = self._new_rule(team_ids=[Command.set(self.team.ids)])
        rule.member_ids[0].max_open = 1
        self.team.crm_orders_max_open = 2
        leads = self._new_leads(6)
        self._assert_spread(leads, {self.aino: 1, self.eero: 2, self.liisa: 2})
        waiting = leads.filtered(lambda lead: not lead.user_id)
        self.assertTrue(waiting.crm_orders_assign_next_date)
        self.assertIn("it waits", self._bodies(waiting))

        leads.filtered(lambda lead: lead.user_id == self.eero).action_set_lost()
        self._run_cron(
            "ir_cron_assign", waiting.crm_orders_assign_next_date + timedelta(seconds=1)
        )
        self.assertEqual(waiting.user_id, self.eero)
        self.assertFalse(waiting.crm_orders_assign_next_date)

    def test_nobody_there_leaves_it_to_the_leader(self):
        self._new_rule(if_nobody="leave")
        self.sellers.active = False
        lead = self._new_leads()
        self.assertFalse(lead.user_id)
        self.assertFalse(lead.crm_orders_assign_next_date)
        self.assertIn("left to the team", self._bodies(lead))
        message = self.env["mail.message"].search(
            [
                ("partner_ids", "in", self.manager.partner_id.ids),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertIn("Nobody can take this lead", message.subject)

    def test_core_does_not_give_away_what_a_rule_left(self):
        self._new_rule(if_nobody="leave")
        self.sellers.active = False
        leads = self._new_leads(2)
        leads._assign_userless_lead_in_team("test")
        self.assertFalse(leads.user_id)

    def test_conditions_choose_the_rule(self):
        self._new_rule(self.liisa, name="Turku", zips="20*", sequence=1)
        self._new_rule(self.eero, name="Sofas", words="sofa", sequence=2)
        self._new_rule(self.aino, name="Rest", sequence=3)
        self.assertEqual(self._new_leads(zip="20100").user_id, self.liisa)
        self.assertEqual(
            self._new_leads(description="<p>A <b>sofa</b> please</p>").user_id,
            self.eero,
        )
        self.assertEqual(self._new_leads().user_id, self.aino)

    def test_rule_of_another_company_is_not_for_our_leads(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        self.env.user.company_ids |= other
        rule = self._new_rule()
        rule.member_ids.unlink()
        rule.company_id = other
        self.assertFalse(self._new_leads().crm_orders_assign_rule_id)

    def test_lead_without_a_company_is_taken_here(self):
        self._new_rule()
        lead = self._new_leads(company_id=False, team_id=False)
        self.assertEqual(lead.user_id, self.aino)
        self.assertEqual(lead.company_id, self.company)
        self.assertEqual(lead.team_id, self.team)

    def test_team_of_the_lead_stays_when_the_person_has_none(self):
        outsider = self._new_user("assign_outsider")
        self._new_rule(outsider)
        lead = self._new_leads()
        self.assertEqual(lead.user_id, outsider)
        self.assertEqual(lead.team_id, self.team)

    def test_archived_rule_is_not_applied_at_once(self):
        rule = self._new_rule()
        self.assertTrue(self._new_leads().user_id)
        rule.active = False
        self.assertFalse(self._new_leads().user_id)
        rule.active = True
        self.assertTrue(self._new_leads().user_id)
        rule.unlink()
        self.assertFalse(self._new_leads().user_id)

    def test_waiting_lead_is_dropped_from_the_queue_with_its_rule(self):
        rule = self._new_rule()
        self.sellers.active = False
        lead = self._new_leads()
        self.assertTrue(lead.crm_orders_assign_next_date)
        rule.active = False
        self._run_cron(
            "ir_cron_assign", lead.crm_orders_assign_next_date + timedelta(seconds=1)
        )
        self.assertFalse(lead.crm_orders_assign_next_date)

    def test_who_takes_a_waiting_lead_keeps_it(self):
        self._new_rule()
        calendar = self.calendar
        for seller in self.sellers:
            self._new_resource(seller, calendar_id=calendar.id)
        with freeze_time("2026-03-07 12:00:00"):
            lead = self._new_leads()
            self.assertEqual(
                lead.crm_orders_assign_next_date,
                fields.Datetime.to_datetime("2026-03-09 09:00:00"),
            )
            lead.with_user(self.liisa).action_crm_orders_take()
        self.assertFalse(lead.crm_orders_assign_next_date)
        self._run_cron("ir_cron_assign", "2026-03-09 09:01:00")
        self.assertEqual(lead.user_id, self.liisa)

    def test_button_gives_out_what_is_open(self):
        leads = self._new_leads(5)
        lost = self._new_leads()
        lost.action_set_lost()
        rule = self._new_rule()
        action = rule.with_user(self.manager).action_assign_open_leads()
        self.assertEqual(action["params"]["message"], "5 of 5 leads were given out.")
        self._assert_spread(leads, {self.aino: 2, self.eero: 2, self.liisa: 1})
        self.assertFalse(lost.user_id)

    def test_who_may_not_see_leads_is_given_none(self):
        clerk = self._new_user("assign_clerk", "base.group_user")
        with self.assertRaisesRegex(ValidationError, "may not see leads"):
            self._new_rule(clerk)
        with self.assertRaisesRegex(ValidationError, "may not see leads"):
            self._new_rule(way="fixed", user_id=clerk.id)

    def test_taking_is_for_the_first_one(self):
        lead = self._new_leads()
        lead.with_user(self.aino).action_crm_orders_take()
        self.assertEqual(lead.user_id, self.aino)
        with self.assertRaisesRegex(UserError, "Somebody else"):
            lead.with_user(self.eero).action_crm_orders_take()

    def test_person_is_in_a_rule_once_and_with_a_sensible_share(self):
        rule = self._new_rule()
        with self.assertRaises(Exception) as error, self.cr.savepoint():
            rule.member_ids[0].copy({"rule_id": rule.id})
        self.assertNotIsInstance(error.exception, ValidationError)
        for weight in (0, 11):
            with self.assertRaisesRegex(Exception, "weight"), self.cr.savepoint():
                rule.member_ids[0].weight = weight
                self.env.flush_all()
