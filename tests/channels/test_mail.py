"""Mails as they really arrive, handed over as a mail server does it."""

import os
import subprocess
import sys
import uuid
import xmlrpc.client
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import odoo

ADMIN = 2  # the user of the gate; the password of a demo user is the login
DOMAIN = "kauppakoivu.example"
# Other people each time, so that it can be tried on the same shop again.
HOST = f"{uuid.uuid4().hex[:8]}.example"
LATIN = (
    "From: =?iso-8859-1?Q?=C4iti_M=E4kinen?= <aiti@{host}>\r\n"
    "To: {to}\r\n"
    "Subject: =?iso-8859-1?Q?K=E4sity=F6t?=\r\n"
    "Message-ID: {id}\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=ISO-8859-1\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
    "\r\n"
    "Hyvää päivää, onko teillä käsitöitä?\r\n"
)
# Nothing here is as a standard has it, and each of it was seen in somebody's mailbox.
BROKEN = (
    b'From: "Unclosed <\xe4broken@%(host)s>\r\n'
    b"To: %(to)s\r\n"
    b"Subject: =?utf-99?Q?=ZZ?= raw \xe4\xf6 \xff\r\n"
    b"Date: the day before yesterday\r\n"
    b"Message-ID: %(id)s\r\n"
    b"References: <<<>> garbage , <a b@c\r\n"
    b"Reply-To: @@, nobody\r\n"
    b"No colon in this line\r\n"
    b'Content-Type: text/plain; charset="no-such-charset"; x=\r\n'
    b"Content-Transfer-Encoding: quoted-unprintable\r\n"
    b"\r\n"
    b"Tarvitsen \xe4kki\xe4 pannun \x00 \xff\xfe\r\n"
)


class Gate:
    """The mail gate of the shop, and the sales team that it is for."""

    def __init__(self, base_url, shop, database):
        self.shop = shop
        self._url, self._database = base_url, database
        alias = f"myynti-{uuid.uuid4().hex[:8]}"
        self.address = f"{alias}@{DOMAIN}"
        domains = shop.find("mail.alias.domain", [("name", "=", DOMAIN)])
        if not domains:
            (domain_id,) = shop.call("mail.alias.domain", "create", [{"name": DOMAIN}])
        else:
            domain_id = domains[0]["id"]
        (self.team_id,) = shop.call(
            "crm.team",
            "create",
            [
                {
                    "name": "Mails of the story",
                    "use_leads": True,
                    "alias_name": alias,
                    "alias_domain_id": domain_id,
                    "company_id": 1,
                    "crm_orders_join_mails": True,
                }
            ],
        )
        (source,) = shop.find(
            "crm_orders.source",
            [("kind", "=", "mail"), ("team_id", "=", self.team_id)],
        )
        self.source_id = source["id"]

    def deliver(self, raw):
        """What `odoo-mailgate` does, for bytes of every kind."""
        server = xmlrpc.client.ServerProxy(
            f"{self._url}/xmlrpc/2/object", allow_none=True
        )
        return server.execute_kw(
            self._database,
            ADMIN,
            "admin",
            "mail.thread",
            "message_process",
            [False, xmlrpc.client.Binary(raw)],
        )

    def pipe(self, raw):
        """Let Odoo's own program deliver it, as Postfix or Exim would."""
        script = next(
            found
            for root in odoo.__path__
            if (
                found := Path(root) / "addons/mail/static/scripts/odoo-mailgate.py"
            ).is_file()
        )
        address = urlsplit(self._url)
        subprocess.run(
            [
                *(sys.executable, script, "--database", self._database),
                *("--userid", str(ADMIN), "--password", "admin"),
                *("--host", address.hostname, "--port", str(address.port)),
            ],
            input=raw,
            check=True,
            timeout=60,
        )

    def leads(self, *fields):
        return self.shop.call(
            "crm.lead",
            "search_read",
            [("team_id", "=", self.team_id)],
            ["name", "email_from", "contact_name", *fields],
            order="id",
            context={"active_test": False},
        )

    def lead_of(self, message_id, *fields):
        """The lead that this mail is on, and what was stored of the mail."""
        (message,) = self.shop.find(
            "mail.message",
            [("message_id", "=", message_id), ("model", "=", "crm.lead")],
            "res_id",
            "body",
            "attachment_ids",
        )
        (lead,) = self.shop.find(
            "crm.lead",
            [("id", "=", message["res_id"])],
            *("name", "email_from", "contact_name", "team_id", *fields),
        )
        assert lead["team_id"][0] == self.team_id
        return lead, message

    def events(self):
        return self.shop.events(
            self.source_id, "external_id", "state", "lead_id", "reason"
        )


@pytest.fixture(scope="module")
def gate(base_url, admin):
    return Gate(base_url, admin, os.environ["E2E_DATABASE"])


def new_id():
    return f"<{uuid.uuid4()}@{HOST}>"


def mail(gate, sender, subject="Kysymys", text="Hei!", **headers):
    found = EmailMessage()
    found["From"] = sender
    found["To"] = gate.address
    found["Subject"] = subject
    found["Message-ID"] = headers.pop("message_id", None) or new_id()
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    found.set_content(text)
    return found


