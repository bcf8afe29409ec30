import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import words

VECTORS = Path(__file__).parent / "vectors" / "words.json"


@tagged("post_install", "-at_install")
class TestWords(BaseCase):
    """Titles of what somebody wrote."""

    def test_vectors(self):
        for vector in json.loads(VECTORS.read_text()):
            with self.subTest(vector["text"]):
                title = words.title(vector["text"])
                self.assertEqual(title, vector["title"])
                if title:
                    beyond = words.beyond_title(vector["text"], title)
                    self.assertEqual(beyond, vector["beyond"])

    def test_a_title_of_somebody_else_takes_nothing_away(self):
        for heading in ("Sofa", "", None, "In blue", "\N{HORIZONTAL ELLIPSIS}"):
            self.assertEqual(
                words.beyond_title("In blue, please", heading), "In blue, please"
            )

    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=200))
    def test_nothing_is_lost_between_title_and_rest(self, text):
        title = words.title(text)
        self.assertLessEqual(len(title), words.MAX_TITLE + 1)
        rest = words.beyond_title(text, title)
        letters = [one for one in text if one.isalnum()]
        shown = title + rest if title else rest
        self.assertEqual([one for one in shown if one.isalnum()], letters)
