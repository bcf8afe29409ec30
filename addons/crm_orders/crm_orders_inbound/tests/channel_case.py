"""Tests that every adapter of a provider has to pass, driven by its vectors.

A file of vectors is a list of objects:

    name, source    what it is and where it was published
    body            what the provider posts: an object as JSON, or
    form            an object as form fields, or
    query           nothing but an address
    settings        settings beyond those of the test
    ids             what `split` says; left out where it does not matter
    things          what `read` says of each thing: its class as `is`, and attributes,
                    where "person.name" looks into one and handles are lists
    answer          what the provider hears, where that matters
"""

import copy
import json
import random
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import hypothesis
from hypothesis import strategies

from ..tools.calling import run
from ..tools.channel import (
    Call,
    Contact,
    Ignored,
    Lead,
    Message,
    Refused,
    Request,
    SendError,
    Settings,
    Status,
    Unreadable,
)
from ..tools.reading import dig

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
URL = "https://shop.example.com/crm_orders/v1/hook/token"
RESULTS = (Call, Contact, Ignored, Lead, Message, Status)
# What might stand anywhere instead of what belongs there.
HOSTILE = (
    None,
    True,
    -1,
    0,
    1.5,
    1e300,
    float("inf"),
    float("nan"),
    10**60,
    -(10**4000),
    "",
    "\ud800",
    "a\0b",
    "1" * 400,
    "../../etc/passwd",
    "<img src=x onerror=alert(1)>",
    [],
    [None],
    [[[]]],
    ["text"],
    {},
    {"id": {}},
    {"": None},
)
# Bodies that are no message whatever the provider.
BROKEN = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"[{}]",
    b'"text"',
    b"{}",
    b'{"a": 1}',
    b"\xff\xfe\x00",
    b'{"text": "\xff"}',
    b"[" * 100_000,
    b'{"entry":' * 50_000,
    b"1" * 5_000,
    b'{"update_id": ' + b"9" * 5_000 + b"}",
    b"\xef\xbb\xbf{}",
    b"a=1&a=2&%zz",
    b"%ff=%ff",
)


def load(module_file, name):
    """Vectors beside a test file."""
    path = Path(module_file).parent / "vectors" / f"{name}.json"
    return json.loads(path.read_text())


