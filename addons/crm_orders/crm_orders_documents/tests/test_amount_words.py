import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.amount_words import amount_words

VECTORS = Path(__file__).parent / "vectors" / "amount_words.json"


@tagged("post_install", "-at_install")
class TestAmountWords(BaseCase):
    """Amounts in words."""

    def test_vectors(self):
        for vector in json.loads(VECTORS.read_text()):
            with self.subTest(vector):
                words = amount_words(
                    vector["amount"],
                    vector.get("currency", "EUR"),
                    vector["lang"],
                    vector.get("digits", 2),
                )
                self.assertEqual(words, vector["words"])

    def test_more_than_there_are_words_for_is_written_in_digits(self):
        self.assertEqual(amount_words("1e400", "EUR", "en"), f"1{'0' * 400} euros")

    @settings(max_examples=200, deadline=None)
    @given(st.integers(-(10**12), 10**12), st.sampled_from(["en", "fi"]))
    def test_every_amount_has_words_of_its_own(self, cents, lang):
        amount = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
        words = amount_words(amount, "EUR", lang)
        self.assertNotRegex(words, r"[0-9]")
        self.assertNotEqual(words, amount_words(float(cents + 1) / 100, "EUR", lang))
        self.assertEqual(words.startswith(("minus ", "miinus ")), cents < 0)
