import uuid
from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions, picture


@tagged("post_install", "-at_install")
class TestConcurrency(SeveralTransactions):
    """One thing that arrives twice at once, and two workers who want one order.

    `SerializationFailure` makes Odoo answer the request anew by itself.
    """

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            company = env.company
            stages = env["crm_orders.stage"].create(
                [
                    {
                        "name": name,
                        "kind": kind,
                        "sequence": sequence,
                        "user_rule": "taker",
                        "company_id": company.id,
                    }
                    for name, kind, sequence in (
                        ("First", "in_work", -3),
                        ("Second", "ready", -2),
                    )
                ]
            )
            group = env.ref("crm_orders_work.group_worker")
            users = env["res.users"].create(
                [
                    {
                        "name": f"Worker {number}",
                        "login": f"worker-{number}-{uuid.uuid4()}",
                        "company_id": company.id,
                        "company_ids": company.ids,
                        "group_ids": group.ids,
                    }
                    for number in range(2)
                ]
            )
            partner = env["res.partner"].create({"name": "Concurrency test"})
            order = env["sale.order"].create(
                {"partner_id": partner.id, "company_id": company.id, "user_id": False}
            )
            order.action_confirm()
            self.ids = {
                "sale.order": order.ids,
                "crm_orders.stage": stages.ids,
                "res.users": users.ids,
                "res.partner": (partner | users.partner_id).ids,
            }
        self.registry.clear_cache()
        self.addCleanup(self._clean_up)

    @contextmanager
    def _as_worker(self, number):
        with self._new_env(self.ids["res.users"][number]) as env:
            # The transaction begins here, not with what it does first.
            env.cr.execute("SELECT 1")
            yield env

    def _clean_up(self):
        with self._new_env() as env:
            (order_id,) = self.ids["sale.order"]
            env["crm_orders.work.action"].search([("order_id", "=", order_id)]).unlink()
            order = env["sale.order"].browse(order_id)
            order._action_cancel()
            order.unlink()
            env["crm_orders.stage"].browse(self.ids["crm_orders.stage"]).unlink()
            env["res.users"].browse(self.ids["res.users"]).unlink()
            env["res.partner"].browse(self.ids["res.partner"]).unlink()
        self.registry.clear_cache()

    def _act(self, env, kind, token=None, **values):
        return env["crm_orders.work"]._act(
            token or str(uuid.uuid4()), kind, self.ids["sale.order"][0], values
        )

    def _count(self, kind):
        with self._new_env() as env:
            order = env["sale.order"].browse(self.ids["sale.order"])
            return (
                len(order.message_ids.attachment_ids),
                env["crm_orders.work.action"].search_count(
                    [("order_id", "=", order.id), ("kind", "=", kind)]
                ),
            )

    def test_photo_that_arrives_twice_at_once_is_kept_once(self):
        with self._as_worker(0) as env:
            self._act(env, "take")
        token, image = str(uuid.uuid4()), picture()
        with self._as_worker(0) as one, self._as_worker(0) as other:
            self._act(one, "photo", token, image=image)
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                self._act(other, "photo", token, image=image)
            other.cr.rollback()
            other.transaction.clear()
            # So Odoo starts over, and finds it done.
            self.assertEqual(
                self._act(other, "photo", token, image=image)["state"], "done"
            )
        self.assertEqual(self._count("photo"), (1, 1))

    def test_what_was_broken_off_is_done_when_it_comes_again(self):
        token = str(uuid.uuid4())
        with self._as_worker(0) as env:
            self._act(env, "take", token)
            # The server is killed before it has kept anything.
            env.cr.rollback()
        self.assertEqual(self._count("take"), (0, 0))
        with self._as_worker(0) as env:
            self.assertEqual(self._act(env, "take", token)["state"], "done")
        self.assertEqual(self._count("take"), (0, 1))

    def test_order_wanted_by_two_goes_to_one(self):
        with self._as_worker(0) as one, self._as_worker(1) as other:
            self.assertEqual(self._act(one, "take")["state"], "done")
            one.cr.commit()
            stage_id = self.ids["crm_orders.stage"][0]
            with self.assertRaises(SerializationFailure):
                self._act(other, "take", stage_id=stage_id)
            other.cr.rollback()
            other.transaction.clear()
            answer = self._act(other, "take", stage_id=stage_id)
            self.assertEqual(answer["state"], "refused")
            self.assertIn("Somebody else has taken", answer["message"])
            other.cr.rollback()
        with self._new_env() as env:
            order = env["sale.order"].browse(self.ids["sale.order"])
            self.assertEqual(order.crm_orders_user_id.id, self.ids["res.users"][0])
