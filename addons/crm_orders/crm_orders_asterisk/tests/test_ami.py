import hashlib
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_orders_inbound.tools.channel import Request, Settings

from ..tools import ami_protocol
from ..tools.ami import DEAD_AFTER, PING_AFTER, Connection
from ..tools.ami_calls import Calls
from ..tools.ami_client import to_form
from ..tools.ami_protocol import BackOff, LoginRefused, Parser, ProtocolError
from ..tools.dialplan import Asterisk

BANNER = b"Asterisk Call Manager/5.0.2\r\n"
TRACES = json.loads(
    (Path(__file__).parent / "vectors" / "ami.json").read_text(encoding="utf-8")
)


def packet(**fields):
    rows = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{rows}\r\n".encode()


@tagged("post_install", "-at_install")
class TestAmi(BaseCase):
    """Asterisk's dialogue without a socket."""

    def actions(self, connection):
        """What would be sent now, as dicts."""
        return [
            dict(row.split(": ", 1) for row in block.split("\r\n") if row)
            for block in connection.outgoing.decode().split("\r\n\r\n")
            if block
        ]

    def logged_in(self, calls=None):
        connection = Connection("odoo", "pass", calls)
        (challenge,) = self.actions(connection)
        found = list(connection.feed(BANNER, 1))
        reply = packet(
            Response="Success", ActionID=challenge["ActionID"], Challenge="840415273"
        )
        found += list(connection.feed(reply, 1))
        (login,) = self.actions(connection)
        self.assertEqual(login["Action"], "Login")
        key = hashlib.md5(b"840415273pass").hexdigest()
        self.assertEqual(login["Key"], key)
        self.assertNotIn("pass", str(login))
        self.assertFalse(connection.ready)
        accepted = packet(
            Response="Success",
            ActionID=login["ActionID"],
            Message="Authentication accepted",
        )
        found += list(connection.feed(accepted, 1))
        self.assertTrue(connection.ready)
        (listing,) = self.actions(connection)
        self.assertEqual(listing["Action"], "CoreShowChannels")
        self.assertFalse(found)
        return connection

    def test_login_is_refused(self):
        for where in ("Challenge", "Login"):
            connection = Connection("odoo", "pass")
            (sent,) = self.actions(connection)
            list(connection.feed(BANNER, 0))
            if where == "Login":
                list(
                    connection.feed(
                        packet(
                            Response="Success",
                            ActionID=sent["ActionID"],
                            Challenge="1",
                        ),
                        0,
                    )
                )
                (sent,) = self.actions(connection)
            refusal = packet(
                Response="Error",
                ActionID=sent["ActionID"],
                Message="Authentication failed",
            )
            with self.assertRaisesRegex(LoginRefused, "Authentication failed"):
                list(connection.feed(refusal, 0))
            self.assertFalse(connection.ready)

    def test_traces(self):
        """Events as Asterisk sends them, in pieces of any size."""
        for trace in TRACES:
            for size in (1, 7, 4096):
                with self.subTest(trace["name"], size=size):
                    connection = self.logged_in()
                    raw = b"".join(packet(**event) for event in trace["events"])
                    states = []
                    for place in range(0, len(raw), size):
                        states += connection.feed(
                            raw[place : place + size], 100 + place
                        )
                    self._compare(states, trace["calls"])

    def _compare(self, calls, expected):
        self.assertEqual(len(calls), len(expected), calls)
        for call, values in zip(calls, expected, strict=True):
            for name, value in values.items():
                self.assertEqual(getattr(call, name), value, name)

    def test_form_says_the_same(self):
        """What the client posts is read as what it heard."""
        adapter = Asterisk()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for trace in TRACES:
            connection = self.logged_in()
            for event in trace["events"]:
                for call in connection.feed(packet(**event), 1700000000.25):
                    form = urlencode(to_form(call, "secret")).encode()
                    request = Request("POST", "https://a/b", headers, form)
                    adapter.verify(request, Settings({"token": "secret"}))
                    expected = replace(
                        call, recording=call.recording.rpartition("/monitor/")[2]
                    )
                    self.assertEqual(adapter.read(request, 0, None), expected)

    def test_call_that_ended_meanwhile_is_ended(self):
        calls = Calls()
        connection = self.logged_in(calls)
        first = TRACES[0]["events"][0]
        (ringing,) = connection.feed(packet(**first), 100)
        self.assertEqual(ringing.state, "ringing")
        # The connection broke, and the caller hung up before there was a new one.
        connection = self.logged_in(calls)
        complete = packet(Event="CoreShowChannelsComplete", ListItems="0")
        (missed,) = connection.feed(complete, 200)
        self.assertEqual((missed.state, missed.ended), ("missed", 200))
        self.assertFalse(list(connection.feed(complete, 201)))

    def test_call_that_goes_on_is_kept(self):
        calls = Calls()
        connection = self.logged_in(calls)
        first = TRACES[0]["events"][0]
        list(connection.feed(packet(**first), 100))
        connection = self.logged_in(calls)
        listed = packet(Event="CoreShowChannel", Linkedid=first["Linkedid"])
        complete = packet(Event="CoreShowChannelsComplete", ListItems="1")
        self.assertFalse(list(connection.feed(listed + complete, 200)))

    def relisted(self, calls, *channels):
        """What is found out after a new connection."""
        connection = self.logged_in(calls)
        listing = [packet(Event="CoreShowChannel", **one) for one in channels]
        complete = packet(Event="CoreShowChannelsComplete")
        return list(connection.feed(b"".join(listing) + complete, 200))

    def test_call_that_began_meanwhile_is_found(self):
        trunk = {
            "Channel": "PJSIP/trunk-1",
            "CallerIDNum": "+358401234567",
            "Context": "macro-dial-one",
            "Exten": "s",
            "Uniqueid": "7.1",
            "Linkedid": "7.1",
            "Duration": "00:01:20",
        }
        (call,) = self.relisted(Calls(), trunk)
        self.assertEqual((call.state, call.direction), ("ringing", "in"))
        self.assertEqual((call.caller, call.started), ("+358401234567", 120))

        phone = {
            "Channel": "PJSIP/101-2",
            "CallerIDNum": "101",
            "Exten": "0401234567",
            "Uniqueid": "8.1",
            "Linkedid": "8.1",
        }
        (call,) = self.relisted(Calls(), phone)
        self.assertEqual((call.direction, call.agent), ("out", "101"))
        # Two of us, a helper whose first channel is gone, and a line that is only open.
        self.assertFalse(self.relisted(Calls(), {**phone, "Exten": "102"}))
        self.assertFalse(self.relisted(Calls(), {**trunk, "Uniqueid": "7.2"}))
        self.assertFalse(self.relisted(Calls(), {**trunk, "CallerIDNum": "<unknown>"}))

    def test_answer_that_nobody_heard_is_found(self):
        calls = Calls()
        first = TRACES[0]["events"][0]
        list(self.logged_in(calls).feed(packet(**first), 100))
        key = first["Linkedid"]
        caller = {"Channel": first["Channel"], "Uniqueid": key, "BridgeId": "b"}
        phone = {"Channel": "PJSIP/101-9", "Uniqueid": "x", "BridgeId": "b"}
        (call,) = self.relisted(
            calls, {**caller, "Linkedid": key}, {**phone, "Linkedid": key}
        )
        self.assertEqual((call.state, call.agent), ("answered", "101"))

    def test_call_that_is_younger_than_the_list_is_not_over(self):
        calls = Calls()
        connection = self.logged_in(calls)
        began = packet(**TRACES[0]["events"][0])
        complete = packet(Event="CoreShowChannelsComplete")
        (call,) = connection.feed(began + complete, 100)
        self.assertEqual(call.state, "ringing")

    def test_originate(self):
        connection = self.logged_in()
        action_id = connection.originate("PJSIP/101", "+358401234567")
        (sent,) = self.actions(connection)
        self.assertEqual(sent["Channel"], "PJSIP/101")
        self.assertEqual(sent["Exten"], "+358401234567")
        list(
            connection.feed(
                packet(Response="Success", ActionID=action_id, Message="queued")
                + packet(
                    Event="OriginateResponse",
                    ActionID=action_id,
                    Response="Failure",
                    Reason="3",
                ),
                5,
            )
        )
        self.assertIn("Nobody answered", connection.originated[action_id])
        action_id = connection.originate("PJSIP/101", "123")
        list(
            connection.feed(
                packet(Response="Error", ActionID=action_id, Message="No such channel"),
                5,
            )
        )
        self.assertEqual(connection.originated[action_id], "No such channel")

    def test_no_action_can_be_smuggled_in(self):
        connection = self.logged_in()
        for channel, number in (
            ("PJSIP/101\r\nAction: Command", "123"),
            ("PJSIP/101", "123\r\nAction: Command"),
            ("PJSIP/101", "123\n"),
            ("PJSIP/101&PJSIP/102", "123"),
            ("101", "123"),
            ("PJSIP/101", "abc"),
            ("PJSIP/101", ""),
        ):
            with self.assertRaises(ValueError):
                connection.originate(channel, number)
        with self.assertRaises(ValueError):
            connection.originate("PJSIP/101", "123", caller_id="a\r\nAction: Command")
        self.assertFalse(connection.outgoing)

    def test_sign_of_life(self):
        connection = self.logged_in()
        connection.tick(1 + PING_AFTER)
        self.assertFalse(self.actions(connection))
        connection.tick(2 + PING_AFTER)
        (ping,) = self.actions(connection)
        self.assertEqual(ping["Action"], "Ping")
        list(connection.feed(packet(Response="Success", Ping="Pong"), 40))
        connection.tick(40 + DEAD_AFTER)
        with self.assertRaises(ProtocolError):
            connection.tick(41 + DEAD_AFTER)

    def test_what_is_no_manager(self):
        for data in (
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"x" * 300,
            BANNER + b"x" * (ami_protocol.MAX_PACKET + 1),
            BANNER + b"A: " + b"x" * (ami_protocol.MAX_PACKET + 1) + b"\r\n\r\n",
        ):
            with self.assertRaises(ProtocolError):
                list(Parser().feed(data))

    def test_packets_of_any_shape(self):
        parser = Parser()
        raw = (
            BANNER
            + b"Event: A\nNo colon\n: nameless\n\n"
            + b"\r\n\r\n"
            + b"Variable: a=1\r\nVariable: b=2\r\nName: \xff\xfe\0\r\n\r\n"
        )
        first, second = parser.feed(raw)
        self.assertEqual(dict(first), {"Event": "A"})
        self.assertEqual(second.all("Variable"), ["a=1", "b=2"])
        self.assertNotIn("\0", second["Name"])

    def test_events_without_their_fields(self):
        """Nothing is made of them, and nothing breaks."""
        connection = self.logged_in()
        for trace in TRACES:
            for event in trace["events"]:
                for missing in event:
                    left = {key: val for key, val in event.items() if key != missing}
                    list(connection.feed(packet(**left), 5))

    def test_waiting_grows_until_it_works(self):
        back_off = BackOff()
        self.assertEqual(
            [back_off.failed() for _ in range(8)], [1, 2, 4, 8, 16, 32, 60, 60]
        )
        back_off.succeeded()
        self.assertEqual(back_off.failed(), 1)
        self.assertGreater(back_off.refused(), 60)
