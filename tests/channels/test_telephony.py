"""The same story with every telephone provider: called, missed, called back, texted."""

import itertools
import random
import time

import pytest
import requests
from conftest import Shop

KINDS = ("twilio", "telnyx", "vonage")
AGENT = "+358405550101"
# Numbers that nobody has called by, neither in the demo shop nor in an earlier run.
NUMBERS = (
    f"+35845{number}" for number in itertools.count(int(time.time()) % 2000000 + 7000000)
)
TALKED = 42
SPOKE = ("state", "direction", "number", "duration", "partner_id", "lead_id", "user_id")


class TwilioTalk:
    """How Twilio reports calls: by one door, with marks on its address."""

    settings = {"forward_to": AGENT, "greeting": "Jätä viesti."}
    has_agents = dials = has_voicemail = True

    def __init__(self, simulator, hook_url):
        self.simulator, self.hook_url = simulator, hook_url

    def _report(self, sid, caller, status, step="", **more):
        fields = {
            "CallSid": sid,
            "From": caller,
            "To": self.simulator.own(),
            "CallStatus": status,
            "Direction": "inbound",
            **more,
        }
        url = f"{self.hook_url}?step={step}" if step else None
        return lambda: self.simulator.form(fields, url)

    def _over(self, sid, caller, seconds):
        source = {"CallbackSource": "call-progress-events"}
        return self._report(sid, caller, "completed", CallDuration=seconds, **source)

    def answered(self, sid, caller):
        return [
            self._report(sid, caller, "ringing"),
            self._report(
                f"{sid}x",
                caller,
                "in-progress",
                "leg",
                ParentCallSid=sid,
                To=AGENT,
                CallbackSource="call-progress-events",
            ),
            self._report(
                sid, caller, "in-progress", "dialled", DialCallStatus="completed"
            ),
            self._over(sid, caller, TALKED),
        ]

    def missed(self, sid, caller):
        return [
            self._report(sid, caller, "ringing"),
            self._report(
                sid, caller, "in-progress", "dialled", DialCallStatus="no-answer"
            ),
            self._over(sid, caller, 31),
        ]

    def called_back(self, sid, number):
        """The answered call that a click has asked for."""
        asked = self.simulator.seen("started")[-1]
        assert asked["To"] == AGENT
        assert number in asked["Twiml"]
        report = asked["StatusCallback"]
        fields = {
            "CallSid": sid,
            "From": self.simulator.own(),
            "To": AGENT,
            "Direction": "outbound-api",
        }
        for more in (
            {"CallStatus": "ringing", "CallbackSource": "call-progress-events"},
            {"CallStatus": "in-progress", "CallbackSource": "call-progress-events"},
            {"CallStatus": "in-progress", "DialCallStatus": "completed"},
            {"CallStatus": "completed", "CallbackSource": "call-progress-events"},
        ):
            self.simulator.form({**fields, **more}, report)


class TelnyxTalk:
    """How Telnyx reports calls: as signed events."""

    settings = {}
    has_agents = dials = has_voicemail = False

    def __init__(self, simulator, hook_url):
        self.simulator = simulator

    def _report(self, kind, session, other, at, direction="incoming", **more):
        event_id, moment = f"{session}-{kind}", int(time.time()) - at
        return lambda: self.simulator.call(
            kind, session, direction, other, event_id, moment, **more
        )

    def answered(self, session, caller, direction="incoming"):
        names = ("call.initiated", "call.answered", "call.hangup")
        more = ({}, {}, {"hangup_cause": "normal_clearing"})
        return [
            self._report(name, session, caller, at, direction, **fields)
            for name, at, fields in zip(names, (50, TALKED, 0), more, strict=True)
        ]

    def missed(self, session, caller):
        cause = {"hangup_cause": "timeout"}
        return [
            self._report("call.initiated", session, caller, 630),
            self._report("call.hangup", session, caller, 600, **cause),
        ]

    def called_back(self, session, number):
        for step in self.answered(session, number, "outgoing"):
            step()


