"""Who is kept out, and that nothing happened when they were."""

import http.client
import itertools
import socket
import ssl
import subprocess

import pytest

from .proxy_process import ORIGIN, ProxyProcess, wait_for

TOKEN = "s3cret-of-till-1"
JSON = {"Content-Type": "application/json"}
EVIL = "https://evil.example"
PULSE = b'{"params": {"data": {"action": "cashbox"}}}'
EPOS_PULSE = (
    b'<epos-print xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">'
    b"<pulse/></epos-print>"
)
DRAWER = "/hw_proxy/default_printer_action"
EPOS = "/cgi-bin/epos/service.cgi?devid=local_printer"


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    process = ProxyProcess(
        tmp_path_factory.mktemp("locked"),
        config=f'hosts = ["till1.shop.test"]\n[tokens]\ntill1 = "{TOKEN}"\n',
        arguments=["--virtual"],
    )
    yield process.start()
    process.kill()


def _allows(answer):
    return answer.headers.get("Access-Control-Allow-Origin")


def test_foreign_page_gets_nothing(proxy):
    before = len(proxy.pulses())
    for path, body, headers in (
        (DRAWER, PULSE, JSON),
        ("/v1/drawer", b"{}", JSON),
        (EPOS, EPOS_PULSE, {"Content-Type": "text/plain"}),
    ):
        for origin in (EVIL, "null", ORIGIN + ".evil.example", "http://127.0.0.1"):
            answer = proxy.request("POST", path, body, headers, origin=origin)
            assert answer.status == 403
            assert _allows(answer) is None
    assert proxy.request("GET", "/hw_proxy/hello", origin=EVIL).status == 403
    assert len(proxy.pulses()) == before


def test_request_without_origin_is_none_of_a_browser_page(proxy):
    before = len(proxy.pulses())
    assert proxy.request("POST", DRAWER, PULSE, JSON, origin=None).status == 403
    assert proxy.request("POST", EPOS, EPOS_PULSE, origin=None).status == 403
    assert len(proxy.pulses()) == before


def test_rebound_name_is_refused(proxy):
    for host in ("evil.example:8073", "127.0.0.1.evil.example", "localhost.evil", ""):
        answer = proxy.request("GET", "/hw_proxy/hello", headers={"Host": host})
        assert answer.status in (400, 403)
    for host in ("localhost:8073", "127.0.0.1:1", "[::1]:8073", "192.168.1.5"):
        answer = proxy.request("GET", "/hw_proxy/hello", headers={"Host": host})
        assert answer.status == 200


def test_own_name_can_be_allowed(locked):
    path = f"/k/{TOKEN}/hw_proxy/hello"
    allowed = locked.request("GET", path, headers={"Host": "till1.shop.test:8073"})
    assert allowed.status == 200
    other = locked.request("GET", path, headers={"Host": "till2.shop.test"})
    assert other.status == 403


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""],
)
def test_forms_cannot_reach_devices(proxy, content_type):
    """These types need no permission, so any page could send them."""
    before = len(proxy.pulses())
    headers = {"Content-Type": content_type}
    assert proxy.request("POST", DRAWER, PULSE, headers).status == 415
    assert proxy.request("POST", "/v1/drawer", b"{}", headers).status == 415
    assert len(proxy.pulses()) == before


def test_reading_never_acts(proxy):
    for path in ("/v1/drawer", DRAWER, EPOS, "/v1/test"):
        assert proxy.request("GET", path).status in (200, 404, 405)
    assert proxy.request("HEAD", "/hw_proxy/hello").status == 200


def test_preflight(proxy):
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    answer = proxy.request("OPTIONS", DRAWER, headers=asked)
    assert answer.status == 204
    assert _allows(answer) == ORIGIN
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
    assert answer.headers["Vary"] == "Origin"
    refused = proxy.request("OPTIONS", DRAWER, headers=asked, origin=EVIL)
    assert refused.status == 403
    assert _allows(refused) is None


