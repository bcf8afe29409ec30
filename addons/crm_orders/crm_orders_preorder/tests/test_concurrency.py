from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_orders_base.tests.common import SeveralTransactions


@tagged("post_install", "-at_install")
class TestConcurrency(SeveralTransactions):
    """Two people take the last place at once, each in a transaction of their own."""

    def setUp(self):
        super().setUp()
        with self._new_env() as env:
            product = env["product.product"].create(
                {
                    "name": "Concurrency test",
                    "type": "consu",
                    "is_storable": True,
                    "crm_orders_preorder": True,
                    "crm_orders_preorder_quota": 1,
                }
            )
            partners = env["res.partner"].create(
                [{"name": "Concurrency one"}, {"name": "Concurrency two"}]
            )
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": partner.id,
                        "company_id": env.company.id,
                        "order_line": [Command.create({"product_id": product.id})],
                    }
                    for partner in partners
                ]
            )
            self.product_id, self.partner_ids = product.id, partners.ids
            self.order_ids = orders.ids
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._new_env() as env:
            orders = env["sale.order"].browse(self.order_ids)
            orders._action_cancel()
            pickings = orders.picking_ids
            orders.unlink()
            pickings.move_ids.sudo().with_context(force_delete=True).state = "draft"
            pickings.unlink()
            product = env["product.product"].browse(self.product_id)
            product.product_tmpl_id.action_archive()
            env["res.partner"].browse(self.partner_ids).action_archive()

    def _order(self, env, number):
        order = env["sale.order"].browse(self.order_ids[number])
        order.fetch(["state"])
        # The transaction has seen how many places were taken.
        env["product.product"].browse(
            self.product_id
        ).product_tmpl_id._get_crm_orders_preordered()
        return order

    def test_last_place_is_taken_once(self):
        with self._new_env() as one, self._new_env() as other:
            mine, theirs = self._order(one, 0), self._order(other, 1)
            mine.action_confirm()
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs.action_confirm()
            other.cr.rollback()
            other.transaction.clear()
            # Odoo answers the request anew; now the place is seen to be taken.
            with self.assertRaisesRegex(UserError, "only 1 can be preordered"):
                self._order(other, 1).action_confirm()
            other.cr.rollback()
        with self._new_env() as env:
            states = env["sale.order"].browse(self.order_ids).mapped("state")
            self.assertEqual(sorted(states), ["draft", "sale"])