class VonageTalk:
    """How Vonage reports calls: it asks what to do, and tells of every leg."""

    settings = {"forward_to": AGENT}
    has_agents = dials = True
    has_voicemail = False

    def __init__(self, simulator, hook_url):
        self.simulator, self.hook_url = simulator, hook_url

    def _leg(self, talk, direction, ends, status, at, **more):
        moment = time.gmtime(time.time() - at)
        ends = {"from": ends[0].lstrip("+"), "to": ends[1].lstrip("+")}
        return lambda: self.simulator.call(
            status,
            talk,
            direction,
            timestamp=time.strftime("%Y-%m-%dT%H:%M:%S.000Z", moment),
            **ends,
            **more,
        )

    def _legs(self, talk, caller):
        own = self.simulator.own()
        # Its clock is behind ours, so that the reports seem older than the question.
        return (
            lambda: self.simulator.question(talk, caller.lstrip("+")),
            lambda *rest, **more: self._leg(
                talk, "inbound", (caller, own), *rest, **more
            ),
            lambda *rest, **more: self._leg(
                talk, "outbound", (own, AGENT), *rest, **more
            ),
        )

    def answered(self, talk, caller):
        question, leg, ours = self._legs(talk, caller)
        return [
            question,
            leg("started", 51),
            leg("answered", 50),
            ours("ringing", 49),
            ours("answered", TALKED),
            leg("completed", 0, duration=str(TALKED)),
            ours("completed", 0, duration=str(TALKED)),
        ]

    def missed(self, talk, caller):
        # Without a report of the caller's own leg it is still an incoming call.
        question, leg, ours = self._legs(talk, caller)
        return [
            question,
            ours("ringing", 630),
            ours("timeout", 600),
            leg("completed", 599),
        ]

    def called_back(self, talk, number):
        asked = self.simulator.seen("started")[-1]
        assert asked["to"][0]["number"] == AGENT.lstrip("+")
        (connect,) = asked["ncco"]
        assert connect["endpoint"][0]["number"] == number.lstrip("+")
        own = self.simulator.own()
        self.simulator.use_hook(asked["event_url"][0])
        for status, at in (("ringing", 60), ("answered", 50), ("completed", 0)):
            self._leg(f"{talk}", "outbound", (own, AGENT), status, at)()
        self.simulator.use_hook(connect["eventUrl"][0])
        for status, at in (("ringing", 49), ("answered", 42), ("completed", 0)):
            more = {"uuid": f"{talk}-customer"}
            self._leg(talk, "outbound", (own, number), status, at, **more)()
        self.simulator.use_hook(self.hook_url)


TALKS = {"twilio": TwilioTalk, "telnyx": TelnyxTalk, "vonage": VonageTalk}