def test_errors_can_be_read_by_the_page(proxy):
    """Without the header the browser hides even the reason."""
    assert _allows(proxy.post("/v1/print", {})) == ORIGIN
    assert _allows(proxy.request("GET", "/nosuch")) == ORIGIN


def test_secret_is_needed(locked):
    for prefix in ("", "/k/wrong-wrong-wrong", f"/k/{TOKEN}x", "/k"):
        assert locked.request("GET", f"{prefix}/hw_proxy/hello").status in (403, 404)
        answer = locked.post(f"{prefix}{DRAWER}", PULSE)
        assert answer.status in (403, 404)
        assert locked.request("POST", f"{prefix}{EPOS}", EPOS_PULSE).status in (
            403,
            404,
        )
    assert locked.pulses() == []


def test_secret_in_the_path_or_the_header_opens(locked):
    assert locked.rpc("handshake", prefix=f"/k/{TOKEN}") is True
    assert locked.rpc("handshake", prefix=f"/k/{TOKEN}/kitchen") is True
    headers = {"X-Till-Token": TOKEN}
    answer = locked.post("/v1/status", {}, headers=headers)
    assert answer.status == 200
    # With the secret, programs that are no browser may call too.
    answer = locked.post("/v1/status", {}, headers=headers, origin=None)
    assert answer.status == 200
    # The secret does not make a foreign page welcome.
    answer = locked.post("/v1/status", {}, headers=headers, origin=EVIL)
    assert answer.status == 403


def test_secret_of_strange_letters_is_wrong(locked):
    headers = {"X-Till-Token": b"\xff\xfe secret"}
    assert locked.post("/v1/status", {}, headers=headers).status == 403
    assert locked.request("GET", "/k/%FF%C3%A4/hw_proxy/hello").status in (403, 404)
    assert "Traceback" not in locked.log


@pytest.mark.parametrize(
    ("path", "origin", "content_type"),
    [
        (f"/k/{TOKEN}/v1/drawer", EVIL, "application/json"),
        (f"/k/{TOKEN}/v1/drawer", ORIGIN, "text/plain"),
        (f"/k/{TOKEN}x/v1/drawer", ORIGIN, "application/json"),
        (f"/%6b/{TOKEN}/v1/drawer", ORIGIN, "text/plain"),
        (f"//k/{TOKEN}/v1/drawer", ORIGIN, "application/json"),
        (f"/k/{TOKEN}%0aforged/v1/drawer", ORIGIN, "text/plain"),
    ],
)
def test_secret_is_not_in_the_log(locked, path, origin, content_type):
    """Nor can a path write lines of its own into it."""
    before = locked.log.count("Refused POST")
    headers = {"Content-Type": content_type}
    answer = locked.request("POST", path, b"{}", headers, origin=origin)
    assert answer.status in (403, 404, 415)
    assert locked.log.count("Refused POST") == before + 1
    assert TOKEN not in locked.log
    assert "\nforged" not in locked.log


def test_journal_names_the_till(locked):
    locked.post(f"/k/{TOKEN}{DRAWER}", PULSE)
    log = locked.post(f"/k/{TOKEN}/v1/drawer/log", {}).json
    assert log["pulses"][0]["client"] == "till1"


def test_large_body_is_refused(proxy):
    body = b'{"params": {"data": "' + b"x" * (11 * 1024 * 1024) + b'"}}'
    answer = proxy.post(DRAWER, body)
    assert answer.json["error"]["data"]["name"] == "hardware_proxy.too_large"
    assert proxy.rpc("handshake") is True


def test_drawer_cannot_be_rattled(make_proxy):
    proxy = make_proxy(
        config="drawer_min_interval = 0.0\ndrawer_per_minute = 3\n",
        arguments=["--virtual"],
    )
    answers = [proxy.v1("drawer", reason="test") for _ in range(6)]
    assert [a.get("outcome") for a in answers[:3]] == ["opened"] * 3
    assert {a["error"]["code"] for a in answers[3:]} == {"not_now"}
    assert len(proxy.pulses()) == 3
    outcomes = [p["outcome"] for p in proxy.v1("drawer/log")["pulses"]]
    assert outcomes == ["refused"] * 3 + ["opened"] * 3


