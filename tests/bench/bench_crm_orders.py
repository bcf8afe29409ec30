"""How many leads a server takes in, ours against the form of Odoo's own website; how
fast they are worked on, ours against Odoo's mail gateway; and how long it takes to tell
who somebody is, ours against what Odoo's leads do."""

import http.client
import json
import re
import statistics
import time
import urllib.parse

from rates import CLIENTS, rate

KEY = "key of the benchmark, of no other use"
ROUNDS = 5
SECONDS = 3
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


def lead_intake(lab):
    """Leads acknowledged per second: 2 processes, 4 clients that wait for each answer.

    Both sides turn leads away or keep them for good: an answer counts only when the
    lead, or in our case the request, is committed.
    """
    with lab.database(
        "intake",
        core=["website_crm"],
        ours=["crm_orders_inbound"],
        prepare=(__file__, "prepare"),
    ) as database:
        with lab.server(database, workers=2) as base_url:
            result = measure(
                base_url, lambda: lab.call(database, __file__, "wait_for_job")
            )
        result["stored"] = lab.call(database, __file__, "count_stored")
    return result


def prepare(env):
    """A source without a limit, whose key this file knows."""
    source = env["crm_orders.source"].create({"name": "Benchmark", "rate_limit": 0})
    source._set_key(KEY)
    return source.id


def count_stored(env):
    """Requests that are in the database at the end."""
    return env["crm_orders.event"].search_count([])


def wait_for_job(env, minutes=3):
    """Return when the server has worked on all that came in."""
    model = env["crm_orders.event"]
    for _ in range(minutes * 60):
        if not model.search_count([("state", "=", "new")], limit=1):
            return
        env.cr.rollback()
        time.sleep(1)
    raise RuntimeError("The job does not get done.")


def measure(base_url, rest=lambda: None):
    """Rates of both doors of the running server at `base_url`, the middle of several rounds.

    What Odoo's HTTP stack takes for the least that it can answer goes along, as nobody can
    be faster. All take turns, since a machine shared with others is not equally fast from
    one moment to the next.

    :param rest: called after each round; waits for the work that our leads leave behind,
        so that it takes time from our own measurement only
    """
    doors = {"health": Health, "peer": WebsiteForm, "ours": LeadApi}
    clients = {
        name: [door(base_url, n) for n in range(CLIENTS)]
        for name, door in doors.items()
    }
    rounds = []
    for _ in range(ROUNDS):
        rounds.append({name: rate(clients[name], SECONDS) for name in doors})
        rest()

    def middle(name, figure="rate"):
        return round(statistics.median(each[name][figure] for each in rounds), 1)

    ratios = sorted(each["ours"]["rate"] / each["health"]["rate"] for each in rounds)
    return {
        "ours": middle("ours"),
        "peer": middle("peer"),
        "unit": "leads/s",
        "n": sum(each[name]["count"] for each in rounds for name in ("ours", "peer")),
        "ours_p95_ms": middle("ours", "p95_ms"),
        "ours_p99_ms": middle("ours", "p99_ms"),
        "peer_p95_ms": middle("peer", "p95_ms"),
        "peer_p99_ms": middle("peer", "p99_ms"),
        "health_per_s": middle("health"),
        "health_p99_ms": middle("health", "p99_ms"),
        "ratio_to_health": round(statistics.median(ratios), 2),
        "ratio_to_health_from_to": [round(ratios[0], 2), round(ratios[-1], 2)],
    }


class Client:
    """One sender with a connection of its own, one request after the other."""

    def __init__(self, base_url, number):
        self.number = number
        self.sent = 0
        self.connection = http.client.HTTPConnection(
            urllib.parse.urlsplit(base_url).netloc, timeout=60
        )

    def request(self, method, path, body=None, headers=None):
        # As one piece, like other clients do: `http.client` sends the body by itself.
        sent, self.connection.send = [], lambda data: sent.append(data)
        self.connection.request(method, path, (body or "").encode(), headers or {})
        del self.connection.send
        self.connection.send(b"".join(sent))
        response = self.connection.getresponse()
        return response, response.read()

    def send(self):
        """Send one lead; an answer that is no acknowledgement is an error."""
        self.sent += 1
        return self.post(f"{self.number}-{self.sent}-{time.time_ns()}")


class Health(Client):
    """The answer of a server that it is there; no session, no database."""

    def post(self, _mark):
        response, answer = self.request("GET", "/web/health")
        if response.status != 200:
            raise RuntimeError(f"{response.status} {answer[:200]}")


