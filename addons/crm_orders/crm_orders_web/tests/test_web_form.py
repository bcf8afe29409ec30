from odoo.tests import BaseCase, tagged

from ..tools import color, origin, ticket, web_form


def sign(text):
    return f"{hash(text) & (2**256 - 1):064x}"


@tagged("post_install", "-at_install")
class TestWebForm(BaseCase):
    """The plain functions behind the form."""

    def test_origins(self):
        for address, expected in (
            ("https://Example.com/page?x#y", "https://example.com"),
            ("http://example.com:80", "http://example.com"),
            ("https://example.com:80", "https://example.com:80"),
            ("http://[::1]:8069/", "http://[::1]:8069"),
            ("https://ääkkönen.example", "https://xn--kknen-fraa0m.example"),
            ("https://user:pw@example.com", None),
            ("https://", None),
            ("https://a b.example", None),
            ("https://example.com:99999", None),
            ("file:///etc/passwd", None),
            ("null", None),
            ("", None),
        ):
            self.assertEqual(origin.origin_of(address), expected, address)

    def test_ticket(self):
        mine = ticket.make(1000.5, sign)
        self.assertEqual(ticket.age(mine, 1003.5, sign), 3)
        issued, signature = mine.split(".")
        for forged in (
            f"{int(issued) - 5000}.{signature}",
            f"{issued}.{'0' * 64}",
            f" {mine}",
            f"{mine}\n",
            issued,
            "",
            None,
            "٣." + "0" * 64,
        ):
            self.assertIsNone(ticket.age(forged, 1003.5, sign), forged)

    def test_problems(self):
        fields = [
            web_form.Field("name", "name", required=True),
            web_form.Field("email", "email"),
            web_form.Field("phone", "phone"),
            web_form.Field("other_1", "other", choices=("a", "b")),
        ]

        def problems(**values):
            return web_form.problems(fields, web_form.read(values))

        good = {"name": "Aino", "phone": "+358 40 1234567"}
        self.assertEqual(problems(**good), {})
        self.assertEqual(problems(**good, other_1="b"), {})
        self.assertEqual(problems(**good, other_1="c"), {"other_1": "choice"})
        self.assertEqual(problems(**good, email="a@b"), {"email": "email"})
        self.assertEqual(problems(name="A", phone="12"), {"phone": "phone"})
        self.assertEqual(problems(**{**good, "name": "x" * 121}), {"name": "long"})
        self.assertEqual(problems(**{**good, "name": 5}), {"name": "text"})
        self.assertEqual(problems(**good, strange=[1]), {"strange": "text"})
        self.assertEqual(
            problems(),
            {"name": "required", "email": "contact", "phone": "contact"},
        )

    def test_visit_never_mixes_origins(self):
        visit = {
            "first": {"utm_source": "google", "utm_campaign": "spring"},
            "last": {"utm_source": "letter"},
        }
        self.assertEqual(
            web_form.with_origin({"a": "b"}, visit), {"a": "b", "utm_source": "letter"}
        )
        self.assertEqual(
            web_form.with_origin({"utm_source": "own"}, visit), {"utm_source": "own"}
        )

    def test_bodies_of_old_websites(self):
        self.assertEqual(web_form.decode_form(b"a=%C3%A4"), "a=%C3%A4")
        self.assertEqual(web_form.decode_form(b"a=%E4+%80"), "a=%C3%A4+%E2%82%AC")

    def test_letters_can_be_read_on_any_color(self):
        self.assertEqual(color.ink_on("#000000"), "#ffffff")
        self.assertEqual(color.ink_on("#1f5fae"), "#ffffff")
        self.assertEqual(color.ink_on("#ffee00"), "#10151d")