def test_latin_1_letters(gate):
    message_id = new_id()
    text = LATIN.format(to=gate.address, id=message_id, host=HOST)
    gate.deliver(text.encode("latin-1"))
    lead, message = gate.lead_of(message_id)
    assert lead["name"] == "Käsityöt"
    assert lead["contact_name"] == "Äiti Mäkinen"
    assert "Hyvää päivää, onko teillä käsitöitä?" in message["body"]


def test_utf_8_by_the_program_of_mail_servers(gate):
    written = mail(
        gate, f"Ольга Петрова <olga@{HOST}>", "Кружки ☕", "Сколько стоит? 10 € 🙂"
    )
    gate.pipe(written.as_bytes())
    lead, message = gate.lead_of(written["Message-ID"])
    assert lead["name"] == "Кружки ☕"
    assert "Сколько стоит? 10 € 🙂" in message["body"]


def test_html_only(gate):
    written = mail(gate, f"html@{HOST}", "Vain HTML")
    written.set_content(
        "<html><head><style>p { color: red }</style></head><body><p>Onko <b>sinistä</b>?"
        "</p><script>alert(1)</script><img src=x onerror=alert(2)></body></html>",
        subtype="html",
    )
    gate.deliver(written.as_bytes())
    _lead, message = gate.lead_of(written["Message-ID"])
    assert "<b>sinistä</b>" in message["body"]
    assert "<script" not in message["body"]
    assert "onerror" not in message["body"]


def test_attachment(gate):
    written = mail(gate, f"kuva@{HOST}", "Liite")
    written.add_attachment(
        b"%PDF-1.4 piirros", maintype="application", subtype="pdf", filename="pöytä.pdf"
    )
    gate.deliver(written.as_bytes())
    lead, message = gate.lead_of(written["Message-ID"])
    (file,) = gate.shop.find(
        "ir.attachment",
        [("id", "in", message["attachment_ids"])],
        "name",
        "res_id",
        "file_size",
    )
    assert (file["name"], file["res_id"]) == ("pöytä.pdf", lead["id"])
    assert file["file_size"] == len(b"%PDF-1.4 piirros")


def test_broken_headers(gate):
    message_id = new_id()
    gate.deliver(
        BROKEN
        % {
            b"to": gate.address.encode(),
            b"id": message_id.encode(),
            b"host": HOST.encode(),
        }
    )
    _lead, message = gate.lead_of(message_id)
    assert "Tarvitsen" in message["body"]


def test_no_subject_no_name_no_text(gate):
    before = len(gate.leads())
    gate.deliver(
        f"From: tyhja@{HOST}\nTo: {gate.address}\nMessage-ID: {new_id()}\n\n".encode()
    )
    leads = gate.leads()
    assert len(leads) == before + 1
    assert leads[-1]["email_from"] == f"tyhja@{HOST}"


def test_formulas_and_tags_are_text(gate):
    written = mail(
        gate, f'"=HYPERLINK(1)" <kaava@{HOST}>', "=1+1 <b>lihava</b>", "@SUM(A1)"
    )
    gate.deliver(written.as_bytes())
    lead, message = gate.lead_of(written["Message-ID"])
    assert lead["name"] == "=1+1 <b>lihava</b>"
    assert lead["contact_name"] == "=HYPERLINK(1)"
    assert "@SUM(A1)" in message["body"]


def test_next_mail_joins_the_open_lead(gate):
    sender = f"Aino Virta <aino.virta@{HOST}>"
    first = mail(gate, sender, "Pöytä", "Onko pöytää?")
    second = mail(gate, f"AINO.VIRTA@{HOST}", "Tuoli", "Entä tuolia?")
    for written in (first, second):
        gate.deliver(written.as_bytes())
    lead, _message = gate.lead_of(first["Message-ID"])
    assert gate.lead_of(second["Message-ID"])[0]["id"] == lead["id"]
    # Once it is lost, a new mail is a new request.
    gate.shop.call("crm.lead", "action_set_lost", [lead["id"]])
    third = mail(gate, sender, "Matto", "Onko mattoa?")
    gate.deliver(third.as_bytes())
    assert gate.lead_of(third["Message-ID"])[0]["id"] != lead["id"]


def test_same_mail_twice(gate):
    written = mail(gate, f"kaksi@{HOST}", "Kerran")
    before = len(gate.leads())
    for _time in range(3):
        gate.deliver(written.as_bytes())
    assert len(gate.leads()) == before + 1
    gate.lead_of(written["Message-ID"])
    mine = [e for e in gate.events() if e["external_id"] == written["Message-ID"]]
    assert len(mine) == 1


def test_answers_of_machines_make_no_leads(gate):
    before = len(gate.leads())
    written = [
        mail(gate, f"loma@{HOST}", "Lomalla", Auto_Submitted="auto-replied"),
        mail(gate, f"vanha@{HOST}", "Poissa", X_Autoreply="yes"),
        mail(gate, f"kone@{HOST}", "Away", Precedence="auto_reply"),
    ]
    for one in written:
        gate.deliver(one.as_bytes())
    assert len(gate.leads()) == before
    events = {event["external_id"]: event for event in gate.events()}
    for one in written:
        assert events[one["Message-ID"]]["state"] == "ignored"
        assert events[one["Message-ID"]]["reason"]


def test_everything_is_accounted_for(gate):
    events = gate.events()
    assert events
    assert {event["state"] for event in events} <= {"done", "ignored"}
    assert all(event["lead_id"] for event in events if event["state"] == "done")
