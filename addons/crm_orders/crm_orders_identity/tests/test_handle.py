import json
from pathlib import Path

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import email_normalize

from ..tools import handle

VECTORS = json.loads((Path(__file__).parent / "vectors/handles.json").read_text())


@tagged("post_install", "-at_install")
class TestHandle(BaseCase):
    """Every handle has one way to be written."""

    def test_vectors(self):
        for vector in VECTORS:
            with self.subTest(**vector):
                found = handle.normalise(
                    vector["kind"], vector["value"], vector.get("country")
                )
                self.assertEqual(found, vector["expected"])

    def test_a_normal_handle_stays_as_it_is(self):
        for vector in VECTORS:
            value = vector["expected"]
            if value:
                with self.subTest(value=value):
                    for country in (None, "FI", "US"):
                        again = handle.normalise(vector["kind"], value, country)
                        self.assertEqual(again, value)

    def test_very_long_text_is_no_handle(self):
        for kind, _label in (("phone", 0), ("email", 0), ("telegram", 0), ("viber", 0)):
            self.assertIsNone(handle.normalise(kind, "1" * 100_000, "FI"))
        self.assertIsNone(handle.normalise("email", f"{'a' * 300}@example.com"))
        self.assertIsNone(handle.normalise("telegram", 10**5000))

    def test_scope_is_told_where_ids_are_of_a_page(self):
        self.assertEqual(handle.scope_of("telegram", "anything"), "")
        self.assertEqual(
            handle.scope_of("messenger", 682498171943165), "682498171943165"
        )
        for nothing in (None, "", "x" * 200, ["5"]):
            self.assertIsNone(handle.scope_of("messenger", nothing))

    def test_names_are_one_line_of_text(self):
        self.assertEqual(handle.clean_name(" Aino\n\x00 Lähde "), "Aino Lähde")
        self.assertEqual(handle.clean_name("\ud800"), "")
        self.assertEqual(handle.clean_name(None), "")
        self.assertEqual(len(handle.clean_name("x" * 1000)), 128)

    def test_shown_as_people_write_it(self):
        for kind, value, shown in (
            ("phone", "+358401234567", "+358 40 1234567"),
            ("whatsapp", "358401234567", "+358 40 1234567"),
            ("whatsapp", "US.1349", "US.1349"),
            ("telegram_username", "aino_l", "@aino_l"),
            ("email", "aino@example.com", "aino@example.com"),
        ):
            self.assertEqual(handle.show(kind, value), shown)

    def test_whatsapp_and_phone_find_each_other(self):
        self.assertEqual(
            handle.lookups("whatsapp", "", "358401234567"),
            [
                ("messenger", "whatsapp", "", "358401234567"),
                ("phone", "phone", "", "+358401234567"),
            ],
        )
        self.assertEqual(
            handle.lookups("phone", "", "+358401234567"),
            [
                ("phone", "phone", "", "+358401234567"),
                ("phone", "whatsapp", "", "358401234567"),
            ],
        )
        self.assertEqual(len(handle.lookups("whatsapp", "", "US.1349")), 1)


@tagged("post_install", "-at_install")
class TestHandleLikeCore(TransactionCase):
    """What Odoo stores with a contact is what a handle is normalised to."""

    def test_phone_and_email_as_odoo_writes_them(self):
        partners = self.env["res.partner"]
        for vector in VECTORS:
            text = vector["value"]
            if not text or not isinstance(text, str) or "sip:" in text:
                continue
            country = self.env["res.country"].search(
                [("code", "=", vector.get("country"))]
            )
            if vector["kind"] == "phone" and country:
                core = partners._phone_format(number=text, country=country)
            elif vector["kind"] == "email" and vector["expected"]:
                core = email_normalize(text, strict=False)
            else:
                continue
            with self.subTest(**vector):
                self.assertEqual(core or None, vector["expected"])
