"""Our own interface."""

import threading

import pytest
from PIL import Image

from .pictures import encoded, numbered, png, read_number

PICTURE = encoded(png(numbered(1)))


def _print(proxy, job_id, number, **more):
    return proxy.v1("print", id=job_id, image=encoded(png(numbered(number))), **more)


def test_number_prints_once(proxy):
    before = set(proxy.pictures())
    first = _print(proxy, "v1-once-1", 40, title="Order 1")
    second = _print(proxy, "v1-once-1", 40, title="Order 1")
    assert (first["state"], first["printed"]) == ("confirmed", True)
    assert {key: second[key] for key in ("id", "state", "printed", "attempts")} == {
        "id": "v1-once-1",
        "state": "confirmed",
        "printed": True,
        "attempts": 1,
    }
    (path,) = set(proxy.pictures()) - before
    assert read_number(Image.open(path)) == 40


def test_number_belongs_to_one_receipt(proxy):
    _print(proxy, "v1-conflict", 41)
    answer = proxy.post(
        "/v1/print", {"id": "v1-conflict", "image": encoded(png(numbered(42)))}
    )
    assert (answer.status, answer.json["error"]["code"]) == (409, "job_conflict")
    other = proxy.post(
        "/v1/print",
        {
            "id": "v1-conflict",
            "image": encoded(png(numbered(41))),
            "printer": "kitchen",
        },
    )
    assert other.status == 409


def test_number_used_on_two_printers_at_once_belongs_to_one(proxy):
    def ask(job_id, printer, answers):
        image = encoded(png(numbered(48)))
        answers.append(
            proxy.post("/v1/print", {"id": job_id, "image": image, "printer": printer})
        )

    for attempt in range(12):
        before, answers = len(proxy.pictures()), []
        threads = [
            threading.Thread(target=ask, args=(f"v1-two-{attempt}", name, answers))
            for name in ("receipt", "kitchen")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(answer.status for answer in answers) == [200, 409]
        assert len(proxy.pictures()) == before + 1


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("print", {}, 400),
        ("print", {"id": "short", "image": "AAAA"}, 400),
        ("print", {"id": "x" * 65, "image": "AAAA"}, 400),
        ("print", {"id": "job;drop table", "image": "AAAA"}, 400),
        ("print", {"id": 12345678, "image": "AAAA"}, 400),
        ("print", {"id": "v1-bad-0001", "image": "AAAA"}, 400),
        ("print", {"id": "v1-bad-0001", "image": 5}, 400),
        ("print", {"id": "v1-bad-0001", "image": "", "printer": "nosuch"}, 404),
        ("print", {"id": "v1-bad-0001", "image": "", "printer": ["x"]}, 400),
        ("print", {"id": "v1-bad-01", "image": PICTURE, "wait": "x"}, 400),
        ("jobs", {"limit": 0}, 400),
        ("jobs", {"limit": True}, 400),
        ("jobs", {"states": ["queued", "' OR 1=1"]}, 400),
        ("jobs", {"states": "queued"}, 400),
        ("jobs", {"dismissed": "yes"}, 400),
        ("jobs/retry", {"id": "nosuch-job-1"}, 404),
        ("jobs/dismiss", {"id": "nosuch-job-1"}, 409),
        ("drawer", {"reason": "x" * 1000}, 400),
        ("drawer", {"printer": "nosuch"}, 404),
        ("virtual", {"paper": "gold"}, 400),
        ("virtual", {"weight": "heavy"}, 400),
        ("virtual", {"weight": None}, 400),
        ("virtual", {"cover_open": "no"}, 400),
        ("jobs", {"states": [[]]}, 400),
        ("jobs", {"states": [{}]}, 400),
        # Half a character: JSON can carry it, no file and no journal can.
        ("print", {"id": "v1-bad-02", "image": PICTURE, "title": "\ud800"}, 400),
        ("print", {"id": "v1-bad-02", "image": PICTURE, "printer": "\udfff"}, 400),
        ("jobs", {"printer": "\ud800"}, 400),
        ("jobs/retry", {"id": "nosuch-job-1", "copy_text": "\ud800"}, 400),
    ],
)  # fmt: skip
def test_bad_input_has_a_reason(proxy, path, data, status):
    before = len(proxy.pictures())
    answer = proxy.post(f"/v1/{path}", data)
    assert answer.status == status
    assert set(answer.json["error"]) == {"code", "message"}
    assert answer.json["error"]["message"].endswith((".", "!"))
    assert len(proxy.pictures()) == before


