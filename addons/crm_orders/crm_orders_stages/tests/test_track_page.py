import base64
import re
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestTrackPage(StagesMixin, HttpCase):
    """The customer's page over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.company.partner_id.write({"phone": "+358 9 123456", "city": "Helsinki"})
        cls.stage_work.write({"public_name": "Being made", "name": "Secret bench"})
        cls.stage_ready.is_public = False
        cls.order = cls._confirmed_orders(1)
        cls.order.crm_orders_stage_id = cls.stage_work

    def _link(self, order=None):
        url = (order or self.order)._crm_orders_get_tracking_url()
        return re.sub(r"^https?://[^/]+", "", url)

    def _text(self, response):
        main = re.search(r"<main>(.*)</main>", response.text, re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[1]))

    def test_customer_sees_the_way_without_logging_in(self):
        response = self.url_open(self._link())
        self.assertEqual(response.status_code, 200)
        text = self._text(response)
        self.assertIn(self.order.name, text)
        self.assertIn("New", text)
        self.assertIn("Being made", text)
        self.assertIn("Expected by", text)
        self.assertIn("Kauppa Oy", text)
        self.assertIn("+358 9 123456", text)
        current = re.search(
            r"o_crm_orders_current.*?<div[^>]*>([^<]+)</div>", response.text, re.DOTALL
        )
        self.assertEqual(current[1].strip(), "Being made")

    def test_customer_hears_when_it_will_be_ready(self):
        self._new_stage("Paint", "in_work", 2, sla_number=3)
        self._new_stage("Wait for wood", "waiting", 2, sla_number=30)
        order = self.order
        order.crm_orders_planned_date = "2027-05-10 12:00:00"
        expected = order._get_crm_orders_expected_date()
        self.assertEqual(str(expected), "2027-05-13 12:00:00")
        order.commitment_date = "2027-05-20 12:00:00"
        self.assertEqual(order._get_crm_orders_expected_date(), order.commitment_date)
        order.crm_orders_stage_id = self.stage_ready
        self.assertFalse(order._get_crm_orders_expected_date(), "it is ready")
        self.assertNotIn("Expected by", self._text(self.url_open(self._link())))

    def test_page_tells_nothing_internal(self):
        response = self.url_open(self._link())
        for secret in ("Secret bench", "Ready", "Cancelled", "49.0", "49,0", "Chair"):
            self.assertNotIn(secret, self._text(response), secret)
        self.assertNotIn(self.customer.name, response.text)
        self.assertNotIn(self.customer.email, response.text)

    def test_page_follows_the_order(self):
        link = self._link()
        self.order.crm_orders_stage_id = self.stage_ready
        self.assertIn("Being made", self._text(self.url_open(link)))
        self.order.crm_orders_stage_id = self.stage_done
        text = self._text(self.url_open(link))
        self.assertIn("Done", text)
        self.assertNotIn("Expected by", text)
        other = self._confirmed_orders(1)
        other_link = self._link(other)
        other._action_cancel()
        self.assertIn("was cancelled", self._text(self.url_open(other_link)))

    def test_promised_date_wins_over_the_planned_one(self):
        self.order.commitment_date = "2027-05-17 12:00:00"
        self.assertIn("May 17, 2027", self._text(self.url_open(self._link())))

    def test_page_shows_the_clock_of_the_shop(self):
        self.company.partner_id.tz = "Europe/Helsinki"
        first = self.order.crm_orders_log_ids.sorted("id")[0]
        first.entered_date = "2026-01-15 22:30:00"
        self.assertIn("1/16/26, 12:30", self._text(self.url_open(self._link())))

    def test_page_is_not_for_search_engines_or_caches(self):
        response = self.url_open(self._link())
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertIn("noindex", response.text)
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn("session_id", response.cookies)

    def test_page_works_without_scripts(self):
        response = self.url_open(self._link())
        main = re.search(r"<main>(.*)</main>", response.text, re.DOTALL)[1]
        self.assertNotIn("<script", main)
        self.assertNotIn("onclick", main)

    def test_customers_language_is_spoken(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.env["ir.module.module"].search(
            [("name", "=", "crm_orders_stages")]
        )._update_translations(["fi_FI"])
        self.customer.lang = "fi_FI"
        self.stage_work.with_context(lang="fi_FI").public_name = "Valmistetaan"
        response = self.url_open(
            self._link(), headers={"Accept-Language": "en-US"}, allow_redirects=False
        )
        self.assertEqual(response.status_code, 200)
        text = self._text(response)
        self.assertIn("Valmistetaan", text)
        self.assertIn("Odotettu valmistuminen", text)
        self.assertIn('lang="fi-FI"', response.text)

    def test_wrong_unknown_and_withdrawn_links_look_the_same(self):
        link = self._link()
        self.order.action_crm_orders_revoke_tracking_link()
        quotation = self._new_orders(1)
        quotation._crm_orders_ensure_track_token()
        quotation_link = f"/track/{quotation.crm_orders_track_token}"
        paths = [link, quotation_link, "/track/x", "/track/" + "a" * 32, "/track/%00"]
        paths += ["/track/1", "/track/%25", "/track/" + "a" * 3000]
        answers = [self.url_open(path) for path in paths]
        self.assertEqual({answer.status_code for answer in answers}, {404})
        # The session's own token is new each time, and a website repeats the address.
        changing = r"csrf_token: \S+|registry_hash[^,]+|/track/[^\s\"'<>]*"
        bodies = {re.sub(changing, "", answer.text) for answer in answers}
        self.assertEqual(len(bodies), 1)

    def test_links_are_made_once_and_cannot_be_guessed(self):
        link = self._link()
        self.assertEqual(self._link(), link)
        self.assertGreaterEqual(len(link.removeprefix("/track/")), 32)
        self.order.action_crm_orders_revoke_tracking_link()
        self.assertFalse(self.order.crm_orders_has_track_link)
        self.assertNotEqual(self._link(), link)
        self.assertTrue(self.order.crm_orders_has_track_link)

    def test_documents_show_the_address(self):
        quotation = self._new_orders(1)
        self.assertFalse(quotation._get_crm_orders_tracking_qr())
        picture = base64.b64decode(self.order._get_crm_orders_tracking_qr())
        self.assertTrue(picture.startswith(b"\x89PNG"))
        reports = self.env["ir.actions.report"]
        for order, shown in ((self.order, True), (quotation, False)):
            html = reports._render_qweb_html("sale.report_saleorder", order.ids)[0]
            self.assertEqual(b"Where is my order?" in html, shown)
        self.order.action_crm_orders_revoke_tracking_link()
        self.order.crm_orders_stage_id = self.stage_ready
        self.assertFalse(self.order._get_crm_orders_tracking_qr(), "withdrawn")

    def test_label_names_the_order(self):
        reports = self.env["ir.actions.report"]
        orders = self.order | self._new_orders(1)
        orders[1].order_line = [
            Command.create({"product_id": self.product.id, "product_uom_qty": n})
            for n in range(1, 8)
        ]
        html = reports._render_qweb_html(
            "crm_orders_stages.report_order_label", orders.ids
        )[0].decode()
        text = " ".join(re.sub(r"<[^>]*>", " ", html).split())
        for wanted in (*orders.mapped("name"), "Aino Lähde", "Chair", "+ 3"):
            self.assertIn(wanted, text)
        self.assertNotIn("49.0", text, "no prices")

    def test_button_hands_out_the_link(self):
        action = self.order.action_crm_orders_copy_tracking_link()
        self.assertEqual(action["tag"], "crm_orders_stages.copy_link")
        self.assertTrue(action["params"]["url"].endswith(self._link()))
        with self.assertRaises(UserError):
            self._new_orders(1).action_crm_orders_copy_tracking_link()

    def test_open_page_can_ask_whether_it_is_still_true(self):
        link = self._link()

        def version():
            return self.url_open(f"{link}/version").text

        first = version()
        page = self.url_open(link).text
        self.assertIn(f'data-version="{first}"', page)
        self.assertIn("/track/refresh.js", page)
        self.assertEqual(version(), first)
        self.order.crm_orders_stage_id = self.stage_ready
        self.assertNotEqual(version(), first)
        self.order.crm_orders_stage_id = self.stage_done
        self.assertNotIn("data-version", self.url_open(link).text)
        self.order.action_crm_orders_revoke_tracking_link()
        self.assertEqual(self.url_open(f"{link}/version").status_code, 404)

    def test_page_names_what_the_customer_left(self):
        devices = {self.order: ["Bicycle, SN 77"]}
        with patch.object(
            type(self.order), "_get_crm_orders_devices", lambda order: devices
        ):
            self.assertIn("Bicycle, SN 77", self._text(self.url_open(self._link())))
