import contextlib
import hashlib
import socket
import socketserver
import threading


class Exchange(socketserver.ThreadingTCPServer):
    """As much of Asterisk's manager as a dialogue needs, on a real socket."""

    allow_reuse_address = True
    daemon_threads = True
    username, secret = "odoo", "secret of the manager"

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.sessions, self.actions, self.channels = [], [], {}
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.drop()
        self.shutdown()
        self.server_close()

    def drop(self):
        for session in list(self.sessions):
            with contextlib.suppress(OSError):
                session.connection.shutdown(socket.SHUT_RDWR)

    def wait(self, condition, timeout=60):
        """Wait until something is so; returns whether it is."""
        with self.changed:
            return self.changed.wait_for(condition, timeout)

    def emit(self, event, **fields):
        for session in list(self.sessions):
            session.packet(Event=event, **fields)

    def begin(self, unique, caller, exten="100", context="from-trunk"):
        self.channels[unique] = unique
        self.emit(
            "Newchannel",
            Channel=f"PJSIP/trunk-{unique}",
            CallerIDNum=caller,
            CallerIDName="<unknown>",
            Context=context,
            Exten=exten,
            Uniqueid=unique,
            Linkedid=unique,
        )

    def ring(self, unique, extension):
        channel = f"PJSIP/{extension}-00000001"
        self.emit(
            "DialBegin", Linkedid=unique, DestLinkedid=unique, DestChannel=channel
        )

    def answer(self, unique, extension):
        self.emit(
            "DialEnd",
            Linkedid=unique,
            DestLinkedid=unique,
            DestChannel=f"PJSIP/{extension}-00000001",
            DialStatus="ANSWER",
        )

    def end(self, unique):
        self.channels.pop(unique)
        self.emit("Hangup", Uniqueid=unique, Linkedid=unique, Cause="16")


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"Asterisk Call Manager/9.0.0\r\n")
        self.challenge, fields = "8452", {}
        with contextlib.suppress(OSError):
            while line := self.rfile.readline(65536):
                if line.strip():
                    name, _colon, value = line.decode().partition(":")
                    fields[name.strip()] = value.strip()
                elif fields:
                    self.act(fields)
                    fields = {}
        with self.server.changed:
            if self in self.server.sessions:
                self.server.sessions.remove(self)
            self.server.changed.notify_all()

    def act(self, fields):
        action = fields.get("Action")
        if action == "Challenge":
            self.reply(fields, Challenge=self.challenge)
        elif action == "Login":
            key = hashlib.md5(f"{self.challenge}{self.server.secret}".encode())
            if fields.get("Key") == key.hexdigest():
                self.reply(fields)
            else:
                self.reply(fields, "Error", Message="Authentication failed")
        elif action == "CoreShowChannels":
            self.reply(fields, EventList="start")
            for unique in dict(self.server.channels):
                self.packet(Event="CoreShowChannel", Uniqueid=unique, Linkedid=unique)
            self.packet(Event="CoreShowChannelsComplete", EventList="Complete")
            # From here on this side hears what happens.
            self.server.sessions.append(self)
        else:
            self.reply(fields)
        with self.server.changed:
            self.server.actions.append(fields)
            self.server.changed.notify_all()

    def reply(self, fields, response="Success", **more):
        self.packet(Response=response, ActionID=fields.get("ActionID", ""), **more)

    def packet(self, **fields):
        rows = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        with contextlib.suppress(OSError):
            self.wfile.write(f"{rows}\r\n".encode())
