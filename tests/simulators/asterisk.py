"""Asterisk: its Manager Interface over TCP, recordings by HTTP, and a dialplan."""

import contextlib
import hashlib
import secrets
import socket
import socketserver
import threading
import time
from urllib.parse import urlencode

from .base import Simulator


class Asterisk(Simulator):
    kind = "asterisk"
    username = "odoo"
    secret = "simulated-ami-secret"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.token = ""
        self.actions = []
        self.channels = {}
        self.bridged = set()
        self.sessions = []
        self._manager = _Manager(("127.0.0.1", 0), self)
        self._manager_thread = threading.Thread(
            target=self._manager.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self):
        self._manager_thread.start()
        return super().__enter__()

    def __exit__(self, *exception):
        self.drop()
        self._manager.shutdown()
        self._manager.server_close()
        super().__exit__(*exception)

    def address(self):
        """Where the manager listens: host and port."""
        return self._manager.server_address

    def settings(self):
        return {"recordings_url": f"{self.url}/monitor"}

    # --- the manager ---

    def emit(self, event, **fields):
        """Send an event to everybody who is logged in."""
        for session in list(self.sessions):
            session.packet(Event=event, Privilege="call,all", **fields)

    def drop(self):
        """Break all connections, as a restart of the exchange does."""
        for session in list(self.sessions):
            session.close()

    def new_channel(self, name, context, exten, caller="", unique=None, linked=None):
        unique = unique or f"{int(time.time())}.{self.number()}"
        fields = {
            "Channel": name,
            "ChannelStateDesc": "Ring",
            "CallerIDNum": caller or "<unknown>",
            "CallerIDName": "<unknown>",
            "Context": context,
            "Exten": exten,
            "Uniqueid": unique,
            "Linkedid": linked or unique,
        }
        self.channels[unique] = fields
        self.emit("Newchannel", **fields)
        return unique

    def under_way(self):
        return list(self.channels.values())

    def listeners(self):
        return len(self.sessions)

    def dial_begin(self, linked, channel):
        self.emit(
            "DialBegin", Linkedid=linked, DestChannel=channel, DestLinkedid=linked
        )

    def dial_end(self, linked, channel, status):
        fields = {"DestChannel": channel, "DialStatus": status}
        self.emit("DialEnd", Linkedid=linked, DestLinkedid=linked, **fields)

    def pick_up(self, linked, channel):
        """One of us answers, so that two channels talk."""
        unique = self.new_channel(channel, "from-internal", "", linked=linked)
        self.dial_end(linked, channel, "ANSWER")
        self.bridged |= {linked, unique}
        for count, one in enumerate((linked, unique), start=1):
            fields = self.channels[one]
            self.emit("BridgeEnter", **fields, BridgeNumChannels=str(count))
        return unique

    def hangup(self, unique, cause="16"):
        fields = self.channels.pop(unique)
        self.emit("Hangup", **fields, Cause=cause)

    def forget(self, unique):
        """A call ends while nobody listens."""
        self.channels.pop(unique)

    # --- the dialplan ---

    def report(self, **fields):
        body = urlencode({"token": self.token, **fields}).encode()
        return self.post(body, "application/x-www-form-urlencoded")

    def set_token(self, token):
        self.token = token

    def answer(self, received):
        name = received.path.removeprefix("/monitor/")
        if name not in self.files:
            return 404, b"", {}
        content, mimetype = self.files[name]
        return 200, content, {"Content-Type": mimetype}

    def keep_recording(self, name, content="RIFF"):
        return self.keep_file(content.encode(), "audio/x-wav", name)


class _Manager(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address, simulator):
        self.simulator = simulator
        super().__init__(address, _Session)


class _Session(socketserver.StreamRequestHandler):
    """One connection to the manager."""

    def setup(self):
        super().setup()
        self.simulator = self.server.simulator
        self.challenge = ""
        self.sending = threading.Lock()

    def handle(self):
        self.wfile.write(b"Asterisk Call Manager/9.0.0\r\n")
        fields = {}
        while line := self._line():
            if line.strip():
                name, _colon, value = line.decode().partition(":")
                fields[name.strip()] = value.strip()
            elif fields:
                self.simulator.actions.append(fields)
                self._act(fields)
                fields = {}

    def _line(self):
        try:
            return self.rfile.readline(65536)
        except OSError:
            return b""

    def finish(self):
        if self in self.simulator.sessions:
            self.simulator.sessions.remove(self)
        with contextlib.suppress(OSError):
            super().finish()

    def packet(self, **fields):
        rows = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        with self.sending:
            try:
                self.wfile.write(f"{rows}\r\n".encode())
            except (OSError, ValueError):
                self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _act(self, fields):
        action, action_id = fields.get("Action", ""), fields.get("ActionID", "")
        if action == "Challenge":
            self.challenge = str(secrets.randbelow(10**9))
            self._reply(action_id, Challenge=self.challenge)
        elif action == "Login":
            self._log_in(fields, action_id)
        elif self not in self.simulator.sessions:
            self._refuse(action_id, "Permission denied")
        elif action == "Ping":
            self._reply(action_id, Ping="Pong")
        elif action == "CoreShowChannels":
            self._list(action_id)
        elif action == "Originate":
            self._originate(fields, action_id)
        else:
            self._refuse(action_id, "Invalid/unknown command")

    def _reply(self, action_id, **fields):
        self.packet(Response="Success", ActionID=action_id, **fields)

    def _refuse(self, action_id, message):
        self.packet(Response="Error", ActionID=action_id, Message=message)

    def _log_in(self, fields, action_id):
        key = hashlib.md5(f"{self.challenge}{self.simulator.secret}".encode())
        right = self.challenge and fields.get("Key") == key.hexdigest()
        if not right or fields.get("Username") != self.simulator.username:
            self._refuse(action_id, "Authentication failed")
            self.close()
            return
        self._reply(action_id, Message="Authentication accepted")
        self.simulator.sessions.append(self)
        self.packet(Event="FullyBooted", Status="Fully Booted")

    def _list(self, action_id):
        self._reply(action_id, EventList="start", Message="Channels will follow")
        channels = dict(self.simulator.channels)
        for unique, fields in channels.items():
            # By now it is wherever the dialplan has led it.
            fields = {**fields, "Context": "macro-dial-one", "Duration": "00:00:20"}
            if unique in self.simulator.bridged:
                fields["BridgeId"] = fields["Linkedid"]
            self.packet(Event="CoreShowChannel", ActionID=action_id, **fields)
        self.packet(
            Event="CoreShowChannelsComplete",
            ActionID=action_id,
            EventList="Complete",
            ListItems=str(len(channels)),
        )

    def _originate(self, fields, action_id):
        self._reply(action_id, Message="Originate successfully queued")
        channel = f"{fields['Channel']}-0000000a"
        unique = self.simulator.new_channel(
            channel, fields["Context"], fields["Exten"], caller="101"
        )
        self.packet(
            Event="OriginateResponse",
            ActionID=action_id,
            Response="Success",
            Channel=channel,
            Reason="4",
            Uniqueid=unique,
        )
