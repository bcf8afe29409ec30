"""Lines of the shop, and how their providers report calls."""

import itertools
import time

AGENT = "+358405550101"
# Numbers that nobody has called by, neither in the demo shop nor in an earlier run.
NUMBERS = (
    f"+35845{number}"
    for number in itertools.count(int(time.time()) % 2000000 + 7000000)
)
TALKED = 42


class TwilioTalk:
    """How Twilio reports calls: by one door, with marks on its address."""

    settings = {"forward_to": AGENT, "greeting": "Jätä viesti."}
    has_agents = dials = True

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
    has_agents = dials = False

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
