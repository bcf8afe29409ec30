from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions


@tagged("post_install", "-at_install")
class TestConcurrency(SeveralTransactions):
    """Two people request the same at once, each in a transaction of their own."""

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            vendor = env["res.partner"].create({"name": "Concurrency vendor"})
            product = env["product.product"].create(
                {
                    "name": "Concurrency test",
                    "type": "consu",
                    "is_storable": True,
                    "seller_ids": [Command.create({"partner_id": vendor.id})],
                }
            )
            demand = env["crm_orders.demand"].create(
                {"product_id": product.id, "quantity": 3}
            )
            self.vendor_id, self.product_id = vendor.id, product.id
            self.demand_id = demand.id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._new_env() as env:
            requests = self._requests(env)
            requests.button_cancel()
            requests.unlink()
            env["crm_orders.demand"].browse(self.demand_id).unlink()
            product = env["product.product"].browse(self.product_id)
            product.product_tmpl_id.action_archive()
            env["res.partner"].browse(self.vendor_id).action_archive()

    def _requests(self, env):
        return env["purchase.order"].search([("partner_id", "=", self.vendor_id)])

    def _plan(self, env):
        rows = env["crm_orders.purchase.plan"].search(
            [("product_id", "=", self.product_id)]
        )
        self.assertEqual(rows.to_buy, 3)
        return rows

    def test_the_same_is_requested_once(self):
        with self._new_env() as one, self._new_env() as other:
            mine, theirs = self._plan(one), self._plan(other)
            mine.action_make_rfqs()
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs.action_make_rfqs()
            other.cr.rollback()
            other.transaction.clear()
            # Odoo answers the request anew; now it is seen to be on its way.
            with self.assertRaisesRegex(UserError, "may be on its way"):
                other["crm_orders.purchase.plan"].browse(theirs.ids).action_make_rfqs()
            other.cr.rollback()
        with self._new_env() as env:
            lines = self._requests(env).order_line
            self.assertEqual((len(lines), lines.product_qty), (1, 3))
