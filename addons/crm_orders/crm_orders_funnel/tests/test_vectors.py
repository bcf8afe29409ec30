import json
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools import funnel

VECTORS = json.loads((Path(__file__).parent / "vectors/funnel.json").read_text())


@tagged("post_install", "-at_install")
class TestVectors(BaseCase):
    """What the numbers of a funnel mean."""

    def test_vectors(self):
        for vector in VECTORS:
            with self.subTest(**vector["sums"]):
                found = funnel.summarise(vector["sums"])
                steps = found["steps"]
                self.assertEqual([step["share"] for step in steps], vector["shares"])
                self.assertEqual(
                    [step["conversion"] for step in steps], vector["conversions"]
                )
                for name in ("cost_per_lead", "cost_per_won", "return"):
                    self.assertEqual(found[name], vector[name], name)

    def test_sums_are_added(self):
        whole = funnel.empty()
        for vector in VECTORS:
            whole = funnel.add(whole, vector["sums"])
        self.assertEqual((whole["leads"], whole["cost"]), (106, 650))
