import re
from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Datetime
from odoo.tests import BaseCase, HttpCase, tagged

from ..models import crm_orders_track_attempt
from ..tools import track_lookup
from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestLookupEngine(BaseCase):
    """What counts as knowing a customer."""

    def test_number_is_written_in_many_ways(self):
        for text in ("S00012", " s00012 ", "S 000 12", "s00012\n"):
            self.assertEqual(track_lookup.order_number(text), "S00012")

    def test_proofs(self):
        phones, emails = ["+358 40 123 4567", "09-1"], ["aino@example.com"]
        for answer, expected in (
            ("4567", True),
            (" 45 67 ", True),
            ("040 123 4567", True),
            ("0401234567", True),
            ("567", False),
            ("", False),
            ("12", False),
            ("091", False),
            ("1234", False),
            ("٤٥٦٧", False),
            ("4567x", False),
            ("aino@example.com", True),
            (" Aino@Example.COM ", True),
            ("@", False),
            ("ain@example.com", False),
            ("@example.com", False),
            ("4" * 10000 + "4567", False),
        ):
            self.assertIs(track_lookup.proves(answer, phones, emails), expected, answer)

    def test_customer_without_contacts_is_known_by_nothing(self):
        for answer in ("0000", "@", "", "a@b.fi"):
            self.assertFalse(track_lookup.proves(answer, [], []))


@tagged("post_install", "-at_install")
class TestTrackLookup(StagesMixin, HttpCase):
    """Finding an order by its number and something of the customer's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.customer.phone = "+358 40 123 4567"
        cls.order = cls._confirmed_orders(1)

    def _ask(self, number, proof):
        return self.url_open(
            "/track", {"number": number, "proof": proof}, allow_redirects=False
        )

    def _text(self, response):
        main = re.search(r"<main>(.*)</main>", response.text, re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[1]))

    def test_page_asks(self):
        response = self.url_open("/track")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Where is my order?", self._text(response))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        main = re.search(r"<main>(.*)</main>", response.text, re.DOTALL)[1]
        self.assertNotIn("<script", main)

    def test_order_is_found(self):
        for proof in ("4567", "AINO@example.com", "040 1234567"):
            response = self._ask(self.order.name.lower(), proof)
            self.assertEqual(response.status_code, 303)
            page = self.url_open(response.headers["Location"])
            self.assertEqual(page.status_code, 200)
            self.assertIn(self.order.name, self._text(page))

    def test_wrong_and_unknown_get_the_same_answer(self):
        quotation = self._new_orders(1)
        answers = [
            self._ask(number, proof)
            for number, proof in (
                (self.order.name, "1111"),
                (self.order.name, "eino@example.com"),
                ("S99999999", "4567"),
                ("%", "4567"),
                ("S_____", "4567"),
                (quotation.name, "4567"),
                ("", ""),
                ("\0", "4567"),
                (self.order.name, "\0"),
            )
        ]
        self.assertEqual({answer.status_code for answer in answers}, {404})
        changing = r"csrf_token: \S+|registry_hash[^,]+|value=\"[^\"]*\""
        bodies = {re.sub(changing, "", answer.text) for answer in answers}
        self.assertEqual(len(bodies), 1)

    def test_guessing_an_order_ends(self):
        limits = {"number": 3, "visitor": 100}
        with patch.object(crm_orders_track_attempt, "LIMITS", limits):
            for proof in ("0001", "0002", "0003"):
                self.assertEqual(self._ask(self.order.name, proof).status_code, 404)
            blocked = self._ask(self.order.name, "4567")
            self.assertEqual(blocked.status_code, 429)
            self.assertEqual(blocked.headers["Retry-After"], "3600")
            unknown = [self._ask("S99999999", "4567") for _number in range(4)]
            self.assertEqual(
                [answer.status_code for answer in unknown], [404, 404, 404, 429]
            )
            self.env["crm_orders.track.attempt"].search([]).date = (
                Datetime.now() - timedelta(hours=1, minutes=1)
            )
            self.env.flush_all()
            self.assertEqual(self._ask(self.order.name, "4567").status_code, 303)

    def test_guessing_many_orders_ends(self):
        limits = {"number": 100, "visitor": 3}
        with patch.object(crm_orders_track_attempt, "LIMITS", limits):
            for number in ("S1", "S2", "S3"):
                self.assertEqual(self._ask(number, "4567").status_code, 404)
            self.assertEqual(self._ask(self.order.name, "4567").status_code, 429)

    def test_guessing_addresses_ends(self):
        limits = {"number": 100, "visitor": 3}
        link = re.sub(r"^https?://[^/]+", "", self.order._crm_orders_get_tracking_url())
        with patch.object(crm_orders_track_attempt, "LIMITS", limits):
            paths = [f"/track/{letter * 32}" for letter in "abcd"]
            codes = [self.url_open(path).status_code for path in paths]
            self.assertEqual(codes, [404, 404, 404, 429])
            self.assertEqual(self.url_open(link).status_code, 200)

    def test_attempts_tell_nothing(self):
        self._ask(self.order.name, "0001")
        attempts = self.env["crm_orders.track.attempt"].search([])
        self.assertEqual(len(attempts), 2)
        for attempt in attempts:
            self.assertRegex(attempt.key, r"^[0-9a-f]{64}$")
        attempts.date = Datetime.now() - timedelta(days=1)
        attempts._gc_attempts()
        self.assertFalse(attempts.exists())

    def test_page_ends_some_time_after_the_order(self):
        self.company.crm_orders_track_days = 10
        self.order.crm_orders_stage_id = self.stage_done
        self.assertEqual(self._ask(self.order.name, "4567").status_code, 303)
        link = re.sub(r"^https?://[^/]+", "", self.order._crm_orders_get_tracking_url())
        self.assertEqual(self.url_open(link).status_code, 200)
        self.order.date_last_stage_update = Datetime.now() - timedelta(days=11)
        self.env.flush_all()
        self.assertEqual(self.url_open(link).status_code, 404)
        self.assertEqual(self._ask(self.order.name, "4567").status_code, 404)
        self.company.crm_orders_track_days = 0
        self.assertEqual(self.url_open(link).status_code, 200)

    def test_contents_are_shown_as_the_shop_allows(self):
        link = re.sub(r"^https?://[^/]+", "", self.order._crm_orders_get_tracking_url())
        for content, chair, price in (
            ("nothing", False, False),
            ("products", True, False),
            ("prices", True, True),
        ):
            self.company.crm_orders_track_content = content
            text = self._text(self.url_open(link))
            self.assertEqual("Chair" in text, chair, content)
            self.assertEqual("49.00" in text, price, content)

    def test_customer_is_told_what_to_do(self):
        link = re.sub(r"^https?://[^/]+", "", self.order._crm_orders_get_tracking_url())
        self.stage_ready.public_hint = "Bring your ID"
        self.assertNotIn("Bring your ID", self._text(self.url_open(link)))
        self.order.crm_orders_stage_id = self.stage_ready
        self.assertIn("Bring your ID", self._text(self.url_open(link)))
