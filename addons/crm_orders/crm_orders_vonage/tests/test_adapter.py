import base64
import hashlib
import json
from dataclasses import replace

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tests.channel_case import SignedBodyTests, load
from odoo.addons.crm_orders_inbound.tools.calling import bearing
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer

from ..tools import jwt
from ..tools.vonage import Vonage

SECRET = "ZYcELDH2qLq0wMXbeY5gBZ8pAbCdEfGhIjKlMnOpQrStUvWx"
PRIVATE_KEY = rsa.generate_private_key(65537, 2048)
PEM = PRIVATE_KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def answer(status=200, **body):
    return HttpAnswer(status, {}, json.dumps(body).encode())


@tagged("post_install", "-at_install")
class TestVonage(SignedBodyTests, BaseCase):
    """The adapter alone, without a database."""

    adapter = Vonage()
    vectors = load(__file__, "vonage")
    values = {
        "signature_secret": SECRET,
        "application_id": "app1",
        "private_key": PEM.replace("\n", " "),
        "number": "447700900000",
    }
    signed_by = "signature_secret"

    def claims(self, request, **changes):
        found = {
            "iat": int(request.received),
            "jti": "1",
            "iss": "Vonage",
            "api_key": "abc",
            "application_id": "app1",
        }
        if request.body:
            found["payload_hash"] = hashlib.sha256(request.body).hexdigest()
        found |= changes
        return {name: value for name, value in found.items() if value is not None}

    def sign(self, request, secret, **changes):
        token = jwt.make(self.claims(request, **changes), secret)
        return replace(request, headers={**request.headers, **bearing(token)})

    def given(self, token):
        request = self.request(self.vectors[0])
        return replace(request, headers={"Authorization": token})

    def test_sample_passes(self):
        """It is made with the time of this machine."""
        settings = self.settings()
        sample = self.adapter.sample(settings, 17)
        self.assertEqual(self.read_all(sample, settings)[0].text, "Test")

    def test_claims_are_checked(self):
        request = self.request(self.vectors[0])
        now = int(request.received)
        for changes, passes in (
            ({"iat": now - 299}, True),
            ({"iat": now - 301}, False),
            ({"iat": now + 301}, False),
            ({"iat": None}, False),
            ({"iat": "soon"}, False),
            ({"iat": True}, False),
            ({"exp": now + 5}, True),
            ({"exp": now - 5}, False),
            ({"exp": []}, False),
            ({"nbf": now + 999}, False),
            ({"payload_hash": None}, False),
            ({"payload_hash": "0" * 64}, False),
            ({"payload_hash": 5}, False),
            ({"application_id": "another"}, False),
            ({"application_id": None}, True),
        ):
            signed = self.sign(request, SECRET, **changes)
            if passes:
                self.adapter.verify(signed, self.settings())
            else:
                self.code(signed, self.settings())

    def test_algorithm_is_ours_to_choose(self):
        request = self.request(self.vectors[0])
        claims = part(self.claims(request))
        public = PRIVATE_KEY.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        for header in (
            {"alg": "none"},
            {"alg": "None", "typ": "JWT"},
            {"alg": "hs256"},
            {"alg": "HS512"},
            {"alg": "RS256"},
            {"alg": ["HS256"]},
            {},
            {"alg": "HS256", "crit": ["exp"]},
        ):
            for key in (SECRET, public.decode(), ""):
                signed = f"{part(header)}.{claims}"
                mac = jwt._text(jwt._hmac(key, signed.encode()))
                for token in (f"{signed}.{mac}", f"{signed}."):
                    self.code(self.given(f"Bearer {token}"), self.settings())

    def test_what_is_no_token(self):
        good = self.request(self.vectors[0]).header("Authorization")
        for bad in (
            "Bearer",
            "Bearer x",
            "Bearer a.b",
            "Bearer a.b.c.d",
            "Bearer ..",
            "Bearer \u00e4.\u00e4.\u00e4",
            good[:-1],
            good + "A",
            good.replace("Bearer", "Basic"),
            "Bearer " + "a" * 9000 + ".b.c",
            f"Bearer {part([1])}.{part({})}.x",
        ):
            self.code(self.given(bad), self.settings())
        self.adapter.verify(
            self.given(good.replace("Bearer", "bearer")), self.settings()
        )

    def test_text_message_is_sent_with_our_key(self):
        sent, calls = self.drive(
            self.adapter.send_text(self.settings(), "sms/447700/447701", "Hi"),
            answer(202, message_uuid="m9"),
        )
        self.assertEqual(sent, "m9")
        self.assertEqual(calls[0].json["to"], "447701")
        token = calls[0].headers["Authorization"].removeprefix("Bearer ")
        signed, _dot, signature = token.rpartition(".")
        PRIVATE_KEY.public_key().verify(
            jwt._bytes(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        self.assertEqual(jwt._object(token.split(".")[1])["application_id"], "app1")
        for key in (
            "",
            "x",
            "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----",
        ):
            settings = self.settings(private_key=key)
            self.assertTrue(self.fault(self.adapter.send_text(settings, "a/b/c", "H")))

    def test_call_is_started(self):
        call_id, calls = self.drive(
            self.adapter.call(self.settings(), "+358 40 1", "+358 40 2", "https://a/b"),
            answer(201, uuid="u1", conversation_uuid="CON-1"),
        )
        self.assertEqual(call_id, "CON-1")
        self.assertEqual(calls[0].json["to"], [{"type": "phone", "number": "358401"}])
        self.assertEqual(calls[0].json["event_url"], ["https://a/b?step=own"])

    def test_recording_comes_from_vonage_alone(self):
        file, calls = self.drive(
            self.adapter.fetch(
                self.settings(), "https://api-us.nexmo.com/v1/files/bbbb"
            ),
            HttpAnswer(200, {"Content-Type": "audio/mpeg"}, b"ID3"),
        )
        self.assertEqual(file.content, b"ID3")
        self.assertIn("Authorization", calls[0].headers)
        for evil in ("https://nexmo.com.evil.example/", "http://localhost/", "x"):
            self.assertTrue(self.fault(self.adapter.fetch(self.settings(), evil)).final)

    def test_errors_say_whether_to_try_again(self):
        for status, final in ((429, False), (401, True), (503, False)):
            fault = self.fault(
                self.adapter.send_text(self.settings(), "sms/1/2", "Hi"),
                answer(status, title="Rate", detail="Slow down."),
            )
            self.assertEqual(fault.final, final)
