"""Counts of passed and failed tests by layer, from JUnit files and single checks."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

from .console import say

# Which layer a test of an addon belongs to, by the name of its file.
LAYERS = (
    (re.compile(r"\.test_\w*(engine|vector)\w*"), "engines"),
    (re.compile(r"\.test_\w*hoot\w*"), "hoot"),
    (re.compile(r"\.test_\w*(tour|_ui|frontend|browser)\w*"), "browser"),
)


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = field(default_factory=list)

    def add(self, outcome, name=""):
        setattr(self, outcome, getattr(self, outcome) + 1)
        if outcome == "failed":
            self.failures.append(name)


class Results:
    """Counts by layer, in the order in which the layers were first seen."""

    def __init__(self):
        self.layers = {}

    def count(self, layer):
        return self.layers.setdefault(layer, Count())

    def add(self, layer, name, passed):
        self.count(layer).add("passed" if passed else "failed", name)

    def add_junit(self, layer, path):
        """Add what pytest wrote; a run that wrote nothing failed as a whole."""
        try:
            cases = list(ElementTree.parse(path).iter("testcase"))  # noqa: S314
        except (OSError, ElementTree.ParseError):
            self.add(layer, f"{layer}: pytest ended without a report", False)
            return
        for case in cases:
            name = f"{case.get('classname')}.{case.get('name')}"
            tags = {child.tag for child in case}
            outcome = "passed"
            if tags & {"failure", "error"}:
                outcome = "failed"
            elif "skipped" in tags:
                outcome = "skipped"
            self.count(self._layer(layer, name)).add(outcome, name)

    @staticmethod
    def _layer(layer, name):
        if layer != "odoo":
            return layer
        return next((found for pattern, found in LAYERS if pattern.search(name)), layer)

    def total(self, outcome):
        return sum(getattr(count, outcome) for count in self.layers.values())

    def report(self):
        """Print the table and the closing line; return the command's exit code."""
        failures = [name for count in self.layers.values() for name in count.failures]
        if failures:
            say("\nFailed:")
            for name in failures:
                say(f"  {name}")
        say()
        for layer, count in self.layers.items():
            skipped = f"{count.skipped:>5} skipped" if count.skipped else ""
            say(
                f"  {layer:<10}{count.passed:>5} passed {count.failed:>5} failed {skipped}"
            )
        passed, failed = self.total("passed"), self.total("failed")
        skipped = self.total("skipped")
        line = f"{passed} passed, {failed} failed"
        say(f"{line}, {skipped} skipped" if skipped else line)
        return 1 if failed or not passed else 0
