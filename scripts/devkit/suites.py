"""`make test`: lint and every suite, in two lanes for the two cores of a small machine.

MODULES= takes names of our modules, and `hardware_proxy`, `e2e`, `tree` for what is
outside of addons; TAGS= takes an Odoo test tag expression.
"""

import json
import os
import queue
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

from . import databases, environments, lint, modules, services, settings, setup, shop
from .console import Fault, elapsed, say
from .results import Results
from .settings import LOGS, ROOT, RUN

OUTSIDE = ("hardware_proxy", "e2e", "tree")


class Plan:
    """What is to be tested."""

    def __init__(self, names):
        known = [*modules.ours(with_demo=True), *OUTSIDE]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise Fault(
                f"MODULES= knows no {', '.join(unknown)}. Known: {', '.join(known)}"
            )
        self.everything = not names
        chosen = names or known
        addons = [name for name in chosen if name not in OUTSIDE]
        self.demo = [name for name in addons if modules.is_demo(name)]
        self.addons = [name for name in addons if name not in self.demo]
        self.outside = [name for name in chosen if name in OUTSIDE]


def main(_arguments):
    names = os.environ.get("MODULES", "").replace(",", " ").split()
    plan = Plan(names)
    results = Results()
    with setup.odoo_with_database_server(with_tests=True) as odoo:
        environments.proxy(with_tests=True)
        runner = Runner(odoo, plan, results)
        runner.run()
    return results.report()


class Runner:
    """Runs the suites of a plan; each writes its log and its JUnit file to log/."""

    def __init__(self, odoo, plan, results):
        self.odoo = odoo
        self.plan = plan
        self.results = results
        self.adding = threading.Lock()
        self.faults = queue.SimpleQueue()

    def run(self):
        # The first lane needs browsers and a core of its own for long; the second one
        # does all else. Both stop at the first fault, not at the first failed test.
        lanes = (
            [self.run_odoo],
            [self.run_lint, self.run_tree, self.run_proxy, self.run_demo],
        )
        with ThreadPoolExecutor(len(lanes)) as pool:
            for future in [pool.submit(self._lane, lane) for lane in lanes]:
                future.result()

    def _lane(self, suites):
        for suite in suites:
            suite()

    # Suites ------------------------------------------------------------------------

    def run_lint(self):
        names = None if self.plan.everything else self.plan.addons + self.plan.demo
        if names == []:
            return
        for name, passed, output in lint.run(names, self.odoo):
            if not passed:
                say(f"\n{output}")
            self._add("lint", name, passed)
        self._say_layer("lint")

    def run_tree(self):
        if "tree" in self.plan.outside and (ROOT / "tests/tree").is_dir():
            self._pytest(
                "tree",
                self.odoo.python,
                ["-p", "no:odoo", "tests/tree", "tests/scripts", "tests/simulators"],
            )

    def run_proxy(self):
        if "hardware_proxy" in self.plan.outside:
            python = environments.proxy(with_tests=True)
            self._pytest("proxy", python, ["tests"], cwd=ROOT / "hardware_proxy")

    def run_odoo(self):
        if not self.plan.addons:
            return
        names = modules.with_glue(self.plan.addons)
        template = addons_template(self.odoo, names, with_bundles=self.plan.everything)
        self._report_install_log("odoo", template)
        with databases.copy_of(template, "test") as database:
            self._pytest_odoo("odoo", database, self.plan.addons)

    def run_demo(self):
        wants_story = "e2e" in self.plan.outside
        if not (self.plan.demo or wants_story):
            return
        template = demo_template(self.odoo)
        self._report_install_log("demo", template)
        if self.plan.demo:
            with databases.copy_of(template, "demo") as database:
                self._pytest_odoo("demo", database, self.plan.demo)
        if wants_story and not os.environ.get("TAGS"):
            with databases.copy_of(template, "story") as database:
                self._run_story(database)

    def _run_story(self, database):
        port, proxy_port = settings.free_port(), settings.free_port()
        receipts = settings.STATE / "story" / "receipts"
        base, proxy_base = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{proxy_port}"
        shop.set_addresses(port, proxy_port, database)
        with (
            services.odoo_server(
                self.odoo, database, port, name="story-odoo"
            ) as server,
            services.hardware_proxy(proxy_port, port, receipts, "story-proxy") as proxy,
        ):
            services.wait_for(f"{base}/web/health", server)
            services.wait_for(f"{proxy_base}/hw_proxy/hello", proxy)
            stage = {
                "E2E_BASE_URL": base,
                "E2E_DATABASE": database,
                # For tests that start and kill a server of their own.
                "E2E_ODOO_COMMAND": json.dumps(
                    [str(word) for word in services.odoo_command(self.odoo, database)]
                ),
                "E2E_PROXY_URL": proxy_base,
                "E2E_RECEIPTS": str(receipts),
                "E2E_SCREENSHOTS": str(settings.STATE / "story" / "screenshots"),
            }
            for layer, folder in (("story", "e2e"), ("channels", "channels")):
                self._pytest(
                    layer,
                    self.odoo.python,
                    ["-p", "no:odoo", f"tests/{folder}"],
                    **stage,
                )

    # Helpers -----------------------------------------------------------------------

    def _pytest_odoo(self, layer, database, names):
        folders = settings.addons()
        paths = [folders[name] / "tests" for name in names]
        paths = [str(path.relative_to(ROOT)) for path in paths if path.is_dir()]
        if layer == "odoo" and self.plan.everything:
            paths.append("tests/odoo")
        options = ["--odoo-config=odoo.conf", f"--odoo-database={database}"]
        options += ["--odoo-http", "--odoo-log-level=warn", "-p", "devkit.pytest_tags"]
        self._pytest(
            layer,
            self.odoo.python,
            [*options, *paths],
            PYTHONPATH=str(ROOT / "scripts"),
            HARDWARE_PROXY_PYTHON=str(environments.proxy()),
            NODE=str(environments.node(self.odoo.python)),
        )

    def _pytest(self, layer, python, arguments, cwd=ROOT, **environment):
        report, log = RUN / f"junit-{layer}.xml", LOGS / f"test-{layer}.log"
        report.unlink(missing_ok=True)
        say(f"[{elapsed()}] Testing: {layer} ...")
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += [f"--junitxml={report}", *arguments]
        with log.open("w") as output:
            done = subprocess.run(
                [str(word) for word in command],
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
                check=False,
            )
        # 5 = nothing was selected, which TAGS= may well mean.
        if done.returncode not in (0, 5):
            say(log.read_text(errors="replace")[-12000:])
        if done.returncode != 5:
            with self.adding:
                self.results.add_junit(layer, report)
        self._say_layer(layer)

    def _report_install_log(self, layer, template):
        problems = install_problems(template)
        for line in problems:
            say(line)
        self._add(layer, f"installation of {template} without warnings", not problems)

    def _add(self, layer, name, passed):
        with self.adding:
            self.results.add(layer, name, passed)

    def _say_layer(self, layer):
        count = self.results.count(layer)
        say(f"[{elapsed()}]   {layer}: {count.passed} passed, {count.failed} failed")


