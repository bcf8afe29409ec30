"""A door that does with an adapter what Odoo's does, without Odoo."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from simulators import KINDS, adapters

calling = adapters.tool("crm_orders_inbound", "calling")
channel = adapters.tool("crm_orders_inbound", "channel")
transport = adapters.tool("crm_orders_inbound", "transport")


class Door:
    """Takes requests, keeps each thing once, and sends."""

    def __init__(self, kind, values):
        self.adapter = adapters.adapter(kind)
        self.values = values
        self.things = {}
        self.refused = []
        # How many of the next requests are not taken, as if we were away.
        self.away = 0
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                url = door.base + self.path
                answer = door.take(
                    channel.Request(self.command, url, dict(self.headers), body)
                )
                content = answer.body.encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.mimetype)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _serve

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        ).start()
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.base}/hook"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def settings(self):
        return channel.Settings(self.values)

    def take(self, request):
        if self.away:
            self.away -= 1
            return channel.Answer(503)
        try:
            answer = self.adapter.handshake(request, self.settings)
            if answer:
                return answer
            self.adapter.verify(request, self.settings)
        except channel.Refused as error:
            self.refused.append(error.code)
            return channel.Answer(error.status, error.code)
        for index, external_id in enumerate(self.adapter.split(request)):
            key = external_id or f"without-{len(self.things)}"
            if key not in self.things:
                self.things[key] = self.adapter.read(request, index, self.settings)
        return self.adapter.answer(request, self.settings)

    def of(self, name):
        """Things of a class, in the order they came."""
        return [thing for thing in self.things.values() if type(thing).__name__ == name]

    def run(self, what, *arguments):
        generator = getattr(self.adapter, what)(self.settings, *arguments)
        return calling.run(generator, transport.send)

    def fault(self, what, *arguments):
        with pytest.raises(channel.SendError) as caught:
            self.run(what, *arguments)
        return caught.value


@pytest.fixture
def play():
    """Start a simulator and a door that talk to each other."""
    opened = []

    def start(kind, **values):
        simulator = KINDS[kind]().__enter__()
        simulator.retry_pauses = (0, 0, 0)
        opened.append(simulator)
        door = Door(kind, {**simulator.settings(), **values})
        opened.append(door)
        simulator.hook_url = door.url
        return simulator, door

    yield start
    for one in reversed(opened):
        if hasattr(one, "close"):
            one.close()
        else:
            one.__exit__(None, None, None)


class Line:
    """A connection to a manager, on a real socket."""

    def __init__(self, address, secret, calls=None):
        ami = adapters.tool("crm_orders_asterisk", "ami")
        self.connection = ami.Connection("odoo", secret, calls)
        self.socket = socket.create_connection(address, timeout=10)
        self.changes = []

    def until(self, condition):
        """Talk until something is so; returns whether the other side is still there."""
        while not condition():
            self.socket.sendall(self.connection.outgoing)
            data = self.socket.recv(65536)
            if not data:
                return False
            self.changes += self.connection.feed(data, 1000)
        self.socket.sendall(self.connection.outgoing)
        return True

    def close(self):
        self.socket.close()


@pytest.fixture
def dial():
    opened = []

    def connect(*arguments):
        opened.append(Line(*arguments))
        return opened[-1]

    yield connect
    for line in opened:
        line.close()
