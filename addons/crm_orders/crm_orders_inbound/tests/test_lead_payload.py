from odoo.tests import BaseCase, tagged

from ..tools import lead_payload
from ..tools.lead_payload import FORM, JSON, PayloadError


@tagged("post_install", "-at_install")
class TestLeadPayload(BaseCase):
    """The reading of requests, without a database."""

    def _read(self, payload):
        return lead_payload.read(payload)

    def _code(self, function, *args):
        with self.assertRaises(PayloadError) as caught:
            function(*args)
        return caught.exception.code

    # --- bodies ---

    def test_formats_are_told_by_content_type(self):
        self.assertEqual(lead_payload.body_format("application/json"), JSON)
        self.assertEqual(
            lead_payload.body_format("application/x-www-form-urlencoded"), FORM
        )
        for mimetype in ("", "text/plain", "multipart/form-data", "application/xml"):
            self.assertEqual(
                self._code(lead_payload.body_format, mimetype), "unsupported_media_type"
            )

    def test_text_that_cannot_be_stored_is_refused(self):
        self.assertEqual(self._code(lead_payload.decode, b""), "empty_body")
        self.assertEqual(self._code(lead_payload.decode, b"\xff{}"), "bad_encoding")
        self.assertEqual(self._code(lead_payload.decode, b"a=\x00"), "bad_encoding")
        self.assertEqual(lead_payload.decode("{\u00e4}".encode()), "{\u00e4}")
        self.assertEqual(
            lead_payload.decode(b"\xef\xbb\xbf{}"), "{}", "byte order mark"
        )

    def test_json_must_be_one_object(self):
        bad = (
            "",
            "{",
            "[]",
            '"text"',
            "null",
            '{"a": NaN}',
            "1" * 5000,
            '{"a":' * 20000,
            '{"a": 1,}',
        )
        for text in bad:
            self.assertEqual(
                self._code(lead_payload.parse, text, JSON), "bad_json", text[:20]
            )
        self.assertEqual(lead_payload.parse('{"a": {"b": 1}}', JSON), {"a": {"b": 1}})

    def test_number_of_fields_is_bounded(self):
        many = ",".join(f'"f{i}": 1' for i in range(lead_payload.MAX_FIELDS + 1))
        self.assertEqual(
            self._code(lead_payload.parse, f"{{{many}}}", JSON), "bad_json"
        )
        form = "&".join(f"f{i}=1" for i in range(lead_payload.MAX_FIELDS + 1))
        self.assertEqual(self._code(lead_payload.parse, form, FORM), "bad_form")

    def test_form_fields_are_decoded(self):
        payload = lead_payload.parse("name=Aino+L%C3%A4hde&box=a&box=b&empty=", FORM)
        self.assertEqual(
            payload, {"name": "Aino L\u00e4hde", "box": "a, b", "empty": ""}
        )
        self.assertEqual(
            self._code(lead_payload.parse, "name=%ff%fe", FORM), "bad_encoding"
        )

    # --- external id ---

    def test_external_id_of_body_wins_over_header(self):
        self.assertEqual(lead_payload.external_id({"external_id": "A-1"}, "B"), "A-1")
        self.assertEqual(lead_payload.external_id({"external_id": 17}), "17")
        self.assertEqual(lead_payload.external_id({"external_id": ""}, "B"), "B")
        self.assertIsNone(lead_payload.external_id({}))

    def test_external_id_that_cannot_be_kept_as_it_is_is_refused(self):
        for value in (True, 1.5, [], {}, "x" * 129, "a\x00b", "a\nb", "\ud800"):
            self.assertEqual(
                self._code(lead_payload.external_id, {"external_id": value}),
                "invalid_field",
                repr(value)[:20],
            )

    # --- fields ---

    def test_known_fields_and_the_rest_are_told_apart(self):
        fields, extra = self._read(
            {
                "name": " Aino ",
                "Email": "aino@example.com",
                "color": "red",
                "sizes": ["S", "M"],
                "external_id": "1",
                "city": None,
            }
        )
        self.assertEqual(fields, {"name": "Aino", "email": "aino@example.com"})
        self.assertEqual(extra, [("color", "red"), ("sizes", '["S", "M"]')])

    def test_names_of_other_senders_are_understood(self):
        fields, _extra = self._read(
            {
                "contact_name": "Aino",
                "partner_name": "Lähde Oy",
                "email_from": "aino@example.com",
                "description": "Hello",
            }
        )
        self.assertEqual(
            fields,
            {
                "name": "Aino",
                "company": "Lähde Oy",
                "email": "aino@example.com",
                "message": "Hello",
            },
        )

    def test_contact_is_required(self):
        for payload in (
            {},
            {"name": "Aino"},
            {"email": ""},
            {"email": None, "phone": "   "},
        ):
            self.assertEqual(
                self._code(self._read, payload), "missing_contact", payload
            )
        self.assertEqual(
            self._read({"phone": 358401234567})[0]["phone"], "358401234567"
        )

    def test_contact_that_cannot_be_read_is_kept_as_it_was_sent(self):
        fields, extra = self._read({"phone": "040 123", "email": "aino at example"})
        self.assertEqual(fields, {"phone": "040 123"})
        self.assertEqual(extra, [("email", "aino at example")])
        fields, extra = self._read(
            {"external_id": "e1", "Phone": "soita", "email": "aino", "message": "moi"}
        )
        self.assertEqual(fields, {"message": "moi"})
        self.assertEqual(extra, [("Phone", "soita"), ("email", "aino")])

    def test_contact_too_long_for_its_field_is_not_cut_to_another_one(self):
        for name, text in (
            ("email", f"{'a' * 250}@example.com"),
            ("phone", f"after six {'please ' * 20}040 1234567"),
        ):
            fields, extra = self._read({name: text})
            self.assertEqual(fields, {})
            self.assertEqual(extra, [(name, text)])

    def test_second_contact_is_kept(self):
        fields, extra = self._read(
            {
                "email": "not-an-email",
                "email_from": "aino@example.com",
                "e_mail": "aino@example.com",
                "phone": "09 123",
                "mobile": "040 123",
            }
        )
        self.assertEqual(fields, {"email": "aino@example.com", "phone": "09 123"})
        self.assertEqual(extra, [("email", "not-an-email"), ("mobile", "040 123")])

    def test_lists_are_no_text(self):
        for value in ([], ["a"], {"a": 1}, True):
            self.assertEqual(
                self._code(self._read, {"phone": "040", "name": value}), "invalid_field"
            )

    def test_only_the_message_has_several_lines(self):
        for end in ("\n", "\r\n", "\r", "\x0b", "\x1c", "\x85", "\u2028", "\t"):
            text = f"Aino {end}Bcc: all@example.com"
            fields, extra = self._read(
                {
                    "phone": "040",
                    "name": text,
                    "subject": text,
                    "email": f"a@example.com{end}b",
                    "message": "Hello\n\n\tAino",
                    f"note{end}s": "one\ntwo",
                }
            )
            self.assertEqual(fields["name"], "Aino Bcc: all@example.com")
            self.assertEqual(fields["subject"], fields["name"])
            self.assertEqual(fields["message"], "Hello\n\n\tAino")
            self.assertNotIn("email", fields)
            self.assertEqual(
                extra, [("email", "a@example.com b"), ("note s", "one\ntwo")]
            )

    def test_texts_are_cut_and_cleaned(self):
        fields, extra = self._read(
            {
                "phone": "040",
                "name": "x" * 500,
                "message": "a\x00b\x07\nc\ud800",
                "note\x00": "y" * 5000,
            }
        )
        self.assertEqual(len(fields["name"]), lead_payload.FIELDS["name"])
        self.assertEqual(fields["message"], "ab\nc?")
        self.assertEqual(extra, [("note", "y" * lead_payload.MAX_EXTRA_TEXT)])