class ChannelTests:
    """To be mixed into a test case; `adapter`, `vectors` and `values` belong to it."""

    adapter = None
    vectors = ()
    values = {}
    # Settings that are used for signing, by their name.
    signed_by = ""

    def sign(self, request, secret):
        """`request` as the provider would sign it with `secret`."""
        raise NotImplementedError

    def settings(self, previous=None, **values):
        return Settings({**self.values, **values}, previous)

    def request(self, vector, secret=None):
        query = vector.get("query")
        url = f"{URL}?{query}" if query else URL
        headers = dict(vector.get("headers", {}))
        body, method = b"", vector.get("method", "POST")
        if "body" in vector:
            body = json.dumps(vector["body"]).encode()
            headers.setdefault("Content-Type", JSON_TYPE)
        elif "form" in vector:
            body = urlencode(vector["form"], doseq=True).encode()
            headers.setdefault("Content-Type", FORM_TYPE)
        else:
            method = vector.get("method", "GET")
        request = Request(method, url, headers, body, vector.get("received", 0.0))
        if secret is None:
            secret = self.values[self.signed_by]
        return self.sign(request, secret)

    def read_all(self, request, settings):
        """Everything that a request says; what cannot be read is an `Unreadable`."""
        self.adapter.verify(request, settings)
        found = []
        for index, _external_id in enumerate(self.adapter.split(request)):
            try:
                found.append(self.adapter.read(request, index, settings))
            except Unreadable as error:
                found.append(error)
        return found

    def code(self, request, settings):
        """Why a request is refused."""
        with self.assertRaises(Refused) as caught:
            self.adapter.verify(request, settings)
        self.assertIn(caught.exception.status, (401, 403, 404))
        return caught.exception.code

    def drive(self, generator, *answers):
        """Run a generator on prepared answers; returns its result and its calls."""
        calls, waiting = [], list(answers)

        def transport(call):
            calls.append(call)
            return waiting.pop(0)

        result = run(generator, transport)
        self.assertFalse(waiting, "not every answer was asked for")
        return result, calls

    def fault(self, generator, *answers):
        """The error that a generator ends with on prepared answers."""
        with self.assertRaises(SendError) as caught:
            self.drive(generator, *answers)
        for spec in self.adapter.settings:
            if spec.secret and len(self.values.get(spec.name, "")) > 3:
                self.assertNotIn(self.values[spec.name], str(caught.exception))
        return caught.exception

    # --- the provider's own payloads ---

    def test_vectors(self):
        self.assertTrue(self.vectors)
        for vector in self.vectors:
            with self.subTest(vector["name"]):
                settings = self.settings(**vector.get("settings", {}))
                request = self.request(vector)
                found = self.read_all(request, settings)
                self.assertEqual(len(found), len(vector["things"]), found)
                for thing, expected in zip(found, vector["things"], strict=True):
                    self._compare(thing, expected)
                if "ids" in vector:
                    self.assertEqual(self.adapter.split(request), vector["ids"])
                answer = self.adapter.answer(request, settings)
                self.assertEqual(answer.status, 200)
                if "answer" in vector:
                    self.assertEqual(answer.body, vector["answer"])

    def _compare(self, thing, expected):
        self.assertEqual(type(thing).__name__, expected["is"], thing)
        for path, value in expected.items():
            if path == "is":
                continue
            found = thing
            for step in path.split("."):
                found = getattr(found, step)
            self.assertEqual(_plain(found), value, path)

    def test_ids_are_the_same_again_and_differ(self):
        seen = {}
        for vector in self.vectors:
            request = self.request(vector)
            ids = self.adapter.split(request)
            self.assertEqual(ids, self.adapter.split(self.request(vector)))
            for one in filter(None, ids):
                self.assertLessEqual(len(one), 512)
                self.assertNotIn(one, seen, f"{vector['name']}, {seen.get(one)}")
                seen[one] = vector["name"]

    def test_sample_passes(self):
        settings = self.settings()
        sample = self.adapter.sample(settings, 17)
        if sample is not None:
            self.assertTrue(self.read_all(sample, settings))

    # --- who may send ---

    def test_wrong_secret_is_refused(self):
        for vector in self.vectors:
            request = self.request(vector, "another-secret-than-ours")
            self.code(request, self.settings())

    def test_nothing_passes_while_no_secret_is_set(self):
        for vector in self.vectors:
            unset = self.settings(**{self.signed_by: ""})
            self.code(self.request(vector), unset)
            empty = self.sign(replace(self.request(vector), headers={}), "")
            self.code(empty, unset)

    def test_secret_before_is_still_accepted(self):
        old = self.values[self.signed_by]
        for vector in self.vectors:
            values = {**vector.get("settings", {}), self.signed_by: "new-secret"}
            settings = self.settings({self.signed_by: [old]}, **values)
            self.adapter.verify(self.request(vector), settings)

    # --- what nobody should send ---

    def test_broken_bodies_are_unreadable(self):
        settings = self.settings()
        for body in BROKEN:
            for mimetype in (JSON_TYPE, FORM_TYPE, "text/plain", ""):
                self._try(body, mimetype, settings)

    def test_truncated_bodies(self):
        settings = self.settings()
        for vector in self.vectors:
            request = self.request(vector)
            mimetype = request.header("Content-Type")
            for place in range(0, len(request.body), 1 + len(request.body) // 40):
                self._try(request.body[:place], mimetype, settings)

    def test_wrong_types_at_every_level(self):
        settings = self.settings()
        for vector in self.vectors:
            if "body" not in vector:
                continue
            for path in _paths(vector["body"]):
                for value in HOSTILE:
                    body = _changed(vector["body"], path, value)
                    self._try(_dump(body), JSON_TYPE, settings)

    def test_wrong_values_of_every_field(self):
        settings = self.settings()
        texts = [value for value in HOSTILE if isinstance(value, str)]
        for vector in self.vectors:
            for name in vector.get("form", {}):
                for value in (*texts, "-1", "1e999", "9" * 30, "\u20ac", "\r\nA: b"):
                    form = {**vector["form"], name: value}
                    body = urlencode(form, doseq=True, errors="replace").encode()
                    self._try(body, FORM_TYPE, settings)

    def test_any_structure(self):
        """The provider's own names in any order and depth, with values of any kind."""
        names = sorted(
            {
                step
                for vector in self.vectors
                for path in _paths(vector.get("body", vector.get("form", {})))
                for step in path
                if isinstance(step, str)
            }
        )
        leaves = strategies.one_of(
            strategies.none(),
            strategies.booleans(),
            strategies.integers(),
            strategies.floats(),
            strategies.text(max_size=20),
            strategies.sampled_from(names) if names else strategies.none(),
        )
        values = strategies.recursive(
            leaves,
            lambda inner: strategies.one_of(
                strategies.lists(inner, max_size=4),
                strategies.dictionaries(
                    strategies.sampled_from(names or ["a"]), inner, max_size=6
                ),
            ),
            max_leaves=40,
        )
        settings = self.settings()
        base = [vector["body"] for vector in self.vectors if "body" in vector] or [{}]

        @hypothesis.settings(
            max_examples=150, deadline=None, derandomize=True, database=None
        )
        @hypothesis.given(
            strategies.sampled_from(base),
            strategies.dictionaries(
                strategies.sampled_from(names or ["a"]), values, max_size=6
            ),
        )
        def check(body, changes):
            self._try(_dump({**body, **changes}), JSON_TYPE, settings)

        check()

    def test_random_changes(self):
        """Several changes at once; the seed makes every run the same."""
        settings = self.settings()
        chance = random.Random(7)
        bodies = [vector["body"] for vector in self.vectors if "body" in vector]
        for _round in range(300 if bodies else 0):
            body = copy.deepcopy(chance.choice(bodies))
            for _change in range(chance.randint(2, 6)):
                path = chance.choice(list(_paths(body)))
                body = _changed(body, path, chance.choice(HOSTILE))
            self._try(_dump(body), JSON_TYPE, settings)

    def _try(self, body, mimetype, settings):
        """Nothing but `Refused` and `Unreadable` comes out, or what can be stored."""
        headers = {"Content-Type": mimetype}
        request = self.sign(
            Request("POST", URL, headers, body, 0.0), self.values[self.signed_by]
        )
        try:
            self.adapter.handshake(request, settings)
            self.adapter.verify(request, settings)
            ids = self.adapter.split(request)
        except (Refused, Unreadable):
            return
        for one in filter(None, ids):
            self.assertLessEqual(len(one), 512)
            self._check_storable(one)
        for index in range(-1, len(ids) + 1):
            try:
                found = self.adapter.read(request, index, settings)
            except Unreadable:
                continue
            self.assertIsInstance(found, RESULTS)
            self.assertTrue(0 <= index < len(ids))
            self._check_storable(found)
        self.adapter.answer(request, settings)

    def _check_storable(self, value):
        if isinstance(value, str):
            value.encode()
            self.assertNotIn("\0", value)
        elif isinstance(value, bool):
            pass
        elif isinstance(value, (int, float)):
            self.assertTrue(abs(value) < 10**40, value)
        elif isinstance(value, (list, tuple)):
            for item in value:
                self._check_storable(item)
        elif isinstance(value, dict):
            self._check_storable([*value, *value.values()])
        elif is_dataclass(value):
            for item in fields(value):
                self._check_storable(getattr(value, item.name))
        else:
            self.assertIsNone(value)


class SignedBodyTests(ChannelTests):
    """For those that sign the body, or the address and the body."""

    def test_changed_body_is_refused(self):
        settings = self.settings()
        for vector in self.vectors:
            request = self.request(vector)
            for place in range(0, len(request.body), 1 + len(request.body) // 20):
                body = bytearray(request.body)
                body[place] ^= 1
                self.code(replace(request, body=bytes(body)), settings)
            if request.body:
                self.code(replace(request, body=request.body[:-1]), settings)
                self.code(replace(request, body=request.body + b"&a=1"), settings)

    def test_unsigned_is_refused(self):
        settings = self.settings()
        for vector in self.vectors:
            request = self.request(vector)
            kept = {"Content-Type": request.header("Content-Type")}
            bare = replace(request, headers=kept)
            self.assertEqual(self.code(bare, settings), "unsigned")


def _plain(value):
    if is_dataclass(value):
        return [getattr(value, item.name) for item in fields(value)]
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _paths(value, path=()):
    """Paths of everything within a JSON value."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths(inner, (*path, place))


def _changed(value, path, new):
    """A copy with another value at a path; the path may be gone by now."""
    found = copy.deepcopy(value)
    parent = dig(found, *path[:-1]) if len(path) > 1 else found
    if isinstance(parent, dict) or (
        isinstance(parent, list) and path[-1] < len(parent)
    ):
        parent[path[-1]] = new
    return found


def _dump(body):
    try:
        return json.dumps(body).encode()
    except ValueError:
        # A number with more digits than Python writes.
        return json.dumps(body, default=str, skipkeys=True).encode()
