from collections import Counter
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions

NAME = "Concurrency of assignment"


@tagged("post_install", "-at_install")
class TestConcurrency(SeveralTransactions):
    """Two workers at once, each with a connection and transactions of its own."""

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            company = env.ref("base.main_company")
            # Whatever else this database holds must not take our leads.
            self.paused = {
                model: env[model].search([("company_id", "=", company.id)]).ids
                for model in ("crm_orders.assign.rule", "crm_orders.sla.policy")
            }
            for model, ids in self.paused.items():
                env[model].browse(ids).active = False
            users = env["res.users"].union(
                *(
                    new_test_user(
                        env,
                        f"assign_worker_{number}",
                        "crm_orders_base.group_user",
                        company_id=company.id,
                        company_ids=[Command.set(company.ids)],
                        notification_type="inbox",
                    )
                    for number in range(3)
                )
            )
            rule = env["crm_orders.assign.rule"].create(
                {
                    "name": NAME,
                    "company_id": company.id,
                    "member_ids": [
                        Command.create({"user_id": user.id}) for user in users
                    ],
                }
            )
            policy = env["crm_orders.sla.policy"].create(
                {
                    "name": NAME,
                    "company_id": company.id,
                    "clock": "always",
                    "response_minutes": 1,
                    "step_ids": [
                        Command.create({"value": 100, "action": "remind"}),
                    ],
                }
            )
            self.company_id, self.user_ids = company.id, users.ids
            self.rule_id, self.policy_id = rule.id, policy.id
        self.registry.clear_cache()
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._new_env() as env:
            self._leads(env).unlink()
            env["crm_orders.assign.rule"].browse(self.rule_id).unlink()
            env["crm_orders.sla.policy"].browse(self.policy_id).unlink()
            users = env["res.users"].browse(self.user_ids)
            partners = users.partner_id
            env["mail.message"].search([("partner_ids", "in", partners.ids)]).unlink()
            users.unlink()
            partners.unlink()
            for model, ids in self.paused.items():
                env[model].browse(ids).active = True
            for name in ("ir_cron_assign", "ir_cron_sla"):
                cron = env.ref(f"crm_orders_assign.{name}")
                env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.registry.clear_cache()

    def _leads(self, env):
        leads = env["crm.lead"].with_context(active_test=False)
        return leads.search([("name", "=", NAME)], order="id")

    def _create(self, env, count=1):
        leads = env["crm.lead"].create(
            [
                {"name": NAME, "company_id": self.company_id, "user_id": False}
                for _number in range(count)
            ]
        )
        env.flush_all()
        return leads

    def _run_cron(self):
        """As the scheduler would, until nothing is left."""
        with self._new_env() as env:
            rules = env["crm_orders.assign.rule"]
            found = env["crm.lead"].search(
                [*rules._get_waiting_domain(), ("name", "=", NAME)]
            )
            self.assertIsNotNone(rules._assign(found))

    def _spread(self):
        with self._new_env() as env:
            return Counter(lead.user_id.id for lead in self._leads(env))

    def test_leads_taken_in_at_once_are_shared_fairly(self):
        """Neither worker waits or fails; what the second could not give goes to the cron."""
        for _again in range(4):
            with self._new_env() as one, self._new_env() as other:
                # Both have begun before either is done: each sees the old turns.
                one["crm_orders.assign.rule"].browse(self.rule_id).read(["name"])
                other["crm_orders.assign.rule"].browse(self.rule_id).read(["name"])
                mine = self._create(one, 2)
                theirs = self._create(other, 2)
                self.assertTrue(all(lead.user_id for lead in mine))
                self.assertFalse(any(lead.user_id for lead in theirs))
                self.assertTrue(all(theirs.mapped("crm_orders_assign_next_date")))
            self._run_cron()
        self.assertEqual(sorted(self._spread().values()), [5, 5, 6])

    def test_turns_that_were_changed_meanwhile_are_not_taken_twice(self):
        """The first is committed already, the second transaction still sees it as it was."""
        with self._new_env() as other:
            other["crm_orders.assign.rule"].browse(self.rule_id).read(["name"])
            with self._new_env() as one:
                self.assertTrue(self._create(one).user_id)
            theirs = self._create(other)
            self.assertFalse(theirs.user_id)
            self.assertTrue(theirs.crm_orders_assign_next_date)
        self._run_cron()
        self.assertEqual(set(self._spread().values()), {1})
        self.assertEqual(len(self._spread()), 2)

    def test_worker_that_dies_takes_no_turn(self):
        with self._new_env() as env:
            first = self._create(env).user_id.id
        with self._new_env() as env:
            lost = self._create(env).user_id.id
            env.cr.rollback()
        with self._new_env() as env:
            again = self._create(env).user_id.id
        self.assertNotEqual(first, lost)
        self.assertEqual(again, lost)

    def test_lead_is_taken_by_one_of_two(self):
        with self._new_env() as env:
            env["crm_orders.assign.rule"].browse(self.rule_id).active = False
            lead_id = self._create(env).id
        first, second = self.user_ids[:2]
        with self._new_env() as one, self._new_env() as other:
            mine = one["crm.lead"].with_user(first).browse(lead_id)
            theirs = other["crm.lead"].with_user(second).browse(lead_id)
            theirs.read(["name"])
            mine.action_crm_orders_take()
            one.flush_all()
            with self.assertRaises(UserError):
                theirs.action_crm_orders_take()
            one.cr.commit()
            # The request is answered anew, and then sees who was quicker.
            with self.assertRaises(SerializationFailure):
                theirs.action_crm_orders_take()
            other.cr.rollback()
            other.transaction.clear()
            with self.assertRaises(UserError):
                theirs.action_crm_orders_take()
            other.cr.rollback()

    def _make_due(self):
        with self._new_env() as env:
            lead = self._create(env)
            past = fields.Datetime.now() - timedelta(hours=1)
            lead._crm_orders_set(
                crm_orders_clock_start=past,
                crm_orders_sla_deadline=past + timedelta(minutes=1),
                crm_orders_sla_next_date=past,
            )
            return lead.id

    def _reminders(self):
        with self._new_env() as env:
            users = env["res.users"].browse(self.user_ids)
            messages = env["mail.message"].search(
                [
                    ("partner_ids", "in", users.partner_id.ids),
                    ("subject", "ilike", "waiting for your answer"),
                ]
            )
            return len(messages), len(self._leads(env).crm_orders_sla_log_ids)

    def test_two_schedulers_escalate_once(self):
        lead_id = self._make_due()
        with self._new_env() as one, self._new_env() as other:
            other["crm.lead"].browse(lead_id).read(["name"])
            one["crm_orders.sla.policy"]._escalate(one["crm.lead"].browse(lead_id))
            one.flush_all()
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                other["crm.lead"].browse(lead_id).try_lock_for_update()
            other.cr.rollback()
        self.assertEqual(self._reminders(), (1, 1))
        with self._new_env() as env:
            env["crm_orders.sla.policy"]._escalate(env["crm.lead"].browse(lead_id))
        self.assertEqual(self._reminders(), (1, 1))

    def test_escalation_that_dies_is_done_again_once(self):
        lead_id = self._make_due()
        with self._new_env() as env:
            env["crm_orders.sla.policy"]._escalate(env["crm.lead"].browse(lead_id))
            env.flush_all()
            env.cr.rollback()
        self.assertEqual(self._reminders(), (0, 0))
        with self._new_env() as env:
            env["crm_orders.sla.policy"]._escalate(env["crm.lead"].browse(lead_id))
        self.assertEqual(self._reminders(), (1, 1))
