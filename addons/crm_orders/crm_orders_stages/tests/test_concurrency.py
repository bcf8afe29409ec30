from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions


@tagged("post_install", "-at_install")
class TestConcurrency(SeveralTransactions):
    """Two people at once, each with a connection and a transaction of their own.

    `SerializationFailure` makes Odoo answer the request anew by itself.
    """

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            company = env.company
            stages = env["crm_orders.stage"].create(
                [
                    {"name": name, "kind": kind, "sequence": sequence}
                    for name, kind, sequence in (
                        ("First", "new", -3),
                        ("Second", "in_work", -2),
                        ("Third", "ready", -1),
                    )
                ]
            )
            self.stage_ids = stages.ids
            partner = env["res.partner"].create({"name": "Concurrency test"})
            product = env["product.product"].create(
                {"name": "Concurrency test", "type": "service"}
            )
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "order_line": [Command.create({"product_id": product.id})],
                }
            )
            self.partner_id, self.product_id = partner.id, product.id
            self.order_id = order.id
        self.registry.clear_cache()
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._new_env() as env:
            order = env["sale.order"].browse(self.order_id)
            order._action_cancel()
            order.unlink()
            env["crm_orders.stage"].browse(self.stage_ids).unlink()
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()
            env["res.partner"].browse(self.partner_id).unlink()
        self.registry.clear_cache()

    def _order(self, env):
        """The order, as it is when the transaction begins."""
        order = env["sale.order"].browse(self.order_id)
        order.fetch(["state", "crm_orders_stage_id"])
        return order

    def _confirm(self):
        with self._new_env() as env:
            self._order(env).action_confirm()

    def _stage_ids_of_history(self):
        with self._new_env() as env:
            return self._order(env).crm_orders_log_ids.sorted("id").stage_id.ids

    def test_order_confirmed_twice_at_once_is_started_over(self):
        with self._new_env() as one, self._new_env() as other:
            mine, theirs = self._order(one), self._order(other)
            mine.action_confirm()
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs.action_confirm()
            other.cr.rollback()
            other.transaction.clear()
            with self.assertRaises(UserError):
                theirs.action_confirm()
            other.cr.rollback()
        self.assertEqual(self._stage_ids_of_history(), self.stage_ids[:1])

    def test_order_put_on_the_board_twice_at_once_is_started_over(self):
        self._confirm()
        with self._new_env() as env:
            self._order(env).crm_orders_stage_id = False
        with self._new_env() as one, self._new_env() as other:
            mine, theirs = self._order(one), self._order(other)
            mine.action_crm_orders_put_on_board()
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs.action_crm_orders_put_on_board()
            other.cr.rollback()

    def test_order_moved_on_twice_at_once_moves_once(self):
        self._confirm()
        with self._new_env() as one, self._new_env() as other:
            mine, theirs = self._order(one), self._order(other)
            mine.action_crm_orders_next_stage()
            one.cr.commit()
            with self.assertRaisesRegex(UserError, "meanwhile"):
                theirs.action_crm_orders_next_stage()
            other.cr.rollback()
        self.assertEqual(self._stage_ids_of_history(), self.stage_ids[:2])