@pytest.mark.parametrize("reason", ["\ud800", "Change\udc00", {"\ud800": 1}])
def test_drawer_stays_shut_for_a_reason_that_cannot_be_written(proxy, reason):
    before = (len(proxy.pulses()), len(proxy.v1("drawer/log", limit=500)["pulses"]))
    answer = proxy.post("/v1/drawer", {"reason": reason})
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_request")
    after = (len(proxy.pulses()), len(proxy.v1("drawer/log", limit=500)["pulses"]))
    assert after == before


def test_whole_characters_of_all_alphabets_are_written(proxy):
    """Both halves of a pair are one character, whichever way it is escaped."""
    assert proxy.v1("drawer", reason="Käteinen 💶")["outcome"] == "opened"
    assert proxy.v1("drawer/log", limit=1)["pulses"][0]["reason"] == "Käteinen 💶"


def test_list_of_jobs(proxy):
    _print(proxy, "v1-list-1", 43, title="Order 43")
    proxy.v1("virtual", paper="out")
    _print(proxy, "v1-list-2", 44)
    proxy.v1("virtual", paper="ok")
    newest = proxy.v1("jobs", limit=2)["jobs"]
    assert [(job["id"], job["state"]) for job in newest] == [
        ("v1-list-2", "failed"),
        ("v1-list-1", "confirmed"),
    ]
    assert newest[0]["message"] == "The printer is out of paper."
    assert newest[1]["title"] == "Order 43"
    failed = proxy.v1("jobs", states=["failed"], limit=1)["jobs"]
    assert [job["id"] for job in failed] == ["v1-list-2"]


def test_failed_job_can_be_retried_from_the_list(proxy):
    proxy.v1("virtual", paper="out")
    _print(proxy, "v1-retry-1", 45)
    proxy.v1("virtual", paper="ok")
    before = set(proxy.pictures())
    answer = proxy.v1("jobs/retry", id="v1-retry-1")
    assert (answer["id"], answer["state"]) == ("v1-retry-1", "confirmed")
    (path,) = set(proxy.pictures()) - before
    # It is the original, not a copy: nothing had been printed.
    assert read_number(Image.open(path)) == 45


def test_reprint_of_a_printed_job_is_marked(proxy):
    _print(proxy, "v1-copy-1", 46)
    before = set(proxy.pictures())
    answer = proxy.v1("jobs/retry", id="v1-copy-1", copy_text="KOPIO")
    assert answer["copy_of"] == "v1-copy-1"
    (path,) = set(proxy.pictures()) - before
    assert Image.open(path).height > 320 + 60 + 24 + 48


def test_dismissed_job_is_no_longer_trouble(proxy):
    proxy.v1("virtual", paper="out")
    _print(proxy, "v1-dismiss-1", 47)
    proxy.v1("virtual", paper="ok")
    assert proxy.v1("jobs/dismiss", id="v1-dismiss-1") == {"dismissed": True}
    open_jobs = proxy.v1("jobs", states=["failed"], dismissed=False, limit=500)["jobs"]
    assert "v1-dismiss-1" not in {job["id"] for job in open_jobs}


def test_status_names_every_printer(proxy):
    status = proxy.v1("status")
    assert status["printer"] == "receipt"
    kitchen = proxy.post("/kitchen/v1/status", {}).json
    assert kitchen["printer"] == "kitchen"
    names = [(p["name"], p["default"], p["drawer"]) for p in status["printers"]]
    assert names == [("receipt", True, True), ("kitchen", False, False)]
    assert status["version"]


def test_test_page(proxy):
    before = set(proxy.pictures())
    assert proxy.v1("test")["printed"] is True
    (path,) = set(proxy.pictures()) - before
    image = Image.open(path)
    left, _, right, _ = image.point(lambda value: 255 - value).getbbox()
    # The ruler runs from edge to edge of the paper.
    assert left <= 24 + 4
    assert right >= 24 + 576 - 4
