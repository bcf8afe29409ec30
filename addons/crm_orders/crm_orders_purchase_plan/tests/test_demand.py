from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from odoo.addons.crm_orders_preorder.tests.common import PreorderCommon


@tagged("post_install", "-at_install")
class TestDemand(PreorderCommon):
    """What customers ask for in vain is written down in one line."""

    def test_product_or_words(self):
        demand = Form(self.env["crm_orders.demand"])
        demand.product_id = self.game
        demand = demand.save()
        self.assertEqual((demand.name, demand.quantity), ("Game", 1))
        self.assertEqual(demand.warehouse_id, self.warehouse)
        with self.assertRaises(ValidationError):
            self.env["crm_orders.demand"].create({"name": "  "})

    def test_ends(self):
        demands = self.env["crm_orders.demand"].create(
            [{"name": "Sofa"}, {"name": "Lamp"}]
        )
        demands[0].action_done()
        demands[1].action_drop()
        self.assertEqual(demands.mapped("state"), ["done", "dropped"])