def core_template(odoo):
    """Core's modules that ours depend on: the slow part, and it changes rarely."""
    needed = modules.core_dependencies()
    key = settings.digest(odoo.source.identity, *needed)
    return databases.template(
        "core",
        key,
        lambda name: odoo.build(name, needed),
        f"a database with {len(needed)} modules of Odoo and what they need",
    )


def addons_template(odoo, names, with_bundles=False):
    """Core's modules and ours, ready for tests.

    Bundles of scripts and styles, made ahead, spare each browser test of a long run the
    wait; a short run is faster without.
    """
    base = core_template(odoo)
    key = settings.digest(base, *(modules.content_digest(name) for name in names))

    def build(name):
        problems = odoo.build(name, names, base)
        if with_bundles:
            odoo.script(name, PREGENERATE_BUNDLES)
        databases.set_comment(name, "\n".join(problems))

    kind = "oursb" if with_bundles else "ours"
    return databases.template(
        kind, key, build, f"a database with {len(names)} of our modules"
    )


PREGENERATE_BUNDLES = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""


def demo_template(odoo):
    """The demo shop, built as `make run` does it."""
    digests = {name: modules.content_digest(name) for name in modules.ours(True)}
    key = settings.digest(odoo.source.identity, *sorted(digests.values()))
    return databases.template(
        "demo",
        key,
        lambda name: _note_problems(name, shop.build(odoo, name, digests)),
        "the demo shop",
    )


def _note_problems(name, problems):
    databases.set_comment(name, "\n".join(problems))


def install_problems(template):
    """What Odoo warned of when the template was built."""
    return databases.comment(template).splitlines()
