import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, TransactionCase, tagged

from ..tools import conditions
from .common import AssignMixin

VECTORS = Path(__file__).parent / "vectors" / "conditions.json"


@tagged("post_install", "-at_install")
class TestConditionEngine(BaseCase):
    """Which leads a rule is for, without a database."""

    def test_vectors(self):
        for vector in json.loads(VECTORS.read_text()):
            with self.subTest(vector["rule_of"]):
                found = conditions.matches(vector["condition"], vector["lead"])
                self.assertEqual(found, vector["matches"])

    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=30), st.text(max_size=12))
    def test_any_text_is_read_or_refused(self, text, code):
        try:
            ranges = conditions.parse_zips(text)
        except ValueError as error:
            self.assertTrue(str(error))
            return
        for first, last, _exact in ranges:
            self.assertLessEqual(first, last)
        conditions.zip_matches(text, code)
        conditions.words_match(text, code)

    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, 99999), st.integers(0, 99999), st.integers(0, 99999))
    def test_a_range_holds_what_is_between_its_ends(self, one, two, code):
        first, last = sorted((one, two))
        text = f"{first:05}-{last:05}"
        found = conditions.zip_matches(text, f"{code:05}")
        self.assertEqual(found, first <= code <= last)


@tagged("post_install", "-at_install")
class TestConditions(AssignMixin, TransactionCase):
    """What people may write into a rule."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()

    def test_nonsense_postal_codes_are_refused_by_name(self):
        for text in ("00990-00100", "1-2-3", "*", "001*-002", "100-0200", "-"):
            with self.subTest(text), self.assertRaisesRegex(ValidationError, "postal"):
                self._new_rule(zips=text)

    def test_one_person_must_be_named(self):
        with self.assertRaisesRegex(ValidationError, "Choose the person"):
            self._new_rule(way="fixed")

    def test_words_are_needed_between_the_commas(self):
        with self.assertRaisesRegex(ValidationError, "separated by commas"):
            self._new_rule(words=" , ")
