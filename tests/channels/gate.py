"""What stands between a service and the shop, and fails as networks do."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PASSED_ON = ("Content-Type", "X-Asterisk-Token")


class Gate:
    """A proxy: open, out of order, or losing answers to what the shop has taken."""

    def __init__(self, base_url):
        self.base_url = base_url
        self.mode = "open"
        self.count = self.forgotten = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def pass_on(self, path, headers, body):
        request = Request(self.base_url + path, data=body, headers=headers)
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()


def _handler(gate):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gate.count += 1
            if gate.mode == "broken":
                self._answer(503, b"The shop is being repaired.")
                return
            headers = {
                name: self.headers[name] for name in PASSED_ON if name in self.headers
            }
            status, answer = gate.pass_on(self.path, headers, body)
            if gate.mode == "forgetful" and "/hook/" in self.path:
                # The shop has taken it, and the line breaks before it can say so.
                gate.forgotten += 1
                self.close_connection = True
                return
            self._answer(status, answer)

        def _answer(self, status, body):
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_arguments):
            pass

    return Handler
