import json
from unittest.mock import patch

from lxml import html

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import SITE, WebMixin


@tagged("post_install", "-at_install")
class TestDoor(WebMixin, HttpCase):
    """What browsers on other websites get, and what becomes of what they send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_form()

    def _options(self, origin):
        return self.url_open(
            self.path,
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
            method="OPTIONS",
        )

    # The script --------------------------------------------------------------------

    def test_script_is_served_once(self):
        answer = self.url_open("/crm_orders/v1/widget.js")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/javascript", answer.headers["Content-Type"])
        self.assertIn("public", answer.headers["Cache-Control"])
        self.assertLess(len(answer.content), 30 * 1024)
        self.assertNotIn("Set-Cookie", answer.headers)
        tag = answer.headers["ETag"]
        again = self.url_open(
            "/crm_orders/v1/widget.js", headers={"If-None-Match": tag}
        )
        self.assertEqual(again.status_code, 304)
        self.assertFalse(again.content)

    def test_form_is_described_in_the_language_of_the_page(self):
        english = self.url_open(f"{self.path}/config?lang=en", headers={"Origin": SITE})
        finnish = self.url_open(f"{self.path}/config?lang=fi", headers={"Origin": SITE})
        self.assertEqual(english.json()["texts"]["send"], "Send")
        self.assertEqual(finnish.json()["texts"]["send"], "Lähetä")
        labels = [field["label"] for field in finnish.json()["fields"]]
        self.assertEqual(labels[:2], ["Nimi", "Sähköpostiosoite"])
        self.assertNotIn("Set-Cookie", english.headers)

    # Other websites ----------------------------------------------------------------

    def test_listed_website_is_echoed_exactly(self):
        answer = self._options(SITE)
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SITE)
        self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)
        self.assertIn("Origin", answer.headers["Vary"])
        self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])

    def test_other_websites_are_refused(self):
        for origin in (
            "https://evil.example",
            "https://www.kauppa.example.evil.example",
            "http://www.kauppa.example",
            "https://www.kauppa.example:8443",
            "https://WWW.kauppa.example",
            "null",
            "",
        ):
            with self.subTest(origin):
                self.assertEqual(self._options(origin).status_code, 403)
                answer = self._send_json(origin=origin)
                self.assertEqual(answer.status_code, 403)
                self.assertEqual(answer.json()["error"]["code"], "origin_not_allowed")
                self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
        self.assertFalse(self.form.event_ids)

    def test_own_pages_may_show_the_form(self):
        answer = self._send_json(origin=self.base_url())
        self.assertEqual(answer.status_code, 202, answer.text)

    def test_unknown_form(self):
        answer = self.url_open("/crm_orders/v1/form/nothing/config")
        self.assertEqual(answer.status_code, 404)
        for path in ("%00", "%00/config", "a%00/preview"):
            answer = self.url_open(f"/crm_orders/v1/form/{path}")
            self.assertEqual(answer.status_code, 404, path)
        page = self.url_open("/crm_orders/v1/form/nothing?lang=fi")
        self.assertEqual(page.status_code, 404)
        self.assertIn("Tätä lomaketta ei enää ole", page.text)
        self.form.active = False
        self.assertEqual(self.url_open(self.path).status_code, 404)

    # The script sends --------------------------------------------------------------

    def test_form_becomes_a_lead(self):
        answer = self._send_json(phone="040 123 4567")
        self.assertEqual(answer.status_code, 202, answer.text)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SITE)
        event = self.form.event_ids
        self.assertEqual(event.state, "new")
        self.assertEqual(event.remote_addr, "127.0.0.1")
        self._run_job()
        lead = event.lead_id
        self.assertEqual(lead.contact_name, "Aino Virtanen")
        self.assertEqual(lead.email_from, "aino@example.com")
        self.assertIn("Onko sinistä?", lead.description)
        self.assertNotIn("form_ticket", lead.description)
        self.assertEqual(lead.company_id, self.company)

    def test_same_form_twice_is_one_lead(self):
        first, second = self._send_json(), self._send_json()
        self.assertEqual(first.json()["event"], second.json()["event"])
        self.assertEqual(len(self.form.event_ids), 1)

    def test_corrected_form_joins_the_lead(self):
        self._send_json()
        self._run_job()
        self.form.web_consent = True
        self._send_json(
            form_id="form-2",
            message="Tai vihreää?",
            form_consent=self.form._get_consent_version(),
            form_visit={"now": {"utm_source": "google"}},
        )
        self._run_job()
        leads = self.form.event_ids.lead_id
        self.assertEqual(leads.crm_orders_visit, {"now": {"utm_source": "google"}})
        self.assertTrue(leads.crm_orders_consent_date)
        self.assertEqual(len(leads), 1)
        self.assertIn("Tai vihreää?", "".join(leads.message_ids.mapped("body")))

    def test_errors_are_words_in_the_language_of_the_page(self):
        answer = self._send_json(lang="fi", email="aino", message=" ", name="")
        self.assertEqual(answer.status_code, 422)
        fields = answer.json()["error"]["fields"]
        self.assertEqual(set(fields), {"email", "message", "name"})
        self.assertEqual(fields["name"], "Täytä tämä kohta.")
        self.assertIn("sähköpostiosoite", fields["email"])
        self.assertFalse(self.form.event_ids)

    def test_a_way_to_answer_is_needed(self):
        answer = self._send_json(email="", phone="")
        self.assertEqual(set(answer.json()["error"]["fields"]), {"email", "phone"})
        self.assertEqual(self._send_json(email="", phone="0401234567").status_code, 202)

    def test_bad_bodies_get_an_answer(self):
        headers = {"Content-Type": "application/json", "Origin": SITE}
        for body, status in (
            (b"", 400),
            (b"{", 400),
            (b"[]", 400),
            (b"\xff\xfe", 400),
            (b"{}", 422),
            (b'{"name": {"a": 1}, "email": ["x"]}', 422),
            (b'{"a":' * 5000, 400),
            (b" " * (64 * 1024 + 1), 413),
        ):
            with self.subTest(body[:20]):
                answer = self.url_open(
                    self.path, data=body, headers=headers, method="POST"
                )
                self.assertEqual(answer.status_code, status, answer.text[:200])
                self.assertTrue(answer.json()["error"]["message"])
        self.assertFalse(self.form.event_ids)

    def test_html_and_formulas_stay_text(self):
        self._send_json(name="<script>alert(1)</script>", message="=HYPERLINK(1)<b>x")
        self._run_job()
        lead = self.form.event_ids.lead_id
        self.assertEqual(lead.contact_name, "<script>alert(1)</script>")
        self.assertIn("=HYPERLINK(1)&lt;b&gt;x", lead.description)

    def test_visit_and_consent_are_on_the_lead(self):
        source = self.env["utm.source"].create({"name": "Uutiskirje"})
        self.form.web_consent = True
        self.assertEqual(self._send_json().status_code, 422)
        version = self.form._get_consent_version()
        self._send_json(
            form_consent=version,
            form_visit={
                "first": {"utm_source": "google", "landing": "https://a.example/"},
                "last": {"utm_source": "uutiskirje", "bad": "x", "time": ["x"]},
                "strange": {"utm_source": "y"},
            },
        )
        self._run_job()
        lead = self.form.event_ids.lead_id
        self.assertEqual(lead.source_id, source)
        self.assertEqual(lead.crm_orders_visit["first"]["utm_source"], "google")
        self.assertEqual(set(lead.crm_orders_visit), {"first", "last"})
        self.assertEqual(lead.crm_orders_visit["last"], {"utm_source": "uutiskirje"})
        self.assertIn("google", lead.crm_orders_visit_text)
        self.assertIn("I agree", lead.crm_orders_consent_text)
        self.assertTrue(lead.crm_orders_consent_date)

    def test_own_fields_go_into_the_notes_by_their_names(self):
        size = self.env["crm_orders.web.field"].create(
            {
                "source_id": self.form.id,
                "kind": "other",
                "label": "Size",
                "entry": "choice",
                "choices": "Small\nLarge",
                "required": True,
            }
        )
        name = size._get_name()
        self.assertIn(name, self._send_json().json()["error"]["fields"])
        self.assertEqual(self._send_json(**{name: "Huge"}).status_code, 422)
        self.assertEqual(self._send_json(**{name: "Large"}).status_code, 202)
        self._run_job()
        self.assertIn("<b>Size</b>: Large", self.form.event_ids.lead_id.description)

    def test_thank_you_page(self):
        self.form.web_redirect_url = f"{SITE}/kiitos"
        self.assertEqual(self._send_json().json()["redirect"], f"{SITE}/kiitos")

    # Spam --------------------------------------------------------------------------

    def _assert_suspected(self, reason):
        event = self.form.event_ids[0]
        self.assertEqual(event.state, "ignored")
        self.assertTrue(event.is_suspected)
        self.assertIn(reason, event.reason)
        self._run_job()
        self.assertFalse(event.lead_id)
        return event

    def test_too_fast_is_kept_apart_and_can_be_accepted(self):
        answer = self._send_json(ticket_age=0.5)
        self.assertEqual(answer.status_code, 202)
        event = self._assert_suspected("filled in within 0.")
        self.assertEqual(self.form.suspected_count, 1)
        event.action_not_spam()
        self._run_job()
        self.assertEqual(event.state, "done")
        self.assertEqual(event.lead_id.email_from, "aino@example.com")
        with self.assertRaises(UserError):
            event.action_not_spam()

    def test_hidden_field(self):
        self._send_json(fax_number="123")
        self._assert_suspected("people do not see")

    def test_time_cannot_be_made_up(self):
        for forged in (
            "1.abc",
            "9" * 15 + "." + "a" * 64,
            "x",
            self._ticket()[:-1] + "g",
        ):
            self.form.event_ids.sudo().unlink()
            self._send_json(form_ticket=forged)
            self._assert_suspected("made up")
        other = self.form.copy({"name": "Other"})
        self.form.event_ids.sudo().unlink()
        stolen = self.form._make_ticket()
        self.assertNotEqual(other._sign_ticket("1"), self.form._sign_ticket("1"))
        self.path = f"/crm_orders/v1/form/{other.web_key}"
        self._send_json(form_ticket=stolen)
        self.assertIn("made up", other.event_ids.reason)

    def test_without_a_ticket_or_with_an_old_one(self):
        self._send_json(form_ticket=None)
        self._assert_suspected("not filled in on the form")
        self._send_json(form_id="form-2", ticket_age=31 * 86400)
        self._assert_suspected("30 days")

    def test_one_address_cannot_send_without_end(self):
        self.form.web_address_limit = 3
        for number in range(3):
            answer = self._send_json(form_id=f"f{number}")
            self.assertEqual(answer.status_code, 202)
        answer = self._send_json(form_id="f3")
        self.assertEqual(answer.status_code, 429)
        self.assertTrue(answer.headers["Retry-After"])
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SITE)
        # What was taken before is still answered.
        self.assertEqual(self._send_json(form_id="f0").status_code, 202)
        form = self._send_form(self._values())
        self.assertEqual(form.status_code, 429)
        self.assertIn("Onko sinistä?", form.text)

    def test_captcha_without_a_key_accepts_nothing_silently(self):
        self.env.cr.execute(
            "UPDATE crm_orders_source SET web_captcha = true WHERE id = %s",
            [self.form.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual(self.form.health, "incomplete")
        self._send_json()
        self._assert_suspected("none is set up")

    def test_captcha_that_is_not_passed(self):
        keys = {"recaptcha": "public"}
        asked = []

        def verify(http, action):
            asked.append(action)
            if action != "crm_orders_web" or not http.env.context.get("passed"):
                raise UserError(action)

        model = self.env.registry["crm_orders.source"]
        http = self.env.registry["ir.http"]
        with (
            patch.object(model, "_get_captcha_keys", lambda self: keys),
            patch.object(http, "_verify_request_recaptcha_token", verify),
        ):
            self.form.web_captcha = True
            config = self.url_open(f"{self.path}/config", headers={"Origin": SITE})
            self.assertEqual(config.json()["captcha"], keys)
            self._send_json(recaptcha_token_response="token")
        self.assertEqual(asked, ["crm_orders_web"])
        self._assert_suspected("captcha was not passed")

    # Without the script ------------------------------------------------------------

    def test_page_of_its_own_works_without_script(self):
        page = self.url_open(f"{self.path}?lang=fi")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Set-Cookie", page.headers)
        self.assertNotIn("<script", page.text)
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        document = html.fromstring(page.text)
        self.assertEqual(document.get("lang"), "fi")
        form = document.forms[0]
        values = dict(form.form_values())
        self.assertTrue(values["form_id"])
        with patch("odoo.addons.crm_orders_web.tools.ticket.age", return_value=30):
            answer = self._send_form({**values, **self._values()})
        self.assertEqual(answer.status_code, 303, answer.text[:500])
        self.assertTrue(answer.headers["Location"].endswith("/thanks?lang=fi"))
        thanks = self.url_open(answer.headers["Location"])
        self.assertIn("Kiitos", thanks.text)
        self._run_job()
        lead = self.form.event_ids.lead_id
        self.assertEqual(lead.contact_name, "Aino Virtanen")
        with patch("odoo.addons.crm_orders_web.tools.ticket.age", return_value=30):
            self._send_form({**values, **self._values()})
        self.assertEqual(len(self.form.event_ids), 1)

    def test_page_keeps_what_was_typed(self):
        answer = self._send_form(
            {
                **self._values(email="aino", message="<b>Moi</b> & hei"),
                "form_lang": "fi",
                "own_field": "kept",
            }
        )
        self.assertEqual(answer.status_code, 422)
        document = html.fromstring(answer.text)
        values = dict(document.forms[0].form_values())
        self.assertEqual(values["message"].strip(), "<b>Moi</b> & hei")
        self.assertEqual(values["email"], "aino")
        self.assertEqual(values["own_field"], "kept")
        self.assertIn(
            "sähköpostiosoite", document.get_element_by_id("problem-email").text
        )
        self.assertFalse(self.form.event_ids)

    def test_form_written_by_hand(self):
        answer = self._send_form(self._values(), {"Origin": SITE})
        self.assertEqual(answer.status_code, 303)
        again = self._send_form(self._values(), {"Origin": SITE})
        self.assertEqual(again.status_code, 303)
        self.assertEqual(self.form.event_ids.state, "new")
        self.assertEqual(len(self.form.event_ids), 1)

    def test_form_of_another_website_is_kept_apart(self):
        self._send_form(self._values(), {"Origin": "https://evil.example"})
        self._assert_suspected("not listed")
        self._send_form(
            self._values(message="2"),
            {"Origin": "null", "Referer": "https://evil.example/page"},
        )
        self._assert_suspected("not listed")
        self._send_form(self._values(message="3"), {"Origin": "null"})
        self.assertEqual(self.form.event_ids[0].state, "new")

    def test_form_of_an_old_website_in_its_own_encoding(self):
        answer = self._send_form(
            self._values(name="Päivi", message="5 €"), encoding="cp1252"
        )
        self.assertEqual(answer.status_code, 303)
        self._run_job()
        lead = self.form.event_ids.lead_id
        self.assertEqual(lead.contact_name, "Päivi")
        self.assertIn("5 €", lead.description)

    def test_form_goes_on_to_the_thank_you_page(self):
        self.form.web_redirect_url = f"{SITE}/kiitos"
        answer = self._send_form(self._values(redirect="https://evil.example"))
        self.assertEqual(answer.headers["Location"], f"{SITE}/kiitos")

    def test_file_form_is_refused_in_words(self):
        answer = self.url_open(
            self.path, data=b"--x", headers={"Content-Type": "multipart/form-data"}
        )
        self.assertEqual(answer.status_code, 415)
        self.assertIn("<form", answer.text)

    def test_preview_shows_the_script(self):
        page = self.url_open(f"{self.path}/preview")
        self.assertIn(f'data-key="{self.form.web_key}"', page.text)
        self.assertIn("script-src 'self'", page.headers["Content-Security-Policy"])

    def test_other_methods(self):
        for method in ("PUT", "DELETE", "PATCH"):
            with mute_logger("odoo.http"):
                answer = self.url_open(self.path, data=b"x", method=method)
            self.assertEqual(answer.status_code, 405)

    def test_config_is_cheap(self):
        """Visitors only look at it far more often than they write."""
        forms, key = self.env["crm_orders.web.form"], self.form.web_key
        forms._find_by_web_key(key)._get_web_config(["fi"])
        self.env.invalidate_all()
        with self.assertQueries([]):
            json.dumps(forms._find_by_web_key(key)._get_web_config(["fi"]))