def test_second_pulse_at_once_is_one_opening(make_proxy):
    proxy = make_proxy(config="drawer_min_interval = 3600.0\n", arguments=["--virtual"])
    outcomes = [proxy.v1("drawer")["outcome"] for _ in range(3)]
    assert outcomes == ["opened", "merged", "merged"]
    assert len(proxy.pulses()) == 1


def test_paths_cannot_leave_their_place(proxy):
    for path in (
        "/..%2f..%2fetc/passwd",
        "/K/x/hw_proxy/hello",
        "/a/b/c/hw_proxy/hello",
    ):
        assert proxy.request("GET", path).status in (400, 403, 404)


def test_port_scan_garbage_does_not_stop_the_service(proxy):
    for junk in (b"\x00" * 100, b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nHost: \r\n\r\n"):
        with socket.create_connection(("127.0.0.1", proxy.port)) as line:
            line.sendall(junk)
            line.settimeout(0.5)
            try:
                for _ in itertools.repeat(None, 3):
                    if not line.recv(1000):
                        break
            except OSError:
                pass
    assert proxy.rpc("handshake") is True


def _is_closed(line):
    """Whether the service hung up; the line does not block."""
    try:
        return line.recv(1000) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _say(proxy, text):
    line = socket.create_connection(("127.0.0.1", proxy.port))
    line.sendall(text.encode())
    line.setblocking(False)
    return line


HEAD = (
    f"POST /hw_proxy/scanner HTTP/1.1\r\nHost: localhost\r\nOrigin: {ORIGIN}\r\n"
    "Content-Type: application/json\r\n"
)


def test_callers_that_do_not_finish_are_hung_up_on(make_proxy):
    proxy = make_proxy(
        config="request_timeout = 0.5\n",
        arguments=["--virtual"],
    )
    # A till that waits for a scan has said all it had to say.
    waiting = _say(proxy, HEAD + "Content-Length: 2\r\n\r\n{}")
    half = [
        _say(proxy, text)
        for text in (
            "",
            "PO",
            HEAD,
            HEAD + "Content-Length: 9000000\r\n\r\n{",
            HEAD + "Transfer-Encoding: chunked\r\n\r\n2\r\n{",
            "GET /hw_proxy/hello HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hw_pr",
        )
    ]
    for line in half:
        wait_for(lambda line=line: _is_closed(line), "the end of half a request")
        line.close()
    proxy.v1("virtual", scan="6412345678901")
    waiting.settimeout(20)
    answer = b""
    while b"6412345678901" not in answer:
        answer += waiting.recv(1000) or pytest.fail("The waiting till was cut off.")
    waiting.close()


def test_body_that_is_not_what_it_says_is_refused(proxy):
    headers = {"Content-Encoding": "gzip"}
    answer = proxy.post("/v1/status", b"no gzip", headers=headers)
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_request")
    for charset in ("bogus", "utf-16", "latin-1"):
        headers = {"Content-Type": f"application/json; charset={charset}"}
        answer = proxy.post("/v1/status", {}, headers=headers)
        assert (answer.status, answer.json["error"]["code"]) == (415, "bad_request")
    answer = proxy.post("/v1/jobs", b'{"limit": ' + b"9" * 5000 + b"}")
    assert answer.status == 400
    assert proxy.rpc("handshake") is True


def test_https_with_a_certificate_of_its_own(make_proxy, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-keyout", str(key), "-out", str(certificate), "-subj", "/CN=till"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    proxy = make_proxy(
        config='tls_certificate = "certificate.pem"\ntls_key = "key.pem"\n',
        arguments=["--virtual"],
    )
    context = ssl.create_default_context(cafile=certificate)
    line = http.client.HTTPSConnection("127.0.0.1", proxy.port, context=context)
    line.request("GET", "/hw_proxy/hello", headers={"Origin": ORIGIN})
    assert line.getresponse().read() == b"ping"
    line.close()
