from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import gap_text


@tagged("post_install", "-at_install")
class TestGapText(BaseCase):
    """Gaps of texts."""

    def test_gaps_are_filled(self):
        values = {"order": "S1", "what to do": "Bring your ID"}
        for text, expected in (
            ("Order {order}", "Order S1"),
            ("Order { order }.", "Order S1."),
            ("{what to do}!", "Bring your ID!"),
            ("{order} and {order}", "S1 and S1"),
            ("nothing", "nothing"),
            ("", ""),
            (None, ""),
            ("{unknown} left out", "left out"),
            ("a\n{unknown}\nb", "a\nb"),
            ("a\n\nb", "a\n\nb"),
        ):
            self.assertEqual(gap_text.fill(text, values), expected, text)

    def test_text_is_no_program(self):
        values = {"order": "{customer}", "customer": "Aino"}
        for text, expected in (
            ("{order}", "{customer}"),
            ("{order.__class__}", ""),
            ("{0}", ""),
            ("{order!r}", ""),
            ("%(order)s ${order}", "%(order)s ${customer}"),
        ):
            self.assertEqual(gap_text.fill(text, values), expected, text)

    def test_gaps_are_known(self):
        self.assertEqual(
            gap_text.gaps("Hello {customer}, { link } {x"), ["customer", "link"]
        )
        self.assertEqual(gap_text.gaps(False), [])

    def test_html_is_filled_with_text(self):
        values = {"customer": "Aino & <b>Co</b>", "address": "Katu 1\nTurku"}
        for text, expected in (
            ("<p>Hi {customer}</p>", "<p>Hi Aino &amp; &lt;b&gt;Co&lt;/b&gt;</p>"),
            ("<p>{address}</p>", "<p>Katu 1<br/>Turku</p>"),
            ("<p>a</p><p>{gone}&nbsp;{gone}</p><p>b</p>", "<p>a</p><p>b</p>"),
            ("<p>a {gone}</p>", "<p>a </p>"),
            ("<p><br/></p>", "<p><br/></p>"),
            (
                '<a href="{customer}">x</a>',
                '<a href="Aino &amp; &lt;b&gt;Co&lt;/b&gt;">x</a>',
            ),
            (None, ""),
        ):
            self.assertEqual(gap_text.fill_html(text, values), expected, text)

    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=100))
    def test_no_value_becomes_html(self, value):
        filled = gap_text.fill_html("<p>{x}!</p>", {"x": value})
        inside = filled.removeprefix("<p>").removesuffix("</p>")
        self.assertNotIn("<", inside.replace("<br/>", ""))
        self.assertNotIn('"', inside)