class LeadApi(Client):
    """Our door: JSON and the key of a source."""

    def post(self, mark):
        body = json.dumps(
            {
                "external_id": mark,
                "name": f"Customer {mark}",
                "email": f"customer.{mark}@example.com",
                "phone": "+358 40 1234567",
                "subject": f"Request {mark}",
                "message": "Do you have the blue chair in your shop?",
            }
        )
        response, answer = self.request(
            "POST",
            "/crm_orders/v1/leads",
            body,
            {"Content-Type": JSON_TYPE, "X-Source-Key": KEY},
        )
        if response.status != 202 or not json.loads(answer)["event"]:
            raise RuntimeError(f"{response.status} {answer[:200]}")


class WebsiteForm(Client):
    """The form of Odoo's website, sent as its page does: session and CSRF token."""

    def __init__(self, base_url, number):
        super().__init__(base_url, number)
        response, page = self.request("GET", "/contactus")
        cookies = "\n".join(response.headers.get_all("Set-Cookie"))
        self.cookie = re.search(r"session_id=[^;]+", cookies)[0]
        self.token = re.search(rb"csrf_token: [\"']([0-9a-fo]+)", page)[1].decode()

    def post(self, mark):
        body = urllib.parse.urlencode(
            {
                "contact_name": f"Customer {mark}",
                "email_from": f"customer.{mark}@example.com",
                "phone": "+358 40 1234567",
                "name": f"Request {mark}",
                "description": "Do you have the blue chair in your shop?",
                "csrf_token": self.token,
            }
        )
        response, answer = self.request(
            "POST",
            "/website/form/crm.lead",
            body,
            {"Content-Type": FORM_TYPE, "Cookie": self.cookie},
        )
        if response.status != 200 or not json.loads(answer).get("id"):
            raise RuntimeError(f"{response.status} {answer[:200]}")


def event_processing(lab):
    """Received things worked on per second by one process, half of them messages.

    The peer is Odoo's own way from the outside to a lead: a mail to the address of a
    sales team, read by the mail gateway. Both begin with what was received and end with
    committed leads.
    """
    with lab.database(
        "processing",
        ours=["crm_orders_telegram"],
        prepare=(__file__, "prepare_processing"),
    ) as database:
        return lab.call(database, __file__, "measure_processing")


EVENTS = 1000
MAILS = 100


def prepare_processing(env):
    """A source of forms, one of messages, and a team with an address for mails."""
    forms = env["crm_orders.source"].create({"name": "Forms", "rate_limit": 0})
    forms._set_key(KEY)
    env["crm_orders.source"].create({"name": "Bot", "kind": "telegram"})
    env["mail.alias.domain"].create({"name": "bench.example"})
    team = env["crm.team"].create({"name": "Bench", "alias_name": "bench-leads"})
    team.alias_id.alias_contact = "everyone"
    # The burst of a benchmark is no loop of mails.
    env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "100000")
    return forms.id


def measure_processing(env, events=EVENTS, mails=MAILS):
    """Rates of our job and of Odoo's mail gateway, one after the other."""
    from odoo.addons.crm_orders_inbound.tools import channel

    model = env["crm_orders.event"]
    bot = env["crm_orders.source"].search([("kind", "=", "telegram")])
    secret = bot._get_settings()["webhook_secret"]
    for number in range(events // 2):
        form = {
            "external_id": f"form-{number}",
            "name": f"Customer {number}",
            "email": f"form.{number}@example.com",
            "phone": f"+358 40 {1000000 + number}",
            "message": "Do you have the blue chair in your shop?",
        }
        model._accept(KEY, json.dumps(form).encode(), JSON_TYPE, {}, "192.0.2.1")
        # Five messages of each person, as people write them.
        person = 5000000 + number // 5
        update = {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": 1700000000 + number,
                "text": f"Message {number}",
                "from": {"id": person, "is_bot": False, "first_name": f"P{person}"},
                "chat": {"id": person, "type": "private", "first_name": f"P{person}"},
            },
        }
        request = channel.Request(
            "POST",
            "",
            {
                "Content-Type": JSON_TYPE,
                "X-Telegram-Bot-Api-Secret-Token": secret,
            },
            json.dumps(update).encode(),
        )
        model._accept_hook(bot.hook_token, request, "192.0.2.1")
    env.cr.commit()
    began = time.monotonic()
    cron = env.ref("crm_orders_inbound.ir_cron_process_events")
    cron.method_direct_trigger()
    env.cr.commit()
    ours = events / (time.monotonic() - began)
    env.invalidate_all()
    states = dict(model._read_group([], ["state"], ["__count"]))
    if states != {"done": events}:
        raise RuntimeError(f"Not everything was worked on: {states}")

    began = time.monotonic()
    for number in range(mails):
        env["mail.thread"].message_process(
            "crm.lead",
            (
                f"From: Customer {number} <mail.{number}@example.com>\r\n"
                "To: bench-leads@bench.example\r\n"
                f"Subject: Request {number}\r\n"
                f"Message-Id: <{number}@bench.example>\r\n\r\n"
                "Do you have the blue chair in your shop?\r\n"
            ),
        )
        env.cr.commit()
    peer = mails / (time.monotonic() - began)
    return {
        "ours": round(ours, 1),
        "peer": round(peer, 1),
        "unit": "events/s",
        "n": events + mails,
    }


