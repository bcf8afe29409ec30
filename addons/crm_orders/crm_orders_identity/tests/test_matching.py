import json
import random
import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools import matching

VECTORS = json.loads((Path(__file__).parent / "vectors/matching.json").read_text())
ROW = re.compile(r"(\w+):(\S+) i(\d+) (?:-|p(\d+)(?:/(\d+)(!)?)?)")


def _row(text):
    """A row, written as strength:handle iIDENTITY pPARTNER/ENTITY, ! if unusable."""
    strength, handle, identity, partner, entity, away = ROW.fullmatch(text).groups()
    return {
        "strength": strength,
        "handle": handle,
        "identity": int(identity),
        "partner": int(partner) if partner else None,
        "entity": int(entity or partner or 0) or None,
        "entity_usable": not away,
    }


@tagged("post_install", "-at_install")
class TestMatching(BaseCase):
    """Who somebody is, decided on plain rows."""

    def test_vectors(self):
        for vector in VECTORS:
            with self.subTest(vector["name"]):
                found = matching.decide([_row(text) for text in vector["rows"]])
                self.assertEqual(
                    [found["certainty"], found["partner"], found["candidates"]],
                    vector["expected"],
                )
                self.assertEqual(found["reason"], vector["reason"])
                if "identity" in vector:
                    self.assertEqual(found["identity"], vector["identity"])

    def test_the_order_of_strengths_does_not_matter(self):
        generator = random.Random(20260101)
        for vector in VECTORS:
            rows = [_row(text) for text in vector["rows"]]
            generator.shuffle(rows)
            found = matching.decide(rows)
            with self.subTest(vector["name"]):
                self.assertEqual(found["certainty"], vector["expected"][0])
                self.assertEqual(found["partner"], vector["expected"][1])
                self.assertEqual(set(found["candidates"]), set(vector["expected"][2]))

    def test_sure_is_one_partner_and_everything_else_is_none(self):
        """For any rows: nobody is chosen whom no handle points at."""
        generator = random.Random(7)
        for _round in range(2000):
            rows = [
                _row(
                    f"{generator.choice(['messenger', 'phone', 'email', 'username'])}"
                    f":{generator.randint(1, 2)} i{number}"
                    f" p{generator.choice(['1/1', '2/1', '3/3', '4/3', '5/5'])}"
                )
                for number in range(1, generator.randint(1, 7))
            ]
            found = matching.decide(rows)
            partners = {row["partner"] for row in rows} | {
                row["entity"] for row in rows
            }
            self.assertLessEqual(set(found["candidates"]), partners)
            self.assertEqual(len(set(found["candidates"])), len(found["candidates"]))
            if found["certainty"] == matching.SURE:
                self.assertEqual(found["candidates"][0], found["partner"])
            else:
                self.assertIsNone(found["partner"])
