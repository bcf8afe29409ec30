from odoo.tests import BaseCase, tagged

from ..tools import calling, reading
from ..tools.channel import HttpAnswer, Request, SendError, Unreadable


@tagged("post_install", "-at_install")
class TestChannel(BaseCase):
    """What adapters look into strangers' words with."""

    def test_texts_can_be_stored(self):
        for value, expected in (
            ("Hei 🪑", "Hei 🪑"),
            ("a\0b", "ab"),
            ("\ud83e\ude91", "🪑"),
            ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
            (5, "5"),
            (10**50, ""),
            (True, ""),
            (1.5, ""),
            (None, ""),
            ([], ""),
        ):
            self.assertEqual(reading.text(value), expected)
        self.assertEqual(reading.line(" a\r\n\tb\x7f\u202e "), "a b")
        self.assertEqual(reading.line("x" * 500), "x" * 200)

    def test_paths_may_lead_nowhere(self):
        value = {"a": [{"b": "c"}], "d": "e"}
        self.assertEqual(reading.dig(value, "a", 0, "b"), "c")
        self.assertEqual(reading.dig(value, "a", -1, "b"), "c")
        for path in (("x",), ("a", 1), ("a", "b"), ("d", "e"), ("d", 0), ("a", -2)):
            self.assertIsNone(reading.dig(value, *path))
        self.assertEqual(reading.rows(value, "d"), [])

    def test_numbers_and_times_have_limits(self):
        for value in (None, True, "", "1e9", "\u0661", [], float("nan"), 10**41, "1_0"):
            self.assertIsNone(reading.number(value), value)
        self.assertEqual(reading.number("-12.5"), -12.5)
        self.assertEqual(reading.seconds("1749416383"), 1749416383)
        self.assertEqual(reading.seconds(1458692752478, unit=1000), 1458692752.478)
        for value in (0, -5, 4102444800, 253402300799, 10**15, "soon", None):
            self.assertIsNone(reading.seconds(value))
        self.assertEqual(reading.iso_seconds("2018-02-02T22:25:27.5Z"), 1517610327.5)
        self.assertEqual(reading.iso_seconds("1970-01-01T00:00:01"), 1)
        for value in ("", "0001-01-01T00:00:00+14:00", "9999-12-31T12:00:00", 5):
            self.assertIsNone(reading.iso_seconds(value), value)

    def test_ids_are_whole_or_none(self):
        self.assertEqual(reading.make_id("a", "b"), "a:b")
        self.assertIsNone(reading.make_id("a", ""))
        self.assertIsNone(reading.make_id("a", "x" * 511))

    def test_texts_are_compared_whatever_they_are(self):
        self.assertTrue(reading.same_as_any("b", ["a", "b"]))
        self.assertFalse(reading.same_as_any("b", []))
        self.assertFalse(reading.same_as_any("\ud800", ["a", "\u00e4"]))

    def test_addresses_that_may_be_called(self):
        bases = ["https://api.example.com/v1", "http://127.0.0.1:8081"]
        for url in (
            "https://api.example.com/x",
            "https://api.example.com:443/x",
            "https://API.example.com/x",
            "http://127.0.0.1:8081/x",
            "https://cdn.media.example.org/x",
            "https://media.example.org",
        ):
            self.assertTrue(calling.is_at(url, bases, ["media.example.org"]), url)
        for url in (
            "http://api.example.com/x",
            "https://api.example.com:8443/x",
            "http://127.0.0.1:8082/x",
            "http://127.0.0.1/x",
            "http://media.example.org/x",
            "https://media.example.org:444/x",
            "https://evilmedia.example.org/x",
            "https://media.example.org.evil.example/x",
            "https://media.example.org@evil.example/x",
            "https://user:pw@media.example.org/x",
            "https://evil.example\\@media.example.org/x",
            "https://evil.example#@media.example.org/x",
            "https://evil.example/https://media.example.org",
            "https://media.example.org\n.evil.example/",
            " https://media.example.org/",
            "//media.example.org/x",
            "ftp://media.example.org/x",
            "file:///etc/passwd",
            "https://[::1]/x",
            "https://[",
            "https://media.example.org:99999/",
            "",
            None,
        ):
            self.assertFalse(calling.is_at(url, bases, ["media.example.org"]), url)

    def _download(self, url, *answers, headers=None):
        calls, waiting = [], list(answers)

        def transport(call):
            calls.append(call)
            return waiting.pop(0)

        generator = calling.download(url, ["https://a.example"], ["b.example"], headers)
        return calling.run(generator, transport), calls

    def test_token_goes_to_the_base_alone(self):
        token = {"Authorization": "Bearer x"}
        file, calls = self._download(
            "https://a.example/1",
            HttpAnswer(302, {"location": "https://b.example/dir/o%20k.pdf?x=1"}, b""),
            HttpAnswer(200, {"content-type": "application/pdf; a=b"}, b"1"),
            headers=token,
        )
        self.assertEqual([call.headers for call in calls], [token, {}])
        self.assertEqual((file.name, file.mimetype), ("o k.pdf", "application/pdf"))

    def test_redirects_have_an_end_and_lead_nowhere_else(self):
        loop = HttpAnswer(302, {"Location": "/1"}, b"")
        with self.assertRaisesRegex(SendError, "round in circles"):
            self._download("https://a.example/1", *[loop] * 9)
        for place in ("http://a.example/", "https://c.example/", "http://[", ""):
            away = HttpAnswer(302, {"Location": place}, b"")
            with self.assertRaises(SendError):
                self._download("https://a.example/1", *[away] * 9)

    def test_long_texts_are_cut_between_words(self):
        self.assertEqual(reading.pieces("", 5), [])
        self.assertEqual(reading.pieces("  short ", 10), ["short"])
        self.assertEqual(reading.pieces("aaa bbb ccc", 7), ["aaa bbb", "ccc"])
        self.assertEqual(
            reading.pieces("aaaa\n\nbb cc", 9), ["aaaa", "bb cc"], "paragraphs first"
        )
        self.assertEqual(reading.pieces("x" * 12, 5), ["x" * 5, "x" * 5, "xx"])
        emoji = reading.pieces("🪑" * 10, 10, lambda text: len(text.encode()))
        self.assertEqual(emoji, ["🪑🪑"] * 5)
        words = "sana " * 5000
        self.assertEqual(" ".join(reading.pieces(words, 100)), words.strip())

    def test_bodies_that_are_no_objects(self):
        for body in (b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"1" * 5000):
            with self.assertRaises(Unreadable):
                _value = Request("POST", "https://a/", {}, body).json
        self.assertEqual(HttpAnswer(200, {}, b"[1]").json, {})