def identity_match(lab):
    """Milliseconds to tell who a new person is: phone number, address and Telegram.

    The peer is what Odoo does for a lead: `_find_matching_partner`, which goes by the
    address only, and the search of contacts by phone number. It cannot look for an
    account in a messenger at all.
    """
    with lab.database(
        "identity",
        ours=["crm_orders_identity"],
        prepare=(__file__, "prepare_identities"),
    ) as database:
        return lab.call(database, __file__, "measure_matching")


CUSTOMERS = 1_000_000
MATCHES = 200
PEER_MATCHES = 20


def prepare_identities(env, customers=CUSTOMERS):
    """A million customers with three identities each, made in SQL from one of them."""
    first = env["res.partner"].create(
        {"name": "Customer", "country_id": env.ref("base.fi").id, "company_id": False}
    )
    env.flush_all()
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'res_partner' AND is_generated = 'NEVER'"
    )
    columns = {name: f'first."{name}"' for (name,) in env.cr.fetchall()}
    columns |= {
        "id": "nextval('res_partner_id_seq')",
        "commercial_partner_id": "currval('res_partner_id_seq')",
        "name": "'Customer ' || n",
        "complete_name": "'Customer ' || n",
        "phone": "'+358 40 ' || 1000000 + n",
        "phone_sanitized": "'+35840' || 1000000 + n",
        "email": "'Customer.' || n || '@example.com'",
        "email_normalized": "'customer.' || n || '@example.com'",
    }
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"INSERT INTO res_partner ({names}) SELECT {', '.join(columns.values())}"
        " FROM res_partner first, generate_series(1, %s) n WHERE first.id = %s",
        [customers, first.id],
    )
    began = time.monotonic()
    env["crm_orders.identity"]._fill_cards()
    filled = time.monotonic() - began
    env.cr.execute(
        "INSERT INTO crm_orders_identity"
        " (kind, scope, value, display, origin, partner_id, company_id)"
        " SELECT 'telegram', '', id + 1000000000, name, 'channel', id, %s"
        " FROM res_partner WHERE name LIKE 'Customer %%'",
        [env.company.id],
    )
    env.cr.commit()
    env.cr.execute("ANALYZE res_partner, crm_orders_identity")
    return filled


def measure_matching(env):
    """Time both, each person looked for once; strangers, who are the common case."""
    identities, company = env["crm_orders.identity"], env.company

    def person(number, telegram):
        return [
            {"kind": "phone", "value": f"+358 40 {number}"},
            {"kind": "email", "value": f"Customer.{number - 1000000}@Example.com"},
            {"kind": "telegram", "value": telegram},
        ]

    def ours(number, telegram=5):
        [match] = identities._match([person(number, telegram)], company)
        return match

    def peer(number):
        lead = env["crm.lead"].new(
            {
                "name": "Lead",
                "email_from": f"Customer.{number - 1000000}@Example.com",
                "phone": f"+358 40 {number}",
            }
        )
        return lead._find_matching_partner() or env["res.partner"].search(
            [("phone_mobile_search", "=", lead.phone)], limit=1
        )

    def times(function, numbers):
        found = []
        for number in numbers:
            env.invalidate_all()
            began = time.perf_counter()
            function(number)
            found.append((time.perf_counter() - began) * 1000)
        return sorted(found)

    strangers, known = 1000000 + 2 * CUSTOMERS, 1000000 + CUSTOMERS // 2
    if ours(strangers).certainty != "none" or ours(known).certainty != "sure":
        raise RuntimeError("The benchmark's people are not who they should be.")
    if peer(known).name != ours(known).partner.name or peer(strangers):
        raise RuntimeError("The two sides do not find the same customer.")
    env.cr.execute("SELECT count(*) FROM crm_orders_identity")
    [count] = env.cr.fetchone()
    peers = times(peer, range(strangers, strangers + PEER_MATCHES))
    mine = times(ours, range(strangers, strangers + MATCHES))
    of_known = times(ours, range(known, known + MATCHES))
    return {
        "ours": statistics.fmean(mine),
        "peer": statistics.fmean(peers),
        "unit": "ms",
        "n": MATCHES + PEER_MATCHES,
        "identities": count,
        "ours_p95_ms": round(mine[int(MATCHES * 0.95)], 2),
        "ours_known_ms": round(statistics.fmean(of_known), 2),
    }


BENCHMARKS = {
    "crm_orders.event_processing": event_processing,
    "crm_orders.lead_intake": lead_intake,
    "crm_orders.identity_match": identity_match,
}
