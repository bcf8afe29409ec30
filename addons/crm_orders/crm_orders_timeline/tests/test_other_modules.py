from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common import TimelineMixin


@tagged("post_install", "-at_install")
class TestOtherModules(TimelineMixin, TransactionCase):
    """What modules tell that need not be installed; if they are, it is right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_timeline()

    def _page_of_everything(self):
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        return self._page(user=admin)

    def _need(self, model):
        if model not in self.env:
            self.skipTest(f"{model} is not installed")

    def test_points_and_discounts(self):
        self._need("loyalty.history")
        program = self.env["loyalty.program"].create(
            {
                "name": "Regulars",
                "program_type": "loyalty",
                "company_id": self.company.id,
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({})],
            }
        )
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": self.aino.id}
        )
        line = self.env["loyalty.history"].create(
            {"card_id": card.id, "description": "Discount 5", "used": 50}
        )
        entries = self._page_of_everything()["entries"]
        entry = {one["key"]: one for one in entries}[f"loyalty-{line.id}"]
        self.assertEqual(entry["title"], "Regulars")
        self.assertEqual(entry["text"], "Discount 5")
        self.assertIn("−50", entry["amount"])

    def test_purchases_at_the_till(self):
        self._need("pos.order")
        kinds = {kind["key"] for kind in self._page_of_everything()["kinds"]}
        self.assertIn("purchase", kinds)
        order = self.env["pos.order"].new({"pos_reference": "P-1"})
        [entry] = self.env["crm_orders.timeline"]._describe_purchases(order).values()
        self.assertEqual(entry["title"], "P-1")

    def test_requests_that_made_leads(self):
        self._need("crm_orders.event")
        source = self.env["crm_orders.source"].create(
            {"name": "Form", "company_id": self.company.id}
        )
        source._set_key("timeline-test-key")
        events = self.env["crm_orders.event"]
        event = events.browse(
            events._accept(
                "timeline-test-key",
                b'{"external_id": "T-1", "email": "a@tl.example"}',
                "application/json",
                {},
                "192.0.2.1",
            )
        )
        events._claim(10)._process()
        self.assertEqual(event.lead_id.partner_id, self.aino)
        keys = self._keys()
        self.assertIn(f"request-{event.id}", keys)
        self.assertIn(f"lead-{event.lead_id.id}", keys)

    def test_calls(self):
        self._need("crm_orders.call")
        kinds = {kind["key"] for kind in self._page_of_everything()["kinds"]}
        self.assertIn("call", kinds)
