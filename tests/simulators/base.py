"""What all simulators have in common: an API to be called, and a hook to call."""

import json
import threading
import time
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener


@dataclass
class Received:
    """A request that came to the provider's API."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    json: dict = field(default_factory=dict)
    form: dict = field(default_factory=dict)
    # {field: (file name, type, content)}
    files: dict = field(default_factory=dict)

    def header(self, name):
        return next(
            (
                value
                for key, value in self.headers.items()
                if key.lower() == name.lower()
            ),
            "",
        )


@dataclass
class Delivered:
    """What the hook answered; `status` is 0 when it could not be reached."""

    status: int
    body: str = ""
    attempts: int = 1


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


class Simulator:
    """Base of all: `self.calls` holds what was received, by order."""

    kind = ""
    own_number = ""
    # Seconds between attempts, as the provider spaces them, but shortened.
    retry_pauses = (0.2, 0.4, 0.8, 1.6, 3.2)

    def __init__(self, hook_url="", port=0):
        self.hook_url = hook_url
        self.calls = []
        self.deliveries = []
        self.faults = []
        self.files = {}
        self._count = 1000
        self._last_post = None
        self._lock = threading.RLock()
        self._opener = build_opener(NoRedirects)
        self._background = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self.settle()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def use_hook(self, hook_url):
        """Call this address from now on."""
        self.hook_url = hook_url

    def settings(self):
        """Values for the settings of a source that talks to this simulator."""
        raise NotImplementedError

    def number(self):
        with self._lock:
            self._count += 1
            return self._count

    # --- towards the shop ---

    def sign(self, method, url, body):
        """Headers that prove who sent it."""
        return {}

    def accepts(self, delivered):
        """Whether the provider takes this for an answer and stops trying."""
        return 200 <= delivered.status < 300

    def post(self, body, content_type="application/json", url=None, headers=None):
        """Call the hook until it takes it, as often as the provider would."""
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        url = url or self.hook_url
        self._last_post = body, content_type, url
        for attempt, pause in enumerate((*self.retry_pauses, None), start=1):
            signed = self.sign("POST", url, body) if headers is None else headers
            found = self.ask(
                "POST", url, body, {"Content-Type": content_type, **signed}
            )
            found.attempts = attempt
            if self.accepts(found) or pause is None:
                break
            time.sleep(pause)
        self.deliveries.append(found)
        return found

    def again(self):
        """Send the last request once more, as after an answer that got lost."""
        return self.post(*self._last_post)

    def forge(self, instead_of, by):
        """Send the last request with something changed and the old signature."""
        body, content_type, url = self._last_post
        headers = {"Content-Type": content_type, **self.sign("POST", url, body)}
        forged = body.replace(instead_of.encode(), by.encode())
        return self.ask("POST", url, forged, headers)

    def ask(self, method, url, body=None, headers=None):
        """One request to the shop."""
        request = Request(url, data=body, headers=headers or {}, method=method)
        try:
            with self._opener.open(request, timeout=30) as response:
                return Delivered(response.status, response.read().decode())
        except HTTPError as error:
            return Delivered(error.code, error.read().decode("utf-8", "replace"))
        except (URLError, HTTPException, OSError):
            return Delivered(0)

    def later(self, function, *arguments):
        """Do something after the answer has been given."""
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._background.append(thread)
        thread.start()

    def settle(self):
        """Wait until all that was to be done later is done."""
        while self._background:
            self._background.pop().join(30)

    # --- what the shop asks ---

    def fail_next(self, status, body=None, times=1, headers=None):
        """Answer the next calls of the API with an error."""
        self.faults += [
            (status, body if body is not None else {}, headers or {})
        ] * times

    def answer(self, received):
        """`(status, body)` or `(status, body, headers)`; a dict is sent as JSON."""
        return 404, {}

    def take(self, received):
        with self._lock:
            self.calls.append(received)
            fault = self.faults.pop(0) if self.faults else None
        return fault or self.answer(received)

    def own(self):
        """The number of the shop."""
        return self.own_number

    def seen(self, name):
        """A list that the simulator keeps, for another process."""
        return list(getattr(self, name))

    def calls_of(self, ending):
        return [call for call in self.calls if call.path.endswith(ending)]

    def keep_file(self, content, mimetype, name):
        self.files[name] = (content, mimetype)
        return name


def _handler(simulator):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self):
            received = _read(self)
            if received.path.startswith("/_control/"):
                status, body, headers = _control(simulator, received), None, {}
                status, body = status
            else:
                status, body, headers = (*simulator.take(received), {})[:3]
            if not isinstance(body, bytes):
                headers = {"Content-Type": "application/json", **headers}
                body = json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, *_arguments):
            pass

    return Handler


def _control(simulator, received):
    """Let another process use a method: POST /_control/NAME with its arguments."""
    name = received.path.rpartition("/")[2]
    method = getattr(simulator, name, None)
    if name.startswith("_") or not callable(method):
        return 404, {"error": f"There is no {name}."}
    try:
        found = method(
            *received.json.get("args", ()), **received.json.get("kwargs", {})
        )
    except Exception as error:
        return 500, {"error": f"{type(error).__name__}: {error}"}
    return 200, {"result": _plain(found)}


def _plain(value):
    if hasattr(value, "__dataclass_fields__"):
        return {
            name: _plain(getattr(value, name)) for name in value.__dataclass_fields__
        }
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _read(handler):
    length = int(handler.headers.get("Content-Length") or 0)
    body = handler.rfile.read(length)
    parts = urlsplit(handler.path)
    found = Received(
        handler.command,
        unquote(parts.path),
        dict(parse_qsl(parts.query, keep_blank_values=True)),
        dict(handler.headers.items()),
        body,
    )
    mimetype = handler.headers.get("Content-Type", "")
    if mimetype.startswith("application/json"):
        value = json.loads(body)
        found.json = value if isinstance(value, dict) else {}
    elif mimetype.startswith("application/x-www-form-urlencoded"):
        found.form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    elif mimetype.startswith("multipart/form-data"):
        _read_parts(found, mimetype, body)
    return found


def _read_parts(found, mimetype, body):
    raw = f"Content-Type: {mimetype}\r\n\r\n".encode() + body
    for part in BytesParser(policy=HTTP).parsebytes(raw).iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            found.form[name] = content.decode()
        else:
            found.files[name] = (part.get_filename(), part.get_content_type(), content)
