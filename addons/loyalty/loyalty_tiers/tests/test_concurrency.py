from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Real transactions side by side; what they commit is removed afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            # remains of a run that was killed must not matter
            cls.source_model = f"test.{uuid4()}"
            company = env["res.company"].create({"name": cls.source_model})
            tiers = env["loyalty.tier"].create(
                [
                    {
                        "name": f"From {threshold}",
                        "threshold": threshold,
                        "company_id": company.id,
                    }
                    for threshold in (0, 500)
                ]
            )
            partner = env["res.partner"].create({"name": "Two tills"})
            cls.company_id, cls.partner_id = company.id, partner.id
            cls.tier_ids = tiers.ids
        cls.addClassCleanup(cls.clean_up)

    @classmethod
    def clean_up(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for table in ("loyalty_activity", "loyalty_membership"):
                cr.execute(  # pylint: disable=sql-injection
                    f"DELETE FROM {table} WHERE company_id = %s",
                    [cls.company_id],
                )
            env["loyalty.tier"].browse(cls.tier_ids).unlink()
            env["res.partner"].browse(cls.partner_id).unlink()
            company = env["res.company"].browse(cls.company_id)
            company.partner_id.active = company.active = False
        cls.registry.clear_all_caches()

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            for table in ("loyalty_activity", "loyalty_membership"):
                cr.execute(  # pylint: disable=sql-injection
                    f"DELETE FROM {table} WHERE company_id = %s",
                    [self.company_id],
                )

    def entry(self, env, source_id, amount):
        company = env["res.company"].browse(self.company_id)
        return {
            "partner_id": self.partner_id,
            "company_id": self.company_id,
            "kind": "sale",
            "source_model": self.source_model,
            "source_id": source_id,
            "date": company._get_loyalty_today(),
            "amount": amount,
        }

    def state(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            member = env["loyalty.membership"].search(
                [
                    ("partner_id", "=", self.partner_id),
                    ("company_id", "=", self.company_id),
                ]
            )
            activities = env["loyalty.activity"].search(
                [("company_id", "=", self.company_id)]
            )
            return (
                sorted(activities.mapped("amount")),
                member.amount,
                member.tier_id.threshold,
                activities.mapped("pending").count(True),
            )

    def review(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["loyalty.membership"]._review_pending(100)

    def accrue(self, env, source_id, amount):
        """Enter and commit in a transaction of its own."""
        with env.cr:
            env["loyalty.activity"]._accrue_safely([self.entry(env, source_id, amount)])

    def accrue_apart(self, source_id, amount):
        env = api.Environment(self.registry.cursor(), SUPERUSER_ID, {})
        self.accrue(env, source_id, amount)

    @contextmanager
    def beside(self, source_id, amount):
        """The same in a thread. Its environment is made here, because the thread
        that runs the tests holds the lock of the registry."""
        env = api.Environment(self.registry.cursor(), SUPERUSER_ID, {})
        with ThreadPoolExecutor(1) as pool:
            yield pool.submit(self.accrue, env, source_id, amount)

    @mute_logger("odoo.sql_db")
    def test_the_same_document_in_two_transactions_is_entered_once(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["loyalty.activity"]._accrue_safely([self.entry(env, 1, 100)])
            with self.beside(1, 100) as other:
                # the other transaction waits for us to decide, and then leaves it
                self.commit_when_waited_for(cr)
                other.result(timeout=30)
        self.assertEqual(self.state()[:2], ([100.0], 100.0))

    @mute_logger("odoo.sql_db")
    def test_two_tills_serving_one_customer_do_not_wait_for_each_other(self):
        self.accrue_apart(1, 10)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["loyalty.activity"]._accrue_safely([self.entry(env, 2, 300)])
            # this would never come back if it waited for the row that we hold
            with self.beside(3, 300) as other:
                other.result(timeout=30)
        amounts, _amount, _threshold, pending = self.state()
        self.assertEqual(amounts, [10, 300, 300])
        self.assertEqual(pending, 1)
        self.review()
        self.assertEqual(self.state(), ([10, 300, 300], 610, 500, 0))

    @mute_logger("odoo.sql_db")
    def test_a_snapshot_that_is_too_old_loses_nothing(self):
        self.accrue_apart(1, 10)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            entry = self.entry(env, 2, 300)
            # the snapshot is taken; then somebody else changes the member
            self.accrue_apart(3, 300)
            env["loyalty.activity"]._accrue_safely([entry])
        self.assertEqual(self.state()[0], [10, 300, 300])
        self.review()
        self.assertEqual(self.state(), ([10, 300, 300], 610, 500, 0))

    @mute_logger("odoo.sql_db")
    def test_first_purchases_of_a_customer_at_two_tills(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["loyalty.activity"]._accrue_safely([self.entry(env, 1, 300)])
            with self.beside(2, 300) as other:
                self.commit_when_waited_for(cr)
                other.result(timeout=30)
        self.review()
        self.assertEqual(self.state(), ([300, 300], 600, 500, 0))

    def commit_when_waited_for(self, cr):
        """Commit as soon as another transaction waits for this one."""
        for _attempt in range(1000):
            cr.execute(
                "SELECT pg_sleep(0.01), count(*) FROM pg_stat_activity "
                "WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cr.fetchone()[1]:
                break
        else:
            cr.rollback()
            self.fail("Nobody waited for this transaction.")
        cr.commit()  # pylint: disable=invalid-commit
