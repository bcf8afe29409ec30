from lxml import html

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, tagged

from .common import SITE, WebMixin


@tagged("post_install", "-at_install")
class TestSource(WebMixin, TransactionCase):
    """A form works as soon as it has a name and a website."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_form()

    def test_new_form_is_ready(self):
        with Form(self.env["crm_orders.source"]) as form:
            form.name = "Website"
            form.kind = "web"
            form.web_origins = SITE
            self.assertEqual(len(form.web_field_ids), 4)
        source = form.save()
        self.assertTrue(source.web_key)
        self.assertFalse(source.sudo().hook_token)
        self.assertEqual(
            source.web_field_ids.mapped("kind"), ["name", "email", "phone", "message"]
        )
        self.assertEqual(source.health, "unused")
        self.assertEqual(source.dedupe_hours, 1)
        copy = source.copy()
        self.assertNotEqual(copy.web_key, source.web_key)
        self.assertEqual(len(copy.web_field_ids), 4)

    def test_other_kinds_have_no_form(self):
        source = self.env["crm_orders.source"].create({"name": "Shop"})
        self.assertFalse(source.web_key)
        self.assertFalse(source.web_field_ids)
        self.assertFalse(source.web_snippet)

    def test_snippets_can_be_copied(self):
        self.assertEqual(self.form.web_snippet.count("<script"), 1)
        self.assertIn(f'data-key="{self.form.web_key}"', self.form.web_snippet)
        self.assertIn("data-asiakaskunta", self.form.web_snippet_inline)
        plain = self.form.web_snippet_plain
        self.assertNotIn("<script", plain)
        for name in ("name", "email", "phone", "message", "fax_number", "form_lang"):
            self.assertIn(f'name="{name}"', plain)

    def test_required_fields_are_marked_in_valid_html(self):
        field = self.form.web_field_ids.filtered(lambda one: one.kind == "email")
        field.required = True
        self.env.invalidate_all()
        plain = self.form.web_snippet_plain
        self.assertIn('required="required"', plain)
        self.assertNotIn("True", plain)
        fragment = html.fragment_fromstring(plain)
        (label,) = fragment.xpath("//label[.//input[@name='email']]")
        self.assertTrue(label.text_content().strip().endswith("*"))
        (label,) = fragment.xpath("//label[.//input[@name='phone']]")
        self.assertNotIn("*", label.text_content())
        self.assertIn("Fields with a star", plain)
        field.required = False
        self.form.web_field_ids.required = False
        self.form.web_consent = False
        self.env.invalidate_all()
        self.assertNotIn("*", self.form.web_snippet_plain)

    def test_addresses_are_checked(self):
        for vals in (
            {"web_origins": "not an address!"},
            {"web_origins": "https://*.example.com"},
            {"web_origins": "ftp://example.com"},
            {"web_origins": "https://example.com;script-src"},
            {"web_redirect_url": "https://elsewhere.example/thanks"},
            {"web_redirect_url": "javascript:alert(1)"},
            {"web_privacy_url": "javascript:alert(1)"},
            {"web_color": "red;}"},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self.form.write(vals)
        self.form.write(
            {
                "web_origins": "Kauppa.example\nhttps://www.Example.com:443/page\n"
                "http://localhost:8000\nhttps://äiti.example",
                "web_redirect_url": "https://kauppa.example/kiitos",
            }
        )
        self.assertLessEqual(
            {
                "https://kauppa.example",
                "https://www.example.com",
                "http://localhost:8000",
                "https://xn--iti-pla.example",
            },
            set(self.form._get_web_origins()),
        )

    def test_captcha_needs_keys(self):
        if not self.form._get_captcha_keys():
            with self.assertRaises(ValidationError):
                self.form.web_captcha = True

    def test_somebody_must_be_answered(self):
        fields = self.form.web_field_ids.filtered(
            lambda field: field.kind in ("email", "phone")
        )
        with self.assertRaises(ValidationError):
            self.form.web_field_ids = [Command.delete(field.id) for field in fields]

    def test_own_field_needs_a_label_and_choices(self):
        for vals in ({}, {"label": "Size", "entry": "choice", "choices": " \n "}):
            with self.assertRaises(ValidationError):
                self.env["crm_orders.web.field"].create(
                    {"source_id": self.form.id, "kind": "other", **vals}
                )

    def test_changes_show_at_once(self):
        self.assertEqual(
            self.form._get_web_config(["en"])["texts"]["title"], "Write to us"
        )
        self.form.web_title = "Ask us"
        self.assertEqual(self.form._get_web_config(["en"])["texts"]["title"], "Ask us")
        self.form.web_field_ids[0].label = "Who are you?"
        self.assertEqual(
            self.form._get_web_config(["en"])["fields"][0]["label"], "Who are you?"
        )
        self.env["res.lang"]._activate_lang("fi_FI")
        self.form.update_field_translations("web_title", {"fi_FI": "Kysy meiltä"})
        config = self.form._get_web_config(["fi-FI", "en"])
        self.assertEqual(config["texts"]["title"], "Kysy meiltä")
        self.assertEqual(config["lang"], "fi")

    def test_consent_version_follows_the_text(self):
        version = self.form._get_consent_version()
        self.form.web_consent_text = "Saatte tallentaa tietoni."
        self.assertNotEqual(self.form._get_consent_version(), version)
        self.form.web_consent = True
        vals = self.env["crm.lead"]._get_crm_orders_consent(
            self.form, {"web_consent": version}
        )
        self.assertIn(version, vals["crm_orders_consent_text"])

    def test_strange_languages_do_not_fill_the_cache(self):
        langs = self.form._get_web_langs(["xx-YY", "zz"])
        self.assertIn(langs[0], dict(self.env["res.lang"].get_installed()))
        self.assertEqual(langs, self.form._get_web_langs(["qq"]))
