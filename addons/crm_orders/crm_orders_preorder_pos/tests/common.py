from odoo.addons.crm_orders_pos.tests.common import TillMixin
from odoo.addons.crm_orders_preorder.tests.common import PreorderCommon


class PreorderTillCommon(TillMixin, PreorderCommon):
    """A game that can be preordered with a deposit of 30, and an open till."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.game.write(
            {
                "available_in_pos": True,
                "crm_orders_deposit_kind": "fixed",
                "crm_orders_deposit_fixed": 30,
                "invoice_policy": "order",
            }
        )
        cls.customer = cls.customers[0]
        cls._set_up_till()

    def _make_preorder(self, quantity=1, **values):
        """A preorder that is made at the till, its deposit not yet paid."""
        values.setdefault("deposit", 30 * quantity)
        return self._make((self.game, quantity, 100), **values)

    def _stock(self):
        self.env.invalidate_all()
        shelf = self.config.picking_type_id.default_location_src_id
        return self.game.with_context(location=shelf.id).qty_available

    def _reported(self, order):
        self.env.invalidate_all()
        rows = self.env["crm_orders.deposit"].search([("order_id", "=", order.id)])
        return tuple(
            round(sum(rows.mapped(name)), 2)
            for name in ("received", "applied", "refunded", "held")
        )

    def _assert_ledger(self, order, *amounts):
        self.assertEqual(self._ledger(order), amounts)
        self.assertEqual(self._reported(order), amounts)