class Line:
    """A line of the shop at a provider."""

    def __init__(self, kind, shop, simulator):
        self.kind, self.shop, self.simulator = kind, shop, simulator
        settings = {**simulator.settings(), **TALKS[kind].settings}
        self.source_id, self.hook_url, _settings = shop.add_source(
            kind, f"Line of {kind}", settings
        )
        simulator.use_hook(self.hook_url)
        self.talk = TALKS[kind](simulator, self.hook_url)
        self.count = 0

    def name(self):
        self.count += 1
        prefix = "CA" if self.kind == "twilio" else "talk-"
        return f"{prefix}{self.source_id:06}{self.count:04}"

    def calls(self, *fields, **values):
        domain = [("source_id", "=", self.source_id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.shop.find("crm_orders.call", domain, *fields)

    def play(self, steps):
        for step in steps:
            assert step()["status"] == 200
        self.shop.wait_until_worked_on(self.source_id)


@pytest.fixture(scope="session")
def admin(base_url):
    shop = Shop(base_url, "admin")
    (seller,) = shop.find("res.users", [("login", "=", "seller")], "id")
    shop.call(
        "res.users", "write", [seller["id"]], {"crm_orders_extension": f"101, {AGENT}"}
    )
    return shop


@pytest.fixture
def open_line(admin, manager, provider):
    lines = []

    def start(kind):
        lines.append(Line(kind, manager, provider(kind)))
        return lines[-1]

    yield start
    for line in lines:
        # The next test calls by a line of its own.
        manager.call("crm_orders.source", "write", [line.source_id], {"active": False})


@pytest.mark.parametrize("kind", KINDS)
def test_line_is_tried_and_forged_reports_are_refused(kind, open_line, manager):
    line = open_line(kind)
    manager.call("crm_orders.source", "action_self_test", [line.source_id])
    (source,) = manager.call(
        "crm_orders.source", "read", [line.source_id], ["test_passed", "test_report"]
    )
    assert source["test_passed"], source["test_report"]

    caller = next(NUMBERS)
    line.simulator.message("Hei, onko auki?", caller)
    forged = line.simulator.forge("auki", "kiinni")
    assert forged["status"] in (401, 403), forged
    bare = requests.post(line.hook_url, data={"CallSid": "CA1", "From": caller})
    assert bare.status_code in (401, 403)
    assert requests.post(f"{line.hook_url}x", data={}).status_code == 404
    events = manager.wait_until_worked_on(line.source_id)
    assert len([event for event in events if event["lead_id"]]) == 1, events


@pytest.mark.parametrize("kind", KINDS)
def test_answered_call_is_one_call_whatever_the_order(kind, open_line, seller):
    line = open_line(kind)
    name, caller = line.name(), next(NUMBERS)
    steps = line.talk.answered(name, caller)
    line.play(steps[:1])
    (ringing,) = line.calls("state", "direction", external_id=name)
    assert (ringing["state"], ringing["direction"]) == ("ringing", "in")
    line.play(steps[1:])

    def look(name):
        (call,) = line.calls(*SPOKE, external_id=name)
        return {field: call[field] for field in SPOKE}

    call = look(name)
    assert (call["state"], call["direction"]) == ("answered", "in")
    assert (call["number"], call["duration"]) == (caller, TALKED)
    assert call["lead_id"], "nobody knew this caller"
    if line.talk.has_agents:
        assert call["user_id"][1] == seller.name()

    # All of it once more, and once more from the back: the same call.
    line.play([*steps, *reversed(steps)])
    assert look(name) == call
    # Calls whose reports come in any order, doubled.
    for seed in range(3):
        other = line.name()
        steps = line.talk.answered(other, caller) * 2
        random.Random(seed).shuffle(steps)
        line.play(steps)
        assert look(other) == call, f"seed {seed}"


@pytest.mark.parametrize("kind", KINDS)
def test_missed_call_is_returned(kind, open_line, manager, seller):
    line = open_line(kind)
    caller = next(NUMBERS)
    steps = line.talk.missed(line.name(), caller)
    line.play(steps)
    line.play([*reversed(steps), *line.talk.missed(line.name(), caller)])
    calls = line.calls("state", "lead_id", "callback_id", number=caller)
    assert [call["state"] for call in calls] == ["missed", "missed"]
    assert calls[0]["lead_id"]
    assert calls[0]["lead_id"] == calls[1]["lead_id"]
    assert calls[0]["callback_id"] == calls[1]["callback_id"]
    domain = [("number", "=", caller)]
    fields = ("state", "deadline", "missed_count", "done_call_id", "attempts")
    (task,) = manager.find("crm_orders.callback", domain, *fields)
    assert (task["state"], task["missed_count"]) == ("open", 2)
    assert task["deadline"]

    # The seller clicks on the number, and speaks to the caller.
    answer = seller.call("crm_orders.call", "dial", caller)
    if line.talk.dials:
        assert AGENT in answer["message"]
        (asked,) = line.calls("external_id", number=caller, direction="out")
        line.talk.called_back(asked["external_id"], caller)
    else:
        assert answer == {"tel": f"tel:{caller}"}
        line.talk.called_back(line.name(), caller)
    manager.wait_until_worked_on(line.source_id)
    (back,) = line.calls("state", "lead_id", number=caller, direction="out")
    assert back["state"] == "answered"
    assert back["lead_id"] == calls[0]["lead_id"]
    (task,) = manager.find("crm_orders.callback", domain, *fields)
    assert (task["state"], task["done_call_id"][0]) == ("done", back["id"])


@pytest.mark.parametrize("kind", KINDS)
def test_recording_is_for_listeners_only(kind, open_line, admin, manager, seller):
    line = open_line(kind)
    name = line.name()
    line.play(line.talk.answered(name, next(NUMBERS)))
    line.simulator.recording(name, f"ID3 of {kind}")
    manager.wait_until_worked_on(line.source_id)
    (call,) = line.calls("recording_count", external_id=name)
    assert call["recording_count"] == 1

    listener = hire_listener(admin)
    domain = [("call_id", "=", call["id"]), ("state", "=", "done")]
    (recording,) = listener.wait_for("crm_orders.recording", domain, "attachment_id")
    file_id = recording["attachment_id"][0]
    heard = listener.fetch(f"/web/content/{file_id}")
    assert heard.text == f"ID3 of {kind}"
    assert heard.headers["Content-Type"].startswith("audio/mpeg")
    for deaf in (manager, seller):
        with pytest.raises(RuntimeError, match="not allowed"):
            deaf.find("crm_orders.recording", domain, "attachment_id")
        with pytest.raises(RuntimeError):
            deaf.call("ir.attachment", "read", [file_id], ["raw"])
        assert deaf.fetch(f"/web/content/{file_id}").status_code == 404
    assert requests.get(f"{listener.base_url}/web/content/{file_id}").status_code == 404


def hire_listener(admin):
    """A manager who may listen; the other one may not."""
    if not admin.find("res.users", [("login", "=", "listener")], "id"):
        groups = [
            admin.call("ir.model.data", "check_object_reference", module, name)[1]
            for module, name in (
                ("crm_orders_base", "group_manager"),
                ("crm_orders_telephony", "group_recordings"),
            )
        ]
        vals = {"name": "Listener", "login": "listener", "password": "listener"}
        vals["group_ids"] = [(4, group) for group in groups]
        admin.call("res.users", "create", [vals])
    return Shop(admin.base_url, "listener")


@pytest.mark.parametrize("kind", KINDS)
def test_text_messages_join_the_lead_of_the_call(kind, open_line, manager):
    line = open_line(kind)
    caller = next(NUMBERS)
    line.play(line.talk.missed(line.name(), caller))
    (call,) = line.calls("lead_id", number=caller)
    assert line.simulator.message("Soitin äsken. Onko pihlajaa?", caller)["status"] == 200
    assert line.simulator.again()["status"] == 200
    stranger = next(NUMBERS)
    assert line.simulator.message("Onko kuusta?", stranger)["status"] == 200
    events = manager.wait_until_worked_on(line.source_id)
    leads = [event["lead_id"] for event in events if event["lead_id"]]
    assert len(set(map(tuple, leads))) == 2, "one of each number"
    lead_id = call["lead_id"][0]
    messages = manager.find(
        "mail.message",
        [("model", "=", "crm.lead"), ("res_id", "=", lead_id), ("body", "like", "pihl")],
        "body",
    )
    assert len(messages) == 1

    manager.call(
        "crm.lead",
        "message_post",
        [lead_id],
        body="On, 15 €",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
    )
    domain = [("lead_id", "=", lead_id)]
    fields = ("state", "text", "external_id")
    (outgoing,) = manager.wait_for(
        "crm_orders.outgoing", [*domain, ("state", "=", "sent")], *fields
    )
    assert "On, 15 €" in line.simulator.seen("sent")[-1].values()
    line.simulator.report(outgoing["external_id"], "delivered")
    (outgoing,) = manager.wait_for(
        "crm_orders.outgoing", [*domain, ("state", "=", "delivered")], *fields
    )
    assert len(line.simulator.seen("sent")) == 1
