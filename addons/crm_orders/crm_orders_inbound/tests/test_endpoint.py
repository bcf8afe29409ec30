import json
from unittest.mock import patch

from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..tools.lead_payload import MAX_BODY
from .common import FORM_TYPE, JSON_TYPE, KEY, InboundMixin

PATH = "/crm_orders/v1/leads"


@tagged("post_install", "-at_install")
class TestEndpoint(InboundMixin, HttpCase):
    """The door as a sender sees it, over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_source()

    def _post(self, body, headers=None, method="POST", content_type=JSON_TYPE):
        if not isinstance(body, bytes | type(None)):
            body = json.dumps(body).encode()
        base = {"X-Source-Key": KEY}
        if content_type:
            base["Content-Type"] = content_type
        return self.url_open(
            PATH, data=body, headers={**base, **(headers or {})}, method=method
        )

    def _assert_error(self, response, status, code):
        self.assertEqual(response.status_code, status, response.text[:300])
        self.assertIn("application/json", response.headers["Content-Type"])
        self.assertEqual(response.json()["error"]["code"], code)
        self.assertTrue(response.json()["error"]["message"])
        self.assertNotIn("Traceback", response.text)
        self.assertFalse(self.source.event_ids)

    def test_lead_is_accepted(self):
        response = self._post({"external_id": "A-1", "email": "aino@example.com"})
        self.assertEqual(response.status_code, 202)
        event = self.source.event_ids
        self.assertEqual(response.json(), {"status": "accepted", "event": event.id})
        self.assertEqual(
            response.headers["Content-Type"], f"{JSON_TYPE}; charset=utf-8"
        )
        self.assertEqual(event.remote_addr, "127.0.0.1")
        self.assertIn("Content-Type: application/json", event.headers)
        self.assertNotIn(KEY, event.headers)
        self.assertNotIn("session_id", response.cookies)
        self.assertNotIn("Set-Cookie", response.headers)
        self._run_job()
        self.assertEqual(event.lead_id.email_from, "aino@example.com")

    def test_customer_whose_contact_cannot_be_read_is_not_turned_away(self):
        response = self._post({"external_id": "e1", "phone": "soita", "message": "moi"})
        self.assertEqual(response.status_code, 202, response.text)
        response = self._post(b"email=not-an-email", content_type=FORM_TYPE)
        self.assertEqual(response.status_code, 202, response.text)
        self._run_job()
        self.assertEqual(set(self.source.event_ids.mapped("state")), {"done"})
        self.assertEqual(len(self.source.event_ids.lead_id), 2)

    def test_without_a_database_senders_are_told_to_come_again(self):
        """A sender takes 404, which Odoo answers for itself, as the end of it."""
        get = Request._get_session_and_dbname
        with patch.object(
            Request, "_get_session_and_dbname", lambda self: (get(self)[0], None)
        ):
            response = self._post({"external_id": "A-1"})
            self._assert_error(response, 503, "unavailable")
            self.assertGreater(int(response.headers["Retry-After"]), 0)
            self._assert_error(
                self._post(None, method="GET"), 405, "method_not_allowed"
            )
        self.assertEqual(self._post({"email": "aino@example.com"}).status_code, 202)

    def test_repeat_gets_the_same_answer_and_makes_no_second_lead(self):
        payload = {"external_id": "A-1", "email": "aino@example.com"}
        first = self._post(payload)
        self._run_job()
        second = self._post(payload)
        self.assertEqual(second.status_code, 202)
        self.assertEqual(second.json(), first.json())
        self._run_job()
        self.assertEqual(len(self.source.event_ids), 1)
        self.assertEqual(len(self._leads_of(self.source.event_ids)), 1)

    def test_form_is_accepted(self):
        response = self._post(
            b"name=Aino+L%C3%A4hde&phone=040+1234567&external_id=F-1",
            content_type=f"{FORM_TYPE}; charset=UTF-8",
        )
        self.assertEqual(response.status_code, 202)
        event = self.source.event_ids
        self.assertEqual(event.body_format, "form")
        self.assertEqual(
            event.body, "name=Aino+L%C3%A4hde&phone=040+1234567&external_id=F-1"
        )
        self._run_job()
        self.assertEqual(event.lead_id.contact_name, "Aino Lähde")

    def test_key_may_come_as_bearer(self):
        response = self._post(
            {"email": "aino@example.com"},
            {"X-Source-Key": "", "Authorization": f"Bearer {KEY}"},
        )
        self.assertEqual(response.status_code, 202)

    def test_wrong_keys_are_refused(self):
        for headers in (
            {"X-Source-Key": "wrong"},
            {"X-Source-Key": ""},
            {"X-Source-Key": "", "Authorization": "Bearer wrong"},
            {"X-Source-Key": "", "Authorization": f"Basic {KEY}"},
            {"X-Source-Key": "\xe4\xf6".encode("latin-1")},
        ):
            response = self._post({"email": "aino@example.com"}, headers)
            self._assert_error(response, 401, "unknown_key")
            self.assertEqual(response.headers["WWW-Authenticate"], "Bearer")

    def test_garbage_is_refused(self):
        cases = [
            (b"", 400, "empty_body"),
            (b"{", 400, "bad_json"),
            (b"[1]", 400, "bad_json"),
            (b"\xff\xfe{}", 400, "bad_encoding"),
            (b'{"a":' * 5000, 400, "bad_json"),
            ({}, 422, "missing_contact"),
            ({"name": "Aino"}, 422, "missing_contact"),
            ({"email": ["a@example.com"]}, 422, "invalid_field"),
            (
                {"email": "a@example.com", "external_id": "x" * 200},
                422,
                "invalid_field",
            ),
            (
                {"email": "a@example.com", "external_id": "a\u0000"},
                422,
                "invalid_field",
            ),
            ({"email": "a@example.com", "external_id": "\ud800"}, 422, "invalid_field"),
        ]
        for body, status, code in cases:
            self._assert_error(self._post(body), status, code)
        for body, code in (
            (b"name=%ff", "bad_encoding"),
            (b"name=\xff", "bad_encoding"),
            (b"name=Aino", "missing_contact"),
        ):
            status = 400 if code == "bad_encoding" else 422
            self._assert_error(self._post(body, content_type=FORM_TYPE), status, code)

    def test_other_content_types_are_refused(self):
        for content_type in (
            "text/plain",
            "application/xml",
            "multipart/form-data",
            None,
        ):
            response = self._post(b"a=1", content_type=content_type)
            self._assert_error(response, 415, "unsupported_media_type")

    def test_text_that_only_looks_dangerous_is_accepted(self):
        response = self._post(
            {
                "email": "a@example.com",
                "name": "Robert'); DROP TABLE crm_lead;--",
                "message": "<script>alert(1)</script> %s %(a)s \u0000 \ud800",
            }
        )
        self.assertEqual(response.status_code, 202)
        self._run_job()
        lead = self.source.event_ids.lead_id
        self.assertEqual(lead.contact_name, "Robert'); DROP TABLE crm_lead;--")
        self.assertNotIn("<script>", lead.description)

    def test_too_large_is_refused(self):
        body = b'{"email": "a@example.com", "message": "%s"}'
        response = self._post(body % (b"x" * MAX_BODY))
        self._assert_error(response, 413, "too_large")
        size = MAX_BODY - len(body) + 2
        response = self._post(body % (b"x" * size))
        self.assertEqual(response.status_code, 202, "exactly the limit is no error")

    def test_too_large_is_refused_when_it_comes_in_pieces(self):
        """A sender that does not tell the length beforehand."""
        start = {
            JSON_TYPE: b'{"email": "a@example.com", "message": "',
            FORM_TYPE: b"email=a%40example.com&message=",
        }
        for content_type, body in start.items():
            end = b'"}' if content_type == JSON_TYPE else b""
            fill = MAX_BODY - len(body + end)
            for more in (1, 2, 10 * 1024):
                response = self._post_in_pieces(
                    body + b"x" * (fill + more) + end, content_type
                )
                self._assert_error(response, 413, "too_large")
        response = self._post_in_pieces(body + b"x" * fill + end, content_type)
        self.assertEqual(response.status_code, 202, "exactly the limit is no error")
        self.assertEqual(len(self.source.event_ids.body), MAX_BODY)

    def _post_in_pieces(self, body, content_type):
        pieces = (body[i : i + 8192] for i in range(0, len(body), 8192))
        return self.url_open(
            PATH,
            data=pieces,
            headers={"X-Source-Key": KEY, "Content-Type": content_type},
            method="POST",
        )

    def test_other_methods_are_refused(self):
        for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
            response = self._post(None, method=method)
            self._assert_error(response, 405, "method_not_allowed")
            self.assertEqual(response.headers["Allow"], "POST")

    def test_rate_limit_says_when_to_come_back(self):
        self.source.rate_limit = 1
        self.assertEqual(self._post({"email": "a@example.com"}).status_code, 202)
        response = self._post({"email": "b@example.com"})
        self.assertEqual(response.status_code, 429)
        self.assertEqual(response.json()["error"]["code"], "rate_limited")
        self.assertEqual(response.headers["Retry-After"], "60")

    @mute_logger("odoo.http")
    def test_fault_of_ours_is_told_without_details(self):
        def fail(*args):
            raise RuntimeError("secret of the inside")

        self.patch(type(self.events), "_insert_unless_known", fail)
        response = self._post({"email": "a@example.com"})
        self._assert_error(response, 500, "server_error")
        self.assertNotIn("secret", response.text)

    def test_visitor_who_is_logged_in_keeps_the_session(self):
        self.authenticate("admin", "admin")
        response = self._post({"email": "a@example.com"})
        self.assertEqual(response.status_code, 202)
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertEqual(self.url_open("/web/session/check", json={}).status_code, 200)
