"""`make test-core`: Odoo's own suites without our modules and with them unconfigured.

SUITES= takes names of core modules (their Python tests, tours and hoot units) and any
`--test-tags` expression. Whatever passes without us must pass with us.
"""

import json
import os
import re
import subprocess

from . import databases, environments, modules, settings, setup, suites
from .console import Fault, elapsed, say, step
from .settings import LOGS, ROOT, RUN

DEFAULT = "loyalty,sale_loyalty,crm"
HOOT_TEST = re.compile(r'\[HOOT\] Test "([^"]+)" (passed|failed|skipped)')
RUNNER = ROOT / "scripts/devkit/odoo_side/run_suites.py"


def main(_arguments):
    asked = os.environ.get("SUITES") or DEFAULT
    with setup.odoo_with_database_server(with_tests=True) as odoo:
        tags, extra = read_suites(asked, odoo)
        environments.proxy()
        outcomes = {}
        for side, template in templates(odoo, extra).items():
            with step(f"Running {asked} {side} our modules"):
                outcomes[side] = run(odoo, template, tags, side)
        worse = compare(outcomes)
        if worse:
            # A browser test may stumble over a busy machine; a real break repeats.
            with step(f"Running {len(worse)} of them once more with our modules"):
                again = run(odoo, template, only(worse), "again")
            worse = [name for name in worse if again.get(name, "failed") == "failed"]
        return report(outcomes, worse)


def read_suites(asked, odoo):
    """The tag expression of SUITES=, and the core modules it names."""
    tags, names = [], []
    for word in split_tags(asked):
        if not word.replace("_", "").isalnum():
            tags.append(word)
            continue
        folder = odoo.source.module(word)
        if folder is None:
            raise Fault(f"SUITES={word}: Odoo has no module of that name.")
        names.append(word)
        tags.append(f"/{word}")
        if next(folder.glob("static/tests/**/*.test.js"), None):
            tags.append(f"/web:WebSuite.test_unit_desktop[@{word}]")
    return ",".join(tags), names


def split_tags(text):
    """Words between commas, but for commas within brackets."""
    words, depth, word = [], 0, ""
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and not depth:
            words.append(word.strip())
            word = ""
        else:
            word += letter
    return [word for word in [*words, word.strip()] if word]


def templates(odoo, extra):
    """The two databases, by side; the same but for our modules."""
    base = suites.core_template(odoo)
    names = modules.ours()
    if extra:
        key = settings.digest(base, *sorted(extra))
        with_extra = databases.template(
            *("coreplus", key, lambda name: odoo.build(name, extra, base)),
            f"core's database with {', '.join(extra)}",
        )
        base = with_extra
    key = settings.digest(base, *(modules.content_digest(name) for name in names))
    ours = databases.template(
        *("both", key, lambda name: odoo.build(name, names, base)),
        "the same database with our modules",
    )
    return {"without": base, "with": ours}


def run(odoo, template, tags, side):
    result, log = RUN / f"core-{side}.json", LOGS / f"core-{side}.log"
    result.unlink(missing_ok=True)
    # odoo.conf has Odoo load one of our modules before any database is known.
    load = ["--load=base,rpc,web"] if side == "without" else []
    with databases.copy_of(template, "core") as database, log.open("w") as output:
        subprocess.run(
            [odoo.python, RUNNER, result, database, tags]
            + ["--config", "odoo.conf", "--http-port", str(settings.free_port())]
            + ["--log-level=test", "--max-cron-threads=0", *load],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    if not result.exists():
        raise Fault(f"The run {side} our modules ended early; see {log}")
    return {**json.loads(result.read_text()), **hoot_outcomes(log)}


def hoot_outcomes(log):
    """Outcomes of the single JavaScript tests, which are one test to Python."""
    found = HOOT_TEST.findall(log.read_text(errors="replace"))
    return {f"hoot {name}": outcome for name, outcome in found}


def compare(outcomes):
    """Names that pass without our modules and do not with them."""
    return sorted(
        name
        for name, outcome in outcomes["without"].items()
        if outcome == "passed" and outcomes["with"].get(name) != "passed"
    )


def only(names):
    """A tag expression of just these tests."""
    return ",".join(sorted({_tag(name) for name in names}))


def _tag(name):
    if name.startswith("hoot "):
        module = name.removeprefix("hoot @").partition("/")[0]
        return f"/web:WebSuite.test_unit_desktop[@{module}]"
    # "odoo.addons.MODULE.tests.FILE.CLASS.METHOD", or "setUpClass (...FILE.CLASS)".
    path = re.search(r"odoo\.addons\.[\w.]+", name)[0].split(".")
    class_and_method = path[5:7] if len(path) > 6 else path[5:6]
    return f"*/{path[2]}:{'.'.join(class_and_method)}"


def report(outcomes, worse):
    for side in outcomes:
        values = list(outcomes[side].values())
        counts = {word: values.count(word) for word in ("passed", "failed", "skipped")}
        say(f"{side:>8} us: {counts}")
    failed = [
        name for name, outcome in outcomes["without"].items() if outcome == "failed"
    ]
    for name in failed:
        now = outcomes["with"].get(name)
        say(f"  fails without us, {now} with us: {name}")
    for name in worse:
        say(
            f"  passes without us, {outcomes['with'].get(name, 'missing')} with us: {name}"
        )
    say(f"[{elapsed()}] {'No difference.' if not worse else 'We break core.'}")
    passed = list(outcomes["with"].values()).count("passed")
    say(f"{passed} passed, {len(worse)} failed")
    return 1 if worse else 0
